#!/usr/bin/python3
"""The proof of the importer: each log of a folder becomes a player, the player is plugged, the real
mtp-detect looks at it, and what it prints is compared with the log.

    conformance/orchestrate/programs/check_corpus.py FOLDER [--papsim build/papsim] [--players DIR]

What may differ because another version of the tool printed the log, or because libmtp treats this
VID:PID in a way of its own, is a rule below, each with its reason; everything else is equal. The
exit status is 0 only when every log is."""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import detect_log  # noqa: E402

SECONDS = 240
RULES = {}


def rule(name, reason):
    """A difference of this kind is allowed for that reason."""
    def keep(function):
        RULES[name] = (reason, function)
        return function
    return keep


# ---- what is compared

def facts(log):
    """(kind, key) -> value of everything a log says."""
    found = {}
    for name, value in log.usb.items():
        found["usb", name] = value
    for name, value in log.device.items():
        found["device", name] = value
    for name in ("operations", "events", "properties"):
        found["set", name] = frozenset(getattr(log, name))
    found["set", "formats"] = frozenset(log.formats)
    for code, properties in log.formats.items():
        found["object properties", code] = frozenset(properties)
        for each, words in properties.items():
            found["description", (code, each)] = words
    found["set", "storages"] = frozenset(log.storages)
    for each, storage in log.storages.items():
        for name, value in storage.values.items():
            found["storage", (each, name)] = value
    for name, value in log.values.items():
        found["value", name] = value
    if "formats" not in log.sections:
        found["set", "types"] = frozenset(log.types)
    return found


# ---- rules: (kind, key, of the log, of ours, both logs) -> may it be?

@rule("names-only", "before 0.3 the tool printed an object property's name and asked for no more")
def names_only(kind, _key, theirs, _ours, _log, _mine):
    return kind == "description" and theirs is None


def older(log, *version):
    """Printed by a libmtp before this one, or by one that does not say."""
    return not log.version or tuple(map(int, log.version.split("."))) < version


@rule("extensions-list", "before 1.1 the tool did not print the extensions one by one")
def extensions_list(kind, key, theirs, _ours, log, _mine):
    return (kind, key, theirs) == ("device", "Extensions", None) and older(log, 1, 1)


@rule("object-size-line", "before 0.3 the tool did not say whether object sizes have 64 bits")
def object_size_line(kind, key, theirs, _ours, log, _mine):
    return (kind, key, theirs) == ("device", "Detected object size", None) and older(log, 0, 3)


@rule("packet-lines", "before 0.2 the tool did not print the sizes of packets")
def packet_lines(kind, key, theirs, _ours, log, _mine):
    return kind == "usb" and key.endswith("maxpacket") and theirs is None and older(log, 0, 2)


@rule("folder-lines", "before 0.3 the tool knew no default folder of albums and texts")
def folder_lines(kind, key, theirs, ours, log, _mine):
    return kind == "value" and key in ("folder album", "folder text") and theirs is None and \
        ours is False and older(log, 0, 3)


@rule("battery-not-got", "the player lists a battery level, and the reporter's tool did not get it")
def battery_not_got(kind, key, theirs, _ours, log, _mine):
    return (kind, key, theirs) == ("value", "battery", None) and 0x5001 in log.properties


@rule("one-storage", "before 0.3 the tool told of the first storage only, among the values")
def one_storage(kind, key, theirs, _ours, log, mine):
    old = {"Total bytes on device": "MaxCapacity", "Free bytes on device": "FreeSpaceInBytes",
           "Storage description": "StorageDescription", "Volume label": "VolumeIdentifier"}
    told = "storages" not in log.sections and "Total bytes on device" in log.values
    if kind == "storage" or (kind == "set" and key == "storages"):
        return told and len(mine.storages) == 1
    if kind != "value" or key not in old or not told or not mine.storages:
        return False
    now = list(mine.storages.values())[0].values[old[key]]
    if "bytes" in key:
        return now == int(theirs)
    return (now or "").strip() == (theirs or "").strip()


@rule("storages-not-read", "the reporter's tool could not read of the storages and says so: the "
      "importer assumes one")
def storages_not_read(kind, key, theirs, _ours, log, mine):
    return log.unread and "storages" not in log.sections and len(mine.storages) == 1 and \
        (kind == "storage" and theirs is None or (kind, key) == ("set", "storages"))


@rule("null-text", "the tools before 1.1 printed an empty string as (null)")
def null_text(kind, _key, theirs, ours, _log, _mine):
    return kind == "device" and theirs == "(null)" and ours == ""


@rule("folders-not-searched",
      "since 1.1 mtp-detect opens the player without listing it, and so knows no default folder")
def folders_not_searched(kind, key, theirs, ours, _log, _mine):
    return kind == "value" and key.startswith("folder ") and theirs is True and ours is False


@rule("certificate-not-asked", "since 1.1 mtp-detect asks only Creative's players (041e) for it")
def certificate_not_asked(kind, key, _theirs, ours, _log, mine):
    return kind == "value" and key == "certificate" and ours is None and \
        mine.usb.get("idVendor") != "041e"


@rule("properties-not-got", "the reporter's tool got no property of any format, though it had read "
      "that object sizes have 64 bits, which is one: the player has the usual ones")
def properties_not_got(kind, _key, _theirs, _ours, log, _mine):
    return kind in ("object properties", "description") and not any(log.formats.values()) and \
        log.device.get("Detected object size") == "64 bits"


@rule("certificate-tail", "behind the certificate stands what is no text, which was encoded twice "
      "on the way and is then longer than libmtp's buffer")
