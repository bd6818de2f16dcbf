"""The suites' text: a case declares exactly the rows it judges, every check stands in a ROW, and no
`break` or `continue` stops at one. clang-format lays them out, so indentation tells the blocks."""
import collections
import functools
import json
import re
import subprocess

import pytest

import gen_checks
import tree
from papcheck import BY_PATTERN, OTHER_SEED, WHOLE

pytestmark = pytest.mark.patient(95)

FILES = sorted(file for file in (tree.ROOT / "conformance" / "suites").glob("*/*.c")
               if "_CASE(" in file.read_text(encoding="utf-8"))
LEAST = tree.ROOT / "conformance" / "catalogue" / "checks.tsv"  # of `make checks`
FUNCTION = re.compile(r"^(?P<head>\w(?:.|\n(?= ))*?\))\n\{\n(?P<body>(?:.*\n)*?)\}$", re.M)
TABLE = re.compile(r"^(?:\}|static [^\n(]*?) ?(?P<head>\w+)\[[^\n]*?\] = \{\n"
                   r"(?P<body>(?:.*\n)*?)\};$", re.M)
LITERAL = re.compile(r'"([A-Z0-9]+(?:-[A-Z0-9]+)+-\d{3})(?:\.[a-z0-9-]+)?"')
CLAUSE = re.compile(r'"([A-Z0-9]+(?:-[A-Z0-9]+)+-\d{3}\.[a-z0-9-]+)"')
CHECK = re.compile(r"\b(?:CHECK|REQUIRE)(?:_[A-Z]+)?\(")
OPENS = re.compile(r"(?:else )?(for|while|do|switch|ROW|SETUP)\b")


def bare(text):
    """Without comments, which may talk of anything, and without the rows that steps on the way
    name: another case judges those."""
    return re.sub(r"/\*.*?\*/|(?<=wmdm_step\(c, )\"[^\"]*\"", "", text, flags=re.S)


def functions(text):
    """Bodies by name, of functions and of tables; a case's name is its id."""
    found = {}
    for match in FUNCTION.finditer(bare(text)):
        name, _, rest = match["head"].partition("(")
        name = name.split()[-1].lstrip("*")
        if name.endswith("_CASE"):
            name = re.match(r"\s*(\w+)", rest)[1]
        found[name] = match["body"]
    return {match["head"]: match["body"] for match in TABLE.finditer(bare(text))} | found


def judged(name, bodies, seen=None):
    """Rows named in that function and in those of the file that it calls."""
    seen = {name} if seen is None else seen
    rows = set(LITERAL.findall(bodies[name]))
    for called in set(re.findall(r"\w+", bodies[name])) & set(bodies) - seen:
        seen.add(called)
        rows |= judged(called, bodies, seen)
    return rows


@functools.cache
def least():
    """Rows by case that a clean run checks, wherever their checks stand."""
    found = collections.defaultdict(set)
    for line in LEAST.read_text(encoding="utf-8").splitlines()[1:]:
        case, row, _ = line.split("\t")
        found[case.replace("-", "_")].add(row.split(".")[0])
    return found


def where_declared(text):
    """Rows that a function judges where a case declares them."""
    return set(re.findall(r'conf_judges\(c, "([A-Z0-9-]+)"\)', text))


@functools.cache
def walked():
    """Rows that a shared walk, or the wrapper of all calls, judges where a case declares them."""
    texts = {file.name: bare(file.read_text(encoding="utf-8"))
             for file in (tree.ROOT / "conformance" / "wmdm").glob("*.c")}
    return where_declared("".join(texts.values())) | set(LITERAL.findall(texts["wmdm_call.c"]))


def around(lines, at):
    """The keywords of the blocks around a line, the innermost first."""
    indent = len(lines[at]) - len(lines[at].lstrip())
    for line in reversed(lines[:at]):
        depth = len(line) - len(line.lstrip())
        if line.strip() and depth < indent:
            indent = depth
            if match := OPENS.match(line.strip()):
                yield match[1]


def unruly(body, is_case):
    """Lines of a function that break the rules."""
    lines = body.split("\n")
    wrong = []
    for at, line in enumerate(lines):
        outer = list(around(lines, at))
        if is_case and CHECK.search(line) and "ROW" not in outer:
            wrong.append(line)
        for word in ("break", "continue"):
            inner = [one for one in outer if word == "break" or one != "switch"]
            if line.strip() == word + ";" and inner[:1] in (["ROW"], ["SETUP"]):
                wrong.append(line)
    return wrong


