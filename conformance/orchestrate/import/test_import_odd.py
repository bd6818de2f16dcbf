"""`papsim import mtp-detect` on odd logs: what pasting changed is changed back, what was lost is
refused with its line, and nothing is imported that the log does not say."""
import html
import re
import textwrap

import pytest

from logs import MODERN, NAMES, facts_of, refusal, lines_of, number_of, refused


def escaped(text):
    return html.escape(text)


def wrapped(width, end):
    """As a mail program folds lines that are too long; `end` is its mark of a soft line end."""
    def wrap(text):
        lines = []
        for line in text.split("\n"):
            pieces = textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False,
                                   drop_whitespace=True, initial_indent="", subsequent_indent="")
            lines.append((end + "\n").join(pieces) if len(line) > width else line)
        return "\n".join(lines)
    return wrap


SAME = {
    "tabs for blanks": lambda text: re.sub(r"^ +", lambda m: "\t" * ((len(m[0]) + 2) // 3), text,
                                           flags=re.M),
    "tabs of eight": lambda text: re.sub(r"^ {6}", "\t", text, flags=re.M),
    "a forum's quotation": lambda text: f"[quote=dora]\n[code]\n{text}[/code]\n[/quote]\nThanks!\n",
    "a forum's code": lambda text: f"[code]\n{text.rstrip()}[/code][/quote]\nThanks!\n",
    "a page": escaped,
    "a search's colours": lambda text: text.replace("0x", "\x1b[01;31m\x1b[K0x\x1b[m\x1b[K"),
    "a terminal's record": lambda text: "Script started\r\n" + text.replace("\n", "\r\n") +
    "\r\nScript done\r\n",
    "80 columns": wrapped(80, ""),
    "72 columns that flow": wrapped(72, " "),
    "blanks at the ends": lambda text: re.sub(r"$(?=\n)", "   ", text, flags=re.M),
    "capitals": lambda text: re.sub(r"^( +)([0-9a-f]{4}):", lambda m: m[1] + m[2].upper() + ":",
                                    text, flags=re.M),
    "twice": lambda text: text + text,
    "a line of 3 MB before it": lambda text: "x" * 3000000 + "\n" + text,
    "no last line's end": lambda text: text.rstrip("\n"),
}


@pytest.mark.parametrize("log", [MODERN, NAMES, None], ids=["modern", "names", "real"])
@pytest.mark.parametrize("what", SAME)
def test_what_pasting_did_is_undone(tmp_path, real, log, what):
    raw = log.read_bytes() if log else real
    assert facts_of(tmp_path, SAME[what](raw.decode()).encode()) == facts_of(tmp_path, raw)


XML = [("Secure Time:", '<DRMCLOCK type="status"><VALUE>#20110203 04:05:06Z#</VALUE></DRMCLOCK>'),
       ("Device Certificate:",
        '<DEVCERT version="1.0"><DATA><UNIQUEID private="1">AA==</UNIQUEID></DATA></DEVCERT>')]


@pytest.mark.parametrize("heading, xml", XML, ids=["time", "certificate"])
def test_a_text_that_a_mail_folded_is_whole_again(tmp_path, heading, xml):
    text = MODERN.read_text(encoding="utf-8")
    text = re.sub(r"\nSecure Time:\n.*?\n\n", "\n", text, flags=re.S).rstrip("\n")
    text = re.sub(r"\nOK\.$", "", text)
    whole = facts_of(tmp_path, f"{text}\n\n{heading}\n{xml}\n\nOK.\n".encode())
    assert xml.replace('"', '\\"') in whole or "0xd102" not in whole
    for place in [match.start() for match in re.finditer(" ", xml)]:
        folded = xml[:place] + "\n" + xml[place + 1:]
        assert facts_of(tmp_path, f"{text}\n\n{heading}\n{folded}\n\nOK.\n".encode()) == whole
    place = xml.index("</") + 4  # in the middle of a tag's word
    folded = xml[:place] + "\n" + xml[place:]
    assert facts_of(tmp_path, f"{text}\n\n{heading}\n{folded}\n\nOK.\n".encode()) == whole


HEADINGS = ["Device info:", "Supported operations:", "Events supported:",
            "Device Properties Supported:", "Playable File (Object) Types and Object Properties "
            "Supported:", "Special directories:", "MTP-specific device properties:"]


def section(text, heading):
    """From where to where it goes."""
    start = text.index(heading + "\n")
    ends = [text.find(other + "\n", start + 1) for other in
            HEADINGS + ["Storage Devices:", "libmtp supported (playable) filetypes:"]]
    return start, min(end for end in ends if end > start)


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("change", [
    lambda text, start, end: text[:start],
    lambda text, start, end: text[:(start + end) // 2],
    lambda text, start, end: text[:start] + text[end:],
    lambda text, start, end: text[:end] + text[start:],
], ids=["cut before", "cut inside", "lost", "twice"])
def test_a_section_that_is_cut_lost_or_there_twice_is_refused(tmp_path, real, heading, change):
    for text in (MODERN.read_text(encoding="utf-8"), real.decode()):
        assert refusal(tmp_path, change(text, *section(text, heading)).encode()) is not None


VALUES = [
    ("bcdUSB: 512", "bcdUSB: 70000"), ("bDeviceClass: 0", "bDeviceClass: 256"),
    ("bDeviceClass: 0", "bDeviceClass: -1"), ("bcdUSB: 512", "bcdUSB:"),
    ("Default music folder: 0x", "Default music folder: 0xx"),
    ("enumeration: 14337,", "enumeration: -14337,"),
    ("   Model: ", "   Model: " + "m" * 800),
    ("StorageDescription: Card", "StorageDescription: " + "C" * 800),
]


@pytest.mark.parametrize("old, new", VALUES, ids=[f"{old} {number}" for number, (old, _)
                                                  in enumerate(VALUES)])
def test_a_value_that_is_none_is_refused_with_its_line(tmp_path, old, new):
    text = MODERN.read_text(encoding="utf-8")
    assert old in text
    assert refused(tmp_path, text.replace(old, new, 1)) == number_of(MODERN, old)


def test_the_device_descriptor_that_the_log_shows(tmp_path):
    text = MODERN.read_text(encoding="utf-8")
    assert "  usb-version: 0x0200\n  manufacturer" in facts_of(tmp_path, text.encode())
    text = text.replace("bDeviceClass: 0\n", "bDeviceClass: 255\n")
    assert "  usb-version: 0x0200\n  class: 0xff\n" in facts_of(tmp_path, text.encode())


@pytest.mark.parametrize("value, version", [(272, "0x0110"), (20000, "0x4e20"), (53504, "0xd100")])
def test_a_version_that_no_device_of_its_speed_has(tmp_path, value, version):
    """Left out, and a comment tells of it: some real players say such."""
    log = NAMES.read_bytes().replace(b"bcdUSB: 512", b"bcdUSB: %d" % value)
    made = facts_of(tmp_path, log)
    assert f"  # The log says usb-version {version}, which its speed rules out.\n" in made
    assert "  usb-version:" not in made
    # No version at all: then the class beside it is none either.
    made = facts_of(tmp_path, log.replace(b"bDeviceClass: 0\n", b"bDeviceClass: 17\n"))
    assert ("  class: 0x11\n" in made) == (value == 272)


@pytest.mark.parametrize("value, there", [("", False), (" (null)", False), (" none", False),
                                          (" 0xffffffff", False), (" 0x00000000", False),
                                          (" 0x0000000b", True), (" XXXXXXXX", True)])
def test_a_folder_without_an_id_is_not_there(tmp_path, value, there):
    text = MODERN.read_text(encoding="utf-8")
    changed, count = re.subn(r"(Default \w+ folder:).*", rf"\1{value}", text)
    assert count == 8
    folders = set(re.findall(r"path: (\w+), folder", facts_of(tmp_path, changed.encode())))
    assert folders == ({"Music", "Playlists", "Pictures", "Video", "Organizer", "ZENcast", "Albums",
                        "Text"} if there else set())


@pytest.mark.parametrize("place", ["start", "middle", "end"])
def test_a_nul_byte_is_refused_where_it_stands(tmp_path, place):
    text = MODERN.read_text(encoding="utf-8")
    at = {"start": 0, "middle": len(text) // 2, "end": len(text)}[place]
    assert refused(tmp_path, text[:at] + "\0" + text[at:]) == text[:at].count("\n") + 1


def test_the_logs_of_the_tests_have_the_sections(real):
    for text in (MODERN.read_text(encoding="utf-8"), real.decode()):
        assert all(heading + "\n" in text for heading in HEADINGS)
    assert len(lines_of(MODERN)) > 100


def test_a_player_that_says_more_is_free_than_it_holds(tmp_path):
    """A real one does."""
    log = MODERN.read_text(encoding="utf-8").replace("MaxCapacity: 2048000000",
                                                     "MaxCapacity: 2048", 1)
    assert "    capacity: 2048\n    free: " in facts_of(tmp_path, log.encode())
