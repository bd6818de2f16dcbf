"""The Makefile's own promises: what a developer types all day does what it says."""
import json
import re
import subprocess

import pytest
from tree import ROOT


def make(*words, timeout=300):
    return subprocess.run(["make", "--no-print-directory", *words], cwd=ROOT, text=True,
                          timeout=timeout, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)


def built(folder, *words):
    """A small program of the tree, compiled and linked in a folder of its own."""
    done = make(f"BUILD={folder}", *words, f"{folder}/usbtest")
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_help_names_every_target_a_person_types():
    said = make("-s", "help").stdout
    named = {line.split()[0] for line in said.splitlines()}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.findall(r"[\w-]+", " ".join(re.findall(r"^\.PHONY:(.*)$", makefile, re.M))))
    assert phony - named == {"always", "fuzzers", "generated", "help", "texts", "unit-build"}


def test_a_step_is_a_line_and_v_shows_the_command(tmp_path):
    quiet = built(tmp_path / "quiet")
    assert "  LINK " in quiet and "-Wconversion" not in quiet
    assert "-Wconversion" in built(tmp_path / "loud", "V=1")


def test_changed_flags_rebuild_and_the_same_do_not(tmp_path):
    assert "  CC " in built(tmp_path)
    assert "  CC " not in built(tmp_path)
    assert "  CC " in built(tmp_path, "OPT=-O0")
    assert "  CC " in built(tmp_path)


def test_every_source_is_in_the_compile_database():
    assert make("-s", "compile_commands.json").returncode == 0
    entries = json.loads((ROOT / "compile_commands.json").read_text(encoding="utf-8"))
    found = {path.relative_to(ROOT).as_posix()
             for part in ("simulator", "spcore", "conformance", "ci", "fixtures/providers/other",
                          "fixtures/providers/through")
             for path in (ROOT / part).rglob("*.c") if "programs" not in path.parts}
    assert {entry["file"] for entry in entries} == found


def test_one_unit_test_file_runs_with_a_filter():
    done = make("-s", "t", "T=queue", "F=*zero*")
    assert done.returncode == 0 and "Tested:" in done.stdout and "Tested: 0" not in done.stdout


def test_one_case_runs():
    done = make("-s", "case", "C=MTP-SES-BV-01")
    assert done.returncode == 0 and "1 pass 0 fail" in done.stdout


@pytest.mark.parametrize("words, expected", [
    (["t", "T=nosuch"], "no test_nosuch.c: expected T=NAME"),
    (["t"], "expected T=NAME"),
    (["case"], "expected C=CASE"),
    (["check-corpus"], "expected DIR=FOLDER"),
])
def test_what_is_missing_is_named(words, expected):
    done = make("-s", *words)
    assert done.returncode == 2 and expected in done.stdout
