"""What a person at a terminal sees of a run: a bar that stays in its line and goes with it, each
failure once, colours only where they are wanted; and what becomes of a run whose terminal goes."""
import json
import os
import re
import signal
import subprocess

import pytest

import tree
from papcheck import SECONDS, STANDS_STILL
from screen import TAKE_BACK, Screen

CASE, DEFECT = "USB-CH9-BV-01", "device-descriptor-padded"
RED = ("USB-CH9-BV-0*", "--deviate", DEFECT)
PROVIDER_CASE = "AUTH-CLOSED-BI-01"
COLOUR = re.compile("\x1b\\[[0-9;]*m")


@pytest.fixture
def shown(tmp_path):
    """A whole `papcheck run` with these words on a terminal."""
    def shows(*words, **terminal):
        with Screen(tree.PAPCHECK, "run", *words, "--out", tmp_path / "run", **terminal) as screen:
            screen.status = screen.ended()
        return screen
    return shows


@pytest.fixture
def standing(tmp_path, library):
    """A run on a terminal that has a red case and would stand still for ever; its folder."""
    out = tmp_path / "run"
    provider = library(STANDS_STILL % PROVIDER_CASE.replace("-", "_"))
    with Screen(tree.PAPCHECK, "run", PROVIDER_CASE, "AUTH-SHUT-*", "--jobs", "1", "--provider",
                provider, "--out", out) as screen:
        screen.out = out
        screen.read(until="1 red")
        yield screen


def results(screen):
    return json.loads((screen.out / "results.json").read_text(encoding="utf-8"))


def test_a_failure_stands_once_on_a_terminal(shown):
    screen = shown(*RED)
    assert screen.status == 1
    assert len([line for line in screen.lines if line.startswith(f"FAIL {CASE}")]) == 1
    assert any("1 red" in frame for frame in screen.frames), "the bar says so at once"


def test_a_failure_stands_once_in_a_log_of_both_streams(tmp_path):
    done = subprocess.run([tree.PAPCHECK, "run", *RED, "--out", tmp_path / "run"], text=True,
                          timeout=SECONDS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    assert done.stdout.count(f"FAIL {CASE}") == 1


def test_a_failure_stands_once_in_each_of_two_streams(tmp_path):
    done = subprocess.run([tree.PAPCHECK, "run", *RED, "--out", tmp_path / "run"], text=True,
                          timeout=SECONDS, capture_output=True, check=False)
    assert (done.stdout.count(f"FAIL {CASE}"), done.stderr.count(f"FAIL {CASE}")) == (1, 1)


def test_nothing_of_the_bar_is_left(shown):
    screen = shown("USB-CH9-BV-0*")
    assert screen.frames and not [line for line in screen.lines if line.startswith("[")]
    assert "SUBSET (0)" in "".join(screen.lines)


@pytest.mark.parametrize("columns", [12, 30, 50, 80, 200])
def test_the_bar_stays_in_its_line(shown, columns):
    screen = shown("USB-CH9-BV-0*", columns=columns)
    assert screen.frames and max(map(len, screen.frames)) < columns
    assert any(re.search(r"\d/\d", frame) for frame in screen.frames)


def test_columns_of_the_environment_count_more(shown):
    screen = shown("USB-CH9-BV-0*", columns=200, COLUMNS="25")
    assert max(map(len, screen.frames)) < 25


def test_an_interrupt_takes_the_bar_back(standing):
    standing.press(b"\x03")
    assert standing.ended() == 130
    assert not [line for line in standing.lines if re.search(r"\d/\d+ 1 red", line)]
    assert "INTERRUPTED (130)" in "".join(standing.lines)
    assert len([line for line in standing.lines if line.startswith("FAIL")]) == 1


def test_selftest_takes_its_line_back_when_interrupted(tmp_path):
    with Screen(tree.PAPCHECK, "selftest", "USB-CH9-*", "--jobs", "1",
                "--out", tmp_path / "out") as screen:
        screen.read(until=TAKE_BACK)
        screen.press(b"\x03")
        assert screen.ended() == -signal.SIGINT
    assert screen.text.endswith(TAKE_BACK)


def test_a_red_word_has_a_colour_unless_that_is_unwanted(shown):
    assert COLOUR.search(shown(*RED).text)
    assert not COLOUR.search(shown(*RED, NO_COLOR="1").text)
    assert COLOUR.search(shown(*RED, NO_COLOR="").text), "as if it were not set"


def test_a_dumb_terminal_gets_text_alone(shown):
    screen = shown(*RED, TERM="dumb")
    assert "\x1b" not in screen.text and f"FAIL {CASE}" in screen.text


def test_a_run_whose_terminal_goes_keeps_what_is_known(standing):
    standing.hang_up()
    assert standing.ended() == 130
    verdicts = {case["id"]: case["verdict"] for case in results(standing)["cases"]}
    assert verdicts.pop(PROVIDER_CASE) == "FAIL" and set(verdicts.values()) == {"NOT_RUN"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_signal_that_ends_a_run_is_an_interrupt(standing, number):
    os.kill(standing.pid, number)
    assert standing.ended() == 130
    assert results(standing)["exit"] == 130


def test_a_run_that_is_to_outlive_its_terminal_does(tmp_path):
    with subprocess.Popen(["nohup", tree.PAPCHECK, "run", "USB-CH9-*", "--out", tmp_path / "run"],
                          text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        for line in process.stderr:
            if line.startswith("seed"):
                break
        process.send_signal(signal.SIGHUP)
        stdout, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0 and "SUBSET (0)" in stdout
