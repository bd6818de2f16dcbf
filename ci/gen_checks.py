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
RUNS = ((1, 8), (2, 3), (0xFEED, 8))  # seed, cases at a time


def made(papcheck, seed, jobs):
    """(case, row, expression) -> at how many places."""
    counts = collections.Counter()
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run([papcheck, "run", "--seed", str(seed), "--jobs", str(jobs), "--out",
                               out], capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"the clean run ends in {done.returncode}:\n{done.stdout}{done.stderr}")
        for path in pathlib.Path(out, "cases").glob("*/verdict.json"):
            verdict = json.loads(path.read_text())
            name = verdict["id"].replace("_", "-")
            for row, places in verdict["sites"].items():
                counts.update((name, row, text) for text in places.values())
    return counts


def table(papcheck):
    least = None
    for seed, jobs in RUNS:
        counts = made(papcheck, seed, jobs)
        least = counts if least is None else least & counts
    lines = ["\t".join(check) + "\n" for check in sorted(least.elements())]
    return HEAD + "".join(lines)


def main(papcheck, path):
    pathlib.Path(path).write_text(HEAD)  # papcheck may read it, and it may be half merged
    pathlib.Path(path).write_text(table(papcheck))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
