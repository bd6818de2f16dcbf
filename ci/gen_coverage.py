#!/usr/bin/python3
"""docs/coverage.md's tables anew, of what a selftest of everything has left:

    papcheck list --rows --json --selftest DIR | ci/gen_coverage.py docs/coverage.md

Prints the page; what stands outside of its marks stays as it is.
"""
import collections
import json
import pathlib
import re
import sys

MARK = "<!-- {}: made by `make coverage` -->"
NOT_JUDGED = ("no case", "not covered")
# In a clause's sentence, before the reason: no case of papcheck can see it.
NOT_HERE = "; not judged here: "


def area(row):
    return row["id"].rsplit("-", 1)[0]


def areas(rows):
    found = collections.defaultdict(list)
    for row in rows:
        found[area(row)].append(row)
    return found


def counts(rows):
    lines = ["| rows | in the catalogue | covered | partial | our reading, of the covered "
             "| clauses proven |", "|---|---|---|---|---|---|"]
    for name, some in [*sorted(areas(rows).items()), ("all", rows)]:
        covered = [row for row in some if row["state"] == "covered"]
        clauses = [clause for row in some if row["cases"] for clause in row["clauses"]]
        lines.append(f"| {name} | {len(some)} | {len(covered)} | "
                     f"{sum(row['state'] == 'partial' for row in some)} | "
                     f"{sum(row['inferred'] for row in covered)} | "
                     f"{sum(not one['open'] for one in clauses)} of {len(clauses)} |")
    return lines


def ranges(numbers):
    """001–003, 007 of 1, 2, 3, 7."""
    said = []
    for number in sorted(numbers):
        if said and said[-1][1] == number - 1:
            said[-1][1] = number
        else:
            said.append([number, number])
    return ", ".join(f"{first:03}" if first == last else f"{first:03}–{last:03}"
                     for first, last in said)


def is_not_here(row):
    """No case judges it, and its clauses say why."""
    return bool(row["clauses"]) and not row["cases"] and \
        all(NOT_HERE in clause["clause"] for clause in row["clauses"])


def unjudged(rows):
    lines = ["| rows | no case | a case, and no defect that turns it red |", "|---|---|---|"]
    for name, some in sorted(areas(row for row in rows if not is_not_here(row)).items()):
        cells = [ranges(int(row["id"].rsplit("-", 1)[1]) for row in some if row["state"] == state)
                 for state in NOT_JUDGED]
        if any(cells):
            lines.append(f"| {name} | {cells[0]} | {cells[1]} |")
    return lines


def unproven(rows):
    """Clauses that are open, of rows with a case or a reason to have none: what they demand, and
    why none can be judged."""
    for row in rows:
        for clause in row["clauses"]:
            demand, _, reason = clause["clause"].partition(NOT_HERE)
            if (row["cases"] and clause["open"]) or (not row["cases"] and reason):
                yield clause["id"], demand, reason


def open_clauses(rows):
    lines = ["| clause | what it demands |", "|---|---|"]
    return lines + [f"| {name} | {demand} |" for name, demand, reason in unproven(rows)
                    if not reason]


def not_here(rows):
    lines = ["| clause | what it demands | why it is not judged here |", "|---|---|---|"]
    return lines + [f"| {name} | {demand} | {reason} |" for name, demand, reason in unproven(rows)
                    if reason]


def page(text, rows):
    for name, table in (("counts", counts), ("unjudged", unjudged), ("open", open_clauses),
                        ("not here", not_here)):
        mark = MARK.format(name)
        text, found = re.subn(re.escape(mark) + r"\n(\|.*\n)*",
                              lambda _: "\n".join([mark, *table(rows), ""]), text)
        if found != 1:
            sys.exit(f"coverage: expected one line {mark}")
    return text


if __name__ == "__main__":
    sys.stdout.write(page(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"),
                          json.load(sys.stdin)))
