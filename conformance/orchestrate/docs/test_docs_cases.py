"""docs/usbip-cases.md names tests that exist, for every row, against the side it is marked for."""
import ast
import functools
import json
import re
import subprocess

import pytest

import tree

PAGE = tree.ROOT / "docs" / "usbip-cases.md"
# The rows there are: 18 cases, 29 inputs, 24 rules.
ROWS = [f"4.{number}" for number in range(1, 48)] + [f"6.{number}" for number in range(1, 25)]
LINE = re.compile(r"^\| (\d\.\d+) \| (.+?) \| (.+?) \| (.+?) \|$")
CASE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)+-B[IV]-\d\d")
# End-to-end tests that run a papsim, and unit tests that run a server of their own.
AGAINST_PAPSIM = re.compile(r"test_(usbip_\w+|vm_\w+)\.py::")
AGAINST_A_SERVER = re.compile(r"test_(usbip_\w+|pipeline|lusb)\.c:")


def table():
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if match := LINE.match(line):
            assert match[1] not in found, f"row {match[1]} stands there twice"
            found[match[1]] = (match[2], match[3], match[4])
    return found


def named(cell):
    return re.findall(r"`([^`]+)`", cell)


@functools.cache
def cases():
    """The judge's cases, but for those about providers."""
    text = subprocess.run([tree.PAPCHECK, "list", "--json"], cwd=tree.ROOT, check=True,
                          text=True, stdout=subprocess.PIPE, timeout=240).stdout
    return {case["id"] for case in json.loads(text) if "provider" not in case["needs"]}


@functools.cache
def functions(name):
    """Tests of a file of end-to-end tests that are not skipped."""
    return {node.name for path in tree.TESTS.rglob(name)
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef) and
            not any("skip" in ast.unparse(one) for one in node.decorator_list)}


@functools.cache
def unit_tests(name):
    """Tests of the unit tests of that name, in whichever part."""
    found = set()
    for path in tree.ROOT.glob(f"*/tests/*/{name}"):
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r"^Test\(\s*(\w+),\s*(\w+)[,)]", text, re.M):
            found.add(f"{match[1]}/{match[2]}")
        for match in re.finditer(r"^ParameterizedTest\([^,]+,\s*(\w+),\s*(\w+)[,)]", text, re.M):
            found.add(f"{match[1]}/{match[2]}")
    return found


def exists(test):
    if CASE.fullmatch(test):
        return test in cases()
    if "::" in test:
        name, function = test.split("::")
        return function in functions(name)
    name, _, function = test.partition(":")
    return function in unit_tests(name)


def test_every_row_is_there_once_and_in_order():
    assert list(table()) == ROWS


def test_what_does_not_exist_is_seen():
    assert exists("USBIP-URB-BV-01") and not exists("USBIP-URB-BV-99")
    assert exists("test_docs_cases.py::test_what_does_not_exist_is_seen")
    assert not exists("test_docs_cases.py::test_nothing") and not exists("test_none.py::test_x")
    assert exists("test_frame.c:frame/submit_is_read_word_by_word")
    assert exists("test_usbip_reply.c:usbip_reply/that_is_none_drops_the_import")
    assert not exists("test_frame.c:queue/submit_is_read_word_by_word")


@pytest.mark.parametrize("row", ROWS)
def test_row_is_held_by_tests_of_its_side(row):
    text, who, tests = table()[row]
    assert len(text.split()) >= 2
    if who.startswith("n.a.: "):
        assert len(who.split()) >= 6, "why?"
        assert not named(tests)
        return
    sides = who.split(", ")
    assert set(sides) <= {"server", "client"}
    missing = [test for test in named(tests) if not exists(test)]
    assert not missing
    assert ("server" in sides) == any(CASE.fullmatch(test) or AGAINST_PAPSIM.match(test)
                                      for test in named(tests))
    assert ("client" in sides) == any(AGAINST_A_SERVER.match(test) for test in named(tests))
