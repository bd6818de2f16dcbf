"""Every command of README.md and docs/*.md is executed: a block marked ```sh is one script, run
from the top of the tree; a block marked ```console shows `$ command` lines with their output, of
which each line must appear again (a line of `...` stands for anything). What is run anyhow is not
run again: a block marked `ci` is a step of .ci/run, one marked `suite` has files of these tests."""
import re
import subprocess

import pytest

from tree import ROOT

pytestmark = pytest.mark.patient(120)

DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(sh|console)([^\n]*)\n(.*?)^```$", re.M | re.S)


def blocks():
    for path in DOCS:
        for match in FENCE.finditer(path.read_text(encoding="utf-8")):
            line = path.read_text(encoding="utf-8")[:match.start()].count("\n") + 1
            yield pytest.param(match[1], match[2].strip(), match[3],
                               id=f"{path.relative_to(ROOT)}:{line}")


def run(script, timeout=600):
    return subprocess.run(["bash", "-eu", "-c", script], cwd=ROOT, text=True, timeout=timeout,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)


def commands(console):
    """(command, expected output lines) pairs of a console block."""
    found = []
    for line in console.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
    return found


# Digits differ from run to run: ports, counts, times.
def shape(text):
    return re.sub(r"\d+(\.\d+)?", "N", text).strip()


def check_collected(command, expected):
    """All files are among those that this very session would run, with as many tests as passed."""
    words = command.split()
    files = {word for word in words if word.endswith(".py")}
    done = run(f"{command} --collect-only -m 'not vm and not windows'")
    passed, = re.findall(r"^(\d+) passed in", "\n".join(expected), re.M)
    assert f"\n{passed} tests collected" in done.stdout, done.stdout
    assert files and all(
        (ROOT / file).match("conformance/orchestrate/*/test_*.py") for file in files), command


@pytest.mark.parametrize("kind, note, text", blocks())
def test_documented_commands_work(kind, note, text):
    if note == "ci":  # the whole job: .ci/run executes it, from the same checkout
        driver = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
        for command in filter(None, text.splitlines()):
            assert command in driver, f"{command!r} is not executed by .ci/run"
        return
    if note == "suite":
        for command, expected in commands(text):
            check_collected(command, expected)
        return
    if kind == "sh":
        done = run(text)
        assert done.returncode == 0, done.stdout
        return
    for command, expected in commands(text):
        done = run(command)
        printed = shape(done.stdout)
        for line in expected:
            if line.strip() not in ("", "..."):
                assert shape(line) in printed, f"{command}\nmissing: {line}\n{done.stdout}"


GUIDES = ("guide-device.md", "guide-provider.md", "guide-service.md", "guide-bug.md")


@pytest.mark.parametrize("name", GUIDES)
def test_the_readme_leads_to_a_guide_that_is_executed(name):
    assert f"(docs/{name})" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert FENCE.search((ROOT / "docs" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_what_a_page_links_to_is_there(path):
    for target in re.findall(r"\]\(([^):#]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
