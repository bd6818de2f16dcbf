"""Logs of devices, and what `papsim import` makes of them."""
import re

import tree
from papsim import papsim

LOGS = tree.ROOT / "fixtures" / "logs"
MODERN, WRAPPED, NAMES = (LOGS / f"{name}.txt" for name in ("modern", "wrapped", "names"))
LSUSB = LOGS / "modern.lsusb"


def made(tmp_path, *words):
    """The file of the player that an import with these words makes."""
    path = tmp_path / "player.yaml"
    done = papsim("import", *words, "-o", path)
    assert done.returncode == 0, done.stderr
    return path


def facts_of(tmp_path, raw, *more):
    """The player made of these bytes, less the comment that names the log."""
    log = tmp_path / "log.txt"
    log.write_bytes(raw)
    done = papsim("import", "mtp-detect", log, *more)
    assert done.returncode == 0, done.stderr
    return re.sub(r"^# Made by.*\n", "", done.stdout, flags=re.M)


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines(keepends=True)


def number_of(path, words):
    """The first line with these words."""
    return next(number for number, line in enumerate(lines_of(path), 1) if words in line)


def refusal(tmp_path, raw):
    """None, and a player that loads; or the line of the log by which an import is refused, and
    nothing written."""
    log, player = tmp_path / "log.txt", tmp_path / "player.yaml"
    log.write_bytes(raw)
    player.unlink(missing_ok=True)
    done = papsim("import", "mtp-detect", log, "-o", player, text=False)
    assert done.returncode in (0, 2), (done.returncode, done.stderr[-2000:])
    assert done.stdout == b""
    left = sorted(path.name for path in tmp_path.iterdir())
    if done.returncode == 0:
        assert (left, done.stderr) == (["log.txt", "player.yaml"], b"")
        return None
    assert left == ["log.txt"]
    return line_named(log, done.stderr)


def refused(tmp_path, text, *more):
    """The same of an import that must be refused; the player that was there stays."""
    log, player = tmp_path / "log.txt", tmp_path / "player.yaml"
    log.write_text(text, encoding="utf-8")
    player.write_text("kept", encoding="ascii")
    done = papsim("import", "mtp-detect", log, "-o", player, *more, text=False)
    assert (done.returncode, done.stdout) == (2, b""), done.stderr
    assert player.read_text(encoding="ascii") == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.txt", "player.yaml"]
    return line_named(log, done.stderr)


def line_named(log, said):
    match = re.fullmatch(rb"papsim: " + re.escape(str(log).encode()) + rb":(\d+): [^\n]+\n", said)
    assert match, said
    return int(match[1])
