"""Man pages and shell completion are made of what the programs say of their commands: in step with
it, well formed, and of use in a shell."""
import re
import subprocess

import pytest

import tree
from screen import Screen

PROGRAMS = ("papsim", "papcheck", "papd")


def words(*command, **options):
    return subprocess.run([str(word) for word in command], text=True, capture_output=True,
                          timeout=tree.SECONDS, check=False, **options)


# ---- man pages

@pytest.mark.parametrize("program", PROGRAMS)
def test_the_manual_in_docs_is_the_program_s(program):
    said = words(tree.BUILD / program, "--commands").stdout
    made = words(tree.ROOT / "ci/gen_manual.py", "markdown", input=said).stdout
    kept = (tree.ROOT / f"docs/man/{program}.md").read_text(encoding="utf-8")
    assert kept == made, "run `make manual` and keep what it makes"


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_man_page_is_well_formed_and_whole(program):
    page = tree.BUILD / f"man/{program}.1"
    found = words(tree.tool("mandoc"), "-T", "lint", "-W", "all", page).stdout
    assert [line for line in found.splitlines() if "missing date" not in line] == []
    text = words(tree.tool("mandoc"), "-T", "utf8", "-O", "width=1000", page).stdout
    text = " ".join(re.sub(".\b", "", text).split())
    for line in words(tree.BUILD / program, "--commands").stdout.splitlines():
        kind, *fields = line.split("\t")
        if kind == "command":
            assert f" {program} {fields[0]} " in text and fields[2] in text
        elif kind in ("option", "word"):
            assert f" {fields[0]} {fields[1]} " in text


def test_they_are_installed_where_man_and_the_shells_look(tmp_path):
    done = words("make", "-s", "-C", tree.ROOT, "install", f"DESTDIR={tmp_path}", "PREFIX=/usr")
    assert done.returncode == 0, done.stderr
    share = tmp_path / "usr/share"
    for program in PROGRAMS:
        assert (share / f"man/man1/{program}.1").is_file()
        assert (share / f"bash-completion/completions/{program}").is_file()
        assert (share / f"zsh/site-functions/_{program}").is_file()


# ---- bash

BASH = """
source "$1"
COMP_WORDS=("${@:3}")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
$(complete -p "$2" | sed 's/.*-F \\([^ ]*\\) .*/\\1/') "${COMP_WORDS[0]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash(program, *typed):
    """What the tab key offers for the last word."""
    done = words("bash", "-c", BASH, "bash", tree.BUILD / "completion/bash" / program, program,
                 tree.BUILD / program, *typed)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.mark.parametrize("program, typed, offered", [
    ("papsim", ["pl"], {"players"}),
    ("papsim", ["serve", "--c"], {"--control", "--capture"}),
    ("papsim", ["serve", "--player", "mtp-s"], {"mtp-small"}),
    ("papsim", ["exec", "--deviate", "session-zero-o"], {"session-zero-opens"}),
    ("papsim", ["control", "socket", "un"], {"unplug", "unlock"}),
    ("papsim", ["import", "m"], {"mtp-detect"}),
    ("papsim", ["exec", "--player", "mtp", "--", "mtp-detec"], {"mtp-detect"}),
    ("papcheck", ["r"], {"run", "report"}),
    ("papcheck", ["in"], {"inf"}),
    ("papcheck", ["inf", "--co"], {"--code-page"}),
    ("papcheck", ["run", "--des"], {"--destructive"}),
    ("papcheck", ["run", "MTP-SES-BI-0"], {"MTP-SES-BI-02"}),
    ("papcheck", ["run", "--strict", "stor"], {"storage"}),
    ("papcheck", ["explain", "MTP-SES-002"], {"MTP-SES-002"}),
    ("papcheck", ["run", "--deviate", "session-zero-o"], {"session-zero-opens"}),
    ("papcheck", ["run", "--jobs", ""], set()),
])
def test_bash_offers(program, typed, offered):
    found = set(bash(program, *typed))
    assert found >= offered
    assert all(word.startswith(typed[-1]) for word in found)
    assert bool(found) == bool(offered)


@pytest.mark.parametrize("program", PROGRAMS)
def test_bash_offers_every_option_there_is(program):
    command = None
    for line in words(tree.BUILD / program, "--commands").stdout.splitlines():
        kind, *fields = line.split("\t")
        if kind == "command":
            command = fields[0]
            offered = bash(program, command, "--")
        elif kind == "option":
            assert fields[0].split(", ")[-1].split(" ")[0] in offered


# ---- zsh

@pytest.fixture(scope="module")
def zsh(tmp_path_factory):
    """The folder of shells, with what compinit found for the first; `^X` leaves the line in it."""
    folder = tmp_path_factory.mktemp("zsh")
    (folder / ".zshrc").write_text(f"""
fpath=({tree.BUILD}/completion/zsh $fpath)
path=({tree.BUILD} $path)
autoload -U compinit
compinit -u -d {folder}/dump
show() {{ print -rn -- "$BUFFER" > {folder}/line; exit }}
zle -N show
bindkey '^X' show
PS1=ready:
""", encoding="utf-8")
    return folder


@pytest.mark.parametrize("program, typed, whole", [
    ("papsim", "pl", "players "),
    ("papsim", "serve --cap", "serve --capture "),
    ("papsim", "serve --player mtp-sma", "serve --player mtp-small "),
    ("papsim", "exec --deviate session-zero-o", "exec --deviate session-zero-opens "),
    ("papsim", "control /dev/null batt", "control /dev/null battery "),
    ("papsim", "import mtp-d", "import mtp-detect "),
    ("papcheck", "doc", "doctor "),
    ("papcheck", "run --dest", "run --destructive "),
    ("papcheck", "run MTP-SES-BI-02", "run MTP-SES-BI-02 "),
    ("papcheck", "explain MTP-SES-002", "explain MTP-SES-002 "),
    ("papcheck", "run --evidence fa", "run --evidence failed "),
])
def test_zsh_completes(zsh, program, typed, whole):
    (zsh / "line").unlink(missing_ok=True)
    with Screen(tree.tool("zsh"), "-d", "-i", columns=200, ZDOTDIR=zsh) as screen:
        screen.read("ready:")
        screen.press(f"{program} {typed}\t\x18".encode())
        assert screen.ended() == 0
    assert (zsh / "line").read_text(encoding="utf-8") == f"{program} {whole}"
