#!/usr/bin/python3
"""What real players list: counts operations and object properties over a folder of mtp-detect logs.

    conformance/orchestrate/programs/census.py FOLDER

prints the rows of fixtures/mtp/census.tsv but for its last column. Phones that say android.com are
no players and are left out, as in the counts of all of libmtp's logs."""
import collections
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import detect_log  # noqa: E402

LEAST = 10  # percent


def count(folder):
    """(kind, code) -> percent of the logs that list it, for what at least a tenth do."""
    listed, logs = collections.Counter(), collections.Counter()
    for path in sorted(pathlib.Path(folder).iterdir()):
        log = detect_log.read(path.read_bytes())
        if "android.com" in log.device.get("Vendor extension description", ""):
            continue
        properties = {code for each in log.formats.values() for code in each}
        for kind, codes in (("operation", log.operations), ("object-property", properties)):
            logs[kind] += bool(codes)
            listed.update((kind, code) for code in codes)
    return {key: 100 * times / logs[key[0]] for key, times in sorted(listed.items())
            if 100 * times >= LEAST * logs[key[0]]}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for (kind, code), percent in count(sys.argv[1]).items():
        print(kind, f"{code:#06x}", f"{percent:.0f}", sep="\t")


if __name__ == "__main__":
    main()
