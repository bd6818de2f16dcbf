"""docs/coverage.md against what the selftest finds: its tables are those that a selftest of these
programs makes."""
import functools
import json
import subprocess
import sys

import pytest

import tree

sys.path.insert(0, str(tree.ROOT / "ci"))
import gen_coverage  # noqa: E402

pytestmark = pytest.mark.patient(40)

PAGE = tree.ROOT / "docs" / "coverage.md"
KEPT = tree.ROOT / "out" / "selftest"  # of `make check`'s selftest
SECONDS = 600  # a deadline, never a measure


def papcheck(*words, status=0):
    done = subprocess.run([tree.PAPCHECK, *words], cwd=tree.ROOT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, timeout=SECONDS)
    assert done.returncode == status, done.stdout
    return done.stdout


def kept_selftest():
    """Whether `make check` or this test left one of these programs and all their defects."""
    programs, found = (tree.PAPCHECK, tree.PAPSIM), KEPT / "selftest.json"
    if not found.exists() or found.stat().st_mtime < max(one.stat().st_mtime for one in programs):
        return False
    pairs = json.loads(found.read_text(encoding="utf-8"))["pairs"]
    ran = {pair["deviation"] for pair in pairs}
    declared = {name for row in json.loads(papcheck("list", "--rows", "--json"))
                for name in row["deviations"]}
    return declared <= ran


@functools.cache
def rows():
    """All rows, as the selftest of these programs leaves them; made here, it is kept, too."""
    if not kept_selftest():
        papcheck("selftest", "--out", KEPT)
    return json.loads(papcheck("list", "--rows", "--json", "--selftest", KEPT))


def test_the_tables_are_those_of_the_selftest():
    page = PAGE.read_text(encoding="utf-8")
    assert page == gen_coverage.page(page, rows())


def test_no_clause_of_a_covered_row_is_open():
    assert not [clause["id"] for row in rows() if row["state"] == "covered"
                for clause in row["clauses"] if clause["open"]]


def sample(number, state, *clauses, inferred=False):
    return {"id": f"TST-ONE-{number:03}", "state": state, "inferred": inferred,
            "cases": [] if state == "no case" else ["C"],
            "clauses": [{"id": f"TST-ONE-{number:03}.{word}", "clause": word, "open": is_open}
                        for word, is_open in clauses]}


SAMPLE = [sample(1, "covered", inferred=True), sample(2, "partial", ("a", False), ("b", True)),
          sample(3, "no case"), sample(4, "no case"), sample(5, "not covered"),
          sample(7, "no case", ("c", True))]


def test_what_the_tables_say():
    assert gen_coverage.counts(SAMPLE)[-1] == "| all | 6 | 1 | 1 | 1 | 1 of 2 |"
    assert gen_coverage.unjudged(SAMPLE)[-1] == "| TST-ONE | 003–004, 007 | 005 |"
    assert gen_coverage.open_clauses(SAMPLE)[2:] == ["| TST-ONE-002.b | b |"]


def test_what_cannot_be_judged_stands_apart_with_its_reason():
    unseen = [sample(1, "partial", ("a; not judged here: no wire has it", True), ("b", True))]
    assert gen_coverage.counts(unseen)[-1] == "| all | 1 | 0 | 1 | 0 | 0 of 2 |"
    assert gen_coverage.open_clauses(unseen)[2:] == ["| TST-ONE-001.b | b |"]
    assert gen_coverage.not_here(unseen)[2:][0].endswith("| a | no wire has it |")


def test_a_row_that_no_case_can_judge_is_listed_with_its_reason_alone():
    unseen = [sample(1, "no case", ("a; not judged here: it is Windows'", False)),
              sample(2, "no case", ("b; not judged here: it is Windows'", False), ("c", False))]
    assert gen_coverage.unjudged(unseen)[-1] == "| TST-ONE | 002 |  |"
    assert gen_coverage.open_clauses(unseen)[2:] == []
    assert [line.split(" | ", 1)[1] for line in gen_coverage.not_here(unseen)[2:]] == \
        ["a | it is Windows' |", "b | it is Windows' |"]


def test_a_page_without_its_marks_is_refused():
    with pytest.raises(SystemExit, match="expected one line"):
        gen_coverage.page("# Coverage\n", SAMPLE)
