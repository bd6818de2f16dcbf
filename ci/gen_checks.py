#!/usr/bin/env python3
"""The least that each case checks: what it checked of our own subjects without a defect, in runs of
several seeds. Written to the file that is named; `make checks` does that, and the tests compare.

    gen_checks.py PAPCHECK FILE
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

HEAD = "case\trow\tcheck\n"
RUNS = [("--seed", "1", "--jobs", "8"), ("--seed", "2", "--jobs", "3"),
        ("--seed", "65261", "--jobs", "8")]


def checked(folder):
    """Of a run's folder: (case, row, expression) -> at how many places."""
    counts = collections.Counter()
    for path in pathlib.Path(folder, "cases").glob("*/verdict.json"):
        verdict = json.loads(path.read_text())
        name = verdict["id"].replace("_", "-")
        for row, places in verdict["sites"].items():
            counts.update((name, row, text) for text in places.values())
    return counts


def made(papcheck, words):
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run([papcheck, "run", *words, "--out", out], capture_output=True,
                              text=True, check=False)
        if done.returncode:
            sys.exit(f"the clean run ends in {done.returncode}:\n{done.stdout}{done.stderr}")
        return checked(out)


def table(runs):
    """The text of the file, of what was checked in each of the runs."""
    least = None
    for counts in runs:
        least = counts if least is None else least & counts
    lines = ["\t".join(check) + "\n" for check in sorted(least.elements())]
    return HEAD + "".join(lines)


def main(papcheck, path):
    pathlib.Path(path).write_text(HEAD)  # papcheck may read it, and it may be half merged
    pathlib.Path(path).write_text(table(made(papcheck, words) for words in RUNS))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