def certificate_tail(kind, key, theirs, ours, _log, _mine):
    return (kind, key) == ("value", "certificate") and bool(ours) and theirs.startswith(ours) and \
        set(theirs[len(ours):]) <= set("\xef\xbf\xbd")


@rule("no-descriptor", "bcdUSB is no version of USB: the reporter's tool had no device descriptor")
def no_descriptor(kind, key, _theirs, _ours, log, _mine):
    return kind == "usb" and (key == "bcdUSB" or key.startswith("bDevice")) and \
        not 0x0100 <= int(log.usb.get("bcdUSB", 0x0200)) <= 0x0320


@rule("blotted", "the reporter made the number unreadable")
def blotted(kind, _key, theirs, _ours, _log, _mine):
    return kind == "storage" and theirs == "blotted"


@rule("line-left-out", "the reporter's log has no such line, as serial numbers are often cut out")
def line_left_out(kind, key, theirs, ours, log, _mine):
    return kind == "device" and theirs is None and key in (
        "Manufacturer", "Model", "Device version", "Serial number") and ours == "" or \
        kind == "device" and key == "Vendor extension ID" and theirs is None and \
        ours == "0x00000006" and bool(log.device)


# A log may be damaged: then the importer has to say so, with this line's number, and all but what
# stands there is in the player.
DAMAGED = {
    "mtp-detect-nokia-3110c.txt": (306, "a type is spelled 'UIINT32'", {"description"}),
}


# ---- one log

class Verdict:
    """What came of one log."""

    def __init__(self, path):
        self.path = path
        self.differences = []
        self.used = collections.Counter()
        self.damaged = None  # what the importer rightly leaves out
        self.said = []       # lines on stderr

    @property
    def equal(self):
        return not self.differences and not self.damaged


def compare(raw, printed, path):
    log, mine = detect_log.read(raw), detect_log.read(printed)
    verdict = Verdict(path)
    left, right = facts(log), facts(mine)
    for kind, key in sorted(set(left) | set(right), key=repr):
        theirs, ours = left.get((kind, key)), right.get((kind, key))
        if theirs == ours:
            continue
        for name, (_, allows) in RULES.items():
            if allows(kind, key, theirs, ours, log, mine):
                verdict.used[name] += 1
                break
        else:
            verdict.differences.append((kind, key, theirs, ours))
    return verdict


def show(value):
    if isinstance(value, frozenset):
        return "{" + " ".join(each if isinstance(each, str) else f"{each:04x}"
                              for each in sorted(value)) + "}"
    if isinstance(value, int):
        return f"{value:#x}"
    return str(value)


def tell(kind, key, theirs, ours):
    if isinstance(theirs, frozenset) and isinstance(ours, frozenset):
        theirs, ours = theirs - ours, ours - theirs
    where = "/".join(f"{each:04x}" if isinstance(each, int) else each
                     for each in (key if isinstance(key, tuple) else (key,)))
    return f"    {kind} {where}: log {show(theirs)[:160]}, ours {show(ours)[:160]}"


def detect(papsim, player):
    """What the real mtp-detect prints about the player."""
    home = {**os.environ, "HOME": str(player.parent)}  # no ~/.mtpz-data of anybody's
    return subprocess.run([papsim, "exec", "--player", player, "--", "mtp-detect"], env=home,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, timeout=SECONDS, check=False)


def check(papsim, path, folder):
    player = folder / (path.stem.removeprefix("mtp-detect-") + ".yaml")
    made = subprocess.run([papsim, "import", "mtp-detect", path, "-o", player], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS,
                          check=False)
    if made.returncode:
        verdict = Verdict(path)
        verdict.differences.append(("import", "exit", "0", made.stderr.strip()))
        return verdict
    done = detect(papsim, player)
    verdict = compare(path.read_bytes(), done.stdout, path)
    verdict.said = made.stderr.splitlines()
    line, why, kinds = DAMAGED.get(path.name, (0, "", set()))
    if line and f"{path}:{line}: " in made.stderr and \
            {kind for kind, _, _, _ in verdict.differences} <= kinds:
        verdict.damaged = f"line {line}: {why}"
        verdict.differences.clear()
    if done.returncode:
        verdict.differences.append(("mtp-detect", "exit", "0", str(done.returncode)))
    return verdict


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--papsim", default="build/papsim", type=pathlib.Path)
    parser.add_argument("--players", type=pathlib.Path, help="keep the player files here")
    parser.add_argument("--rules", action="store_true", help="print the rules and their reasons")
    options = parser.parse_args()
    logs = sorted(path for path in options.folder.rglob("*.txt") if path.is_file())
    if not logs:
        parser.error(f"{options.folder}: no logs (*.txt) in it")
    with tempfile.TemporaryDirectory() as scratch, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        folder = options.players or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        verdicts = list(pool.map(lambda path: check(options.papsim, path, folder), logs))
    used = collections.Counter()
    for verdict in verdicts:
        used.update(verdict.used.keys())
        if verdict.damaged:
            print(f"{verdict.path.name}: damaged, and said: {verdict.damaged}")
        for line in verdict.said[:3]:
            print(f"    {line.removeprefix('papsim: ')}")
        if verdict.differences:
            print(f"{verdict.path.name}: {len(verdict.differences)} differences")
            for difference in verdict.differences[:12]:
                print(tell(*difference))
    for name, (reason, _) in RULES.items():
        print(f"rule {name}: {used[name]} logs ({reason})")
    equal = sum(verdict.equal for verdict in verdicts)
    damaged = sum(bool(verdict.damaged) for verdict in verdicts)
    print(f"{equal} of {len(verdicts)} logs are wholly equal, {damaged} damaged, "
          "the rest of it equal")
    return 0 if equal and equal + damaged == len(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