@functools.cache
def declared():
    text = subprocess.run([tree.PAPCHECK, "list", "--json"], cwd=tree.ROOT, check=True,
                          text=True, stdout=subprocess.PIPE, timeout=240).stdout
    return {case["id"].replace("-", "_"): set(case["reqs"]) for case in json.loads(text)}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_case_declares_the_rows_it_judges(file):
    text = file.read_text(encoding="utf-8")
    bodies, optional = functions(text), where_declared(bare(text))
    tables = {name for name in bodies if name not in declared() and not CHECK.search(bodies[name])}
    cases = {name for name in bodies if name in declared()}
    assert cases
    for name in cases:
        own = {one: body for one, body in bodies.items() if one not in tables}
        assert judged(name, own) - optional | least()[name] <= declared()[name], name
        assert declared()[name] <= judged(name, bodies) | least()[name] | walked(), name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_check_stands_in_a_row_and_no_loop_stops_at_one(file):
    bodies = functions(file.read_text(encoding="utf-8"))
    assert not [line for name, body in bodies.items() for line in unruly(body, name in declared())]


def test_every_case_is_read():
    read = {name for file in FILES for name in functions(file.read_text(encoding="utf-8"))}
    assert set(declared()) <= read


def test_the_clauses_are_the_catalogues():
    table = tree.ROOT / "conformance" / "catalogue" / "clauses.tsv"
    known = {line.split("\t")[0] for line in table.read_text(encoding="utf-8").splitlines()[1:]}
    sources = [*FILES, *tree.ROOT.glob("simulator/defect/*.def"),
               *tree.ROOT.glob("spcore/deviant/*.def"),
               *tree.ROOT.glob("conformance/host/**/*.def")]
    named = {clause for file in sources for clause in CLAUSE.findall(file.read_text("utf-8"))}
    assert named <= known


def test_what_is_said_not_to_be_judged_is_not():
    table = tree.ROOT / "conformance" / "catalogue" / "clauses.tsv"
    unseen = {line.split("\t")[0] for line in table.read_text("utf-8").splitlines()
              if "; not judged here: " in line}
    sources = [*FILES, *tree.ROOT.glob("simulator/defect/*.def")]
    named = {clause for file in sources for clause in CLAUSE.findall(file.read_text("utf-8"))}
    assert unseen and not unseen & named


def test_the_least_of_each_case_is_what_clean_runs_check(once):
    runs = [once(*words) for words in (WHOLE, BY_PATTERN, OTHER_SEED)]
    assert not any(done.status for done in runs)
    table = gen_checks.table(gen_checks.checked(done.folder) for done in runs)
    assert table == LEAST.read_text("utf-8"), "make checks writes it anew"


SAMPLE = """
static void helper(struct conf *c)
{
    ROW("TST-ONE-002")
        CHECK(true); /* not "TST-ONE-009" */
}

CONF_CASE(TST_ONE_BV_01, .title = "A case (of one)",
          .reqs = REQS("TST-ONE-001"))
{
    ROW("TST-ONE-001") {
        helper(c);
    }
    %s
}
"""


def test_rows_are_found_through_helpers():
    assert judged("TST_ONE_BV_01", functions(SAMPLE)) == {"TST-ONE-001", "TST-ONE-002"}


@pytest.mark.parametrize("line", [
    "CHECK_EQ(1, 1);", "if (!CHECK(ok))\n        return;",
    "for (;;) {\n        ROW(row) {\n            break;\n        }",
    "switch (x) {\n        SETUP {\n            continue;\n        }"])
def test_what_is_wrong_is_seen(line):
    assert unruly(functions(SAMPLE % line)["TST_ONE_BV_01"], True)


@pytest.mark.parametrize("line", [
    "ROW(row)\n        CHECK_EQ(1, 1);",
    "ROW(row) {\n        for (;;) {\n            continue;\n        }"])
def test_what_is_right_is_let_pass(line):
    assert not unruly(functions(SAMPLE % line)["TST_ONE_BV_01"], True)
