"""Logs of devices, and what `papsim import` makes of them."""
import random
import re

import tree
from papsim import papsim

LOGS = tree.ROOT / "fixtures" / "logs"
MODERN, WRAPPED, NAMES = (LOGS / f"{name}.txt" for name in ("modern", "wrapped", "names"))
LSUSB = LOGS / "modern.lsusb"

# What is odd, where, and instead of what: --strict refuses it, else it is left out.
DAMAGE = [
    ("an operation that is no code", MODERN, "1007: Get", "10g7: Get"),
    ("an operation of three digits", MODERN, "1007: Get", "107: Get"),
    ("an event that is no code", MODERN, "0x4005: Store", "0x40Z5: Store"),
    ("a line among the properties", MODERN, "0xd402: Friendly", "battery is low"),
    ("a line among the formats", MODERN, "   3009: MP3", "   what now?"),
    ("a type nobody knows", MODERN, "dc8a: Rating UINT16", "dc8a: Rating UINT17"),
    ("a range without a step", MODERN, ", STEP 10 GET", " GET"),
    ("a word in an enumeration", MODERN, "enumeration: 352, 353,", "enumeration: 352, blue,"),
    ("a form nobody knows", MODERN, "data type ANY 32BIT VALUE form READ", "data type ANY 5 READ"),
    ("a description cut off", MODERN, "enumeration: 85,  READ ONLY GROUP 0x2", "enumeration: 85,"),
    ("a storage id", MODERN, "StorageID: 0x00020001", "StorageID: card"),
    ("a capacity too large", MODERN, "MaxCapacity: 2048000000",
     "MaxCapacity: 99999999999999999999"),
    ("a negative capacity", MODERN, "MaxCapacity: 2048000000", "MaxCapacity: -1"),
    ("a battery", MODERN, "level 60 of 100", "level full of 100"),
    ("an extension id", MODERN, "extension ID: 0x00000006", "extension ID: six"),
    ("a vendor id", MODERN, "idVendor: 1209", "idVendor: 12091"),
    ("a NUL byte", MODERN, "Special directories", "Special\0directories"),
]


def made(tmp_path, *words):
    """The file of the player that an import with these words makes."""
    path = tmp_path / "player.yaml"
    done = papsim("import", *words, "-o", path)
    assert done.returncode == 0, done.stderr
    return path


def facts_of(tmp_path, raw, *more):
    """The player made of these bytes, which lack nothing, less the comment with the log's name."""
    log = tmp_path / "log.txt"
    log.write_bytes(raw)
    done = papsim("import", "mtp-detect", log, *more)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return re.sub(r"^# Made by.*\n", "", done.stdout, flags=re.M)


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines(keepends=True)


def number_of(path, words):
    """The first line with these words."""
    return next(number for number, line in enumerate(lines_of(path), 1) if words in line)


def refusal(tmp_path, raw):
    """With --strict: None, and a player that loads; or the line of the log by which an import is
    refused, and nothing written."""
    log, player = tmp_path / "log.txt", tmp_path / "player.yaml"
    log.write_bytes(raw)
    player.unlink(missing_ok=True)
    done = papsim("import", "--strict", "mtp-detect", log, "-o", player, text=False)
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
    done = papsim("import", "--strict", "mtp-detect", log, "-o", player, *more, text=False)
    assert (done.returncode, done.stdout) == (2, b""), done.stderr
    assert player.read_text(encoding="ascii") == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.txt", "player.yaml"]
    return line_named(log, done.stderr)


def line_named(log, said):
    match = re.fullmatch(rb"papsim: " + re.escape(str(log).encode()) + rb":(\d+): [^\n]+\n", said)
    assert match, said
    return int(match[1])


def lenient(tmp_path, raw, *more):
    """What an import makes of a log as it is: the text of the player, None where there is too
    little for one; and the (line, words) on stderr."""
    log, player = tmp_path / "log.txt", tmp_path / "player.yaml"
    log.write_bytes(raw)
    player.unlink(missing_ok=True)
    done = papsim("import", "mtp-detect", log, "-o", player, *more, text=False)
    assert done.stdout == b""
    said = [re.fullmatch(rb"papsim: " + re.escape(str(log).encode()) + rb":(\d+): ([^\n]+)\n", line)
            for line in done.stderr.splitlines(keepends=True)]
    assert all(said), done.stderr
    notes = [(int(match[1]), match[2].decode(errors="replace")) for match in said]
    if done.returncode == 0:
        return player.read_text(encoding="utf-8"), notes
    assert done.returncode == 2 and len(notes) == 1 and not player.exists(), done.stderr
    assert "a player needs the device's USB ids or a line below 'Device info:'" in notes[0][1]
    return None, notes


def kind(heading, line):
    """What a reader of logs tells a line by: the heading above, its key less numbers, and words of
    a description."""
    key, colon, rest = line.strip().partition(b":")
    words = set(re.findall(rb"\b[A-Z]{3,}\d*\b|enumeration|range|array", rest))
    key = re.sub(rb"0x[0-9a-f]+|\b[0-9a-f]{4}\b|\d+", b"N", key) if colon else line.strip()[:1]
    return heading, key, frozenset(words)


def standing_for_all(lines):
    """Numbers of the lines, from 0, that stand for all: of each kind the first and, by lot but the
    same each time, one in ten of the others."""
    lot, seen, heading, places = random.Random(4), set(), b"", []
    for place, line in enumerate(lines):
        if re.match(rb"[A-Z][^:]*:\s*$", line):
            heading = line
        what = kind(heading, line)
        if what not in seen or not lot.randrange(10):
            places.append(place)
        seen.add(what)
    return places
