"""`PROGRAM COMMAND --help` of both programs: what it names is taken, and nothing else is."""
import re
import subprocess

import pytest

import tree

PROGRAMS = {"papsim": tree.PAPSIM, "papcheck": tree.PAPCHECK, "papd": tree.PAPD}


def ask(program, *words):
    return subprocess.run([PROGRAMS[program], *words], text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=tree.SECONDS, check=False)


def table(program):
    """The program's own lines of fields."""
    done = ask(program, "--commands")
    assert (done.returncode, done.stderr) == (0, "")
    return [line.split("\t") for line in done.stdout.splitlines()]


COMMANDS = [(program, fields[1]) for program in PROGRAMS for fields in table(program)
            if fields[0] == "command"]


def options_of(program, command):
    """What stands between its row and the next command's: [("-o", "--output FILE")…]"""
    found, within = [], False
    for kind, *fields in table(program):
        if kind == "command":
            within = fields[0] == command
        elif kind == "option" and within:
            found.append(fields[0])
    return found


@pytest.mark.parametrize("word", ["--help", "-h"])
@pytest.mark.parametrize("program, command", COMMANDS)
def test_every_command_says_what_it_takes(program, command, word):
    done = ask(program, command, word)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: {program} {command}")
    for option in options_of(program, command):
        assert f"\n  {option}" in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 80


@pytest.mark.parametrize("program, command", [  # control has words, no options
    pair for pair in COMMANDS if pair != ("papsim", "control")])
def test_an_option_that_help_does_not_name_is_refused_in_one_line(program, command):
    done = ask(program, command, "--frobnicate")
    assert done.returncode in (2, 125)
    assert done.stdout == ""
    assert re.fullmatch(rf"{program}: {command}: unknown option --frobnicate.*\n", done.stderr)


@pytest.mark.parametrize("program, command, option", [
    (program, command, option.split(", ")[-1].split(" ")[0])
    for program, command in COMMANDS for option in options_of(program, command) if " " in option])
def test_what_help_says_has_a_value_wants_one(program, command, option):
    done = ask(program, command, option)
    assert done.returncode in (2, 125)
    assert done.stderr == f"{program}: {command}: {option}: expected a value\n"


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_program_names_every_command(program):
    done = ask(program, "--help")
    for other, command in COMMANDS:
        if other == program:
            assert f"\n  {program} {command}" in done.stdout
            assert command in ask(program, "frobnicate").stderr


def test_help_behind_the_dashes_is_the_other_program_s():
    done = ask("papsim", "exec", "--player", "mtp-small", "--", "sh", "-c", 'echo "$0"', "--help")
    assert done.stdout == "--help\n"


def test_help_is_no_file():
    done = ask("papcheck", "explain", "--out", "--help", "USB-CH9-001")
    assert done.returncode == 2 and "--help/results.json" in done.stderr


def test_control_names_every_verb_and_has_them(tmp_path):
    """Each is known to a player: none is answered by "no such verb"."""
    text = ask("papsim", "control", "--help").stdout
    verbs = [fields[1] for fields in table("papsim") if fields[0] == "word" and fields[1].isalpha()]
    assert {"status", "plug", "unplug", "add", "battery", "lock"} <= set(verbs)
    socket = tmp_path / "socket"
    script = "\n".join(f'"$0" control "$1" {verb}' for verb in verbs if verb != "unplug")
    done = subprocess.run([tree.PAPSIM, "exec", "--player", "mtp-small", "--control", socket, "--",
                           "sh", "-c", script, tree.PAPSIM, socket],
                          text=True, capture_output=True, timeout=tree.SECONDS, check=False)
    assert done.stdout.count('"ok"') == len(verbs) - 1
    assert "no such verb" not in done.stdout
    for verb in verbs:
        assert f"\n  {verb} " in text
