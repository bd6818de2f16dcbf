"""The rules of the house for Python find what they are there for, in a small tree of its own."""
import shutil
import subprocess

import pytest

from tree import ROOT

TESTS = "conformance/orchestrate"


@pytest.fixture(name="tree")
def fixture_tree(tmp_path):
    for folder in ("ci", "spcore", f"{TESTS}/lib", f"{TESTS}/one", f"{TESTS}/two"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "ci/python_rules.py", tmp_path / "ci")
    (tmp_path / TESTS / "lib/papsim.py").write_text('START = ["papsim", "serve"]\n')
    (tmp_path / TESTS / "one/test_one.py").write_text("import papsim\n")
    for folder in ("one", "two"):
        (tmp_path / TESTS / folder / "conftest.py").write_text("import pytest\n")
    return tmp_path


def check(tree, *words):
    result = subprocess.run([tree / "ci/python_rules.py", *words], text=True, check=False,
                            timeout=60, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return result.returncode, result.stdout


def test_a_clean_tree_passes(tree):
    assert check(tree) == (0, "python rules: 0 errors in 5 files\n")


@pytest.mark.parametrize("name, text, words", [
    (f"{TESTS}/two/test_two.py", "\nfrom test_one import helper\n", "test_two.py:2: test_one is"),
    (f"{TESTS}/two/test_two.py", "import os, conftest\n", "test_two.py:1: conftest is imported"),
    (f"{TESTS}/two/test_one.py", "", "orchestrate/one/test_one.py has the same name"),
    (f"{TESTS}/two/test_two.py", 'run([PAPSIM, "serve", "-x"])\n', "test_two.py:1: starts papsim"),
    ("ci/tool", "#!/usr/bin/python3\n#" + 100 * "x", "ci/tool:2: 101 columns (at most 100)"),
    ("spcore/gen.py", "#" + 100 * "é", "spcore/gen.py:1: 101 columns (at most 100)"),
])
def test_a_fault_is_named(tree, name, text, words):
    (tree / name).write_text(text, encoding="utf-8")
    status, said = check(tree)
    assert status == 1 and words in said and "python rules: 1 errors" in said


@pytest.mark.parametrize("text", ['run("serve", "--listen")\n', 'WORDS = ["serve", "--player"]\n',
                                  "import tested\n", "#" + 99 * "é"])
def test_what_is_none_is_none(tree, text):
    (tree / TESTS / "two/test_two.py").write_text(text, encoding="utf-8")
    assert check(tree)[0] == 0


def test_the_list_names_scripts_too(tree):
    (tree / "ci/tool").write_text("#!/usr/bin/python3\n")
    (tree / "ci/other").write_text("#!/bin/sh\n")
    listed = check(tree, "--list")[1].splitlines()
    assert "ci/tool" in listed and "ci/python_rules.py" in listed and "ci/other" not in listed
