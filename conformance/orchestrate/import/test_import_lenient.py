"""`papsim import mtp-detect` on logs that are cut off or hold an odd line: a player with what is
there, and a line on stderr for what is not. A line of every kind is the last once, and every one
the odd one (logs.py says what a kind is, and `make check-corpus` has the logs of others)."""
import re

import pytest
import yaml

import check_corpus
import detect_log
from clients import execute, ok
from logs import (DAMAGE, MODERN, NAMES, WRAPPED, facts_of, lenient, lines_of, number_of, refusal,
                  standing_for_all)
from papsim import papsim
from tree import has

pytestmark = pytest.mark.patient(130)

LOGS = [MODERN, NAMES, WRAPPED, None]
NAMED = ["modern", "names", "wrapped", "real"]


def raw_of(log, real):
    return log.read_bytes() if log else real


def plain(text):
    """A player less what names the log, and the device in words."""
    return re.sub(r"^(# Made by|name:|description:).*\n", "", text, flags=re.M)


def whole(tmp_path, raw):
    return plain(facts_of(tmp_path, raw))


def read(text):
    return yaml.load(text, Loader=yaml.CSafeLoader)


def said(notes, number):
    return [words for line, words in notes if line == number]


# ---- a log that ends early

def carries(player, log):
    """What our reader finds in the lines that are there is in the player, as it stands there."""
    device = player["device"]
    assert not log.operations or log.operations <= set(device["operations"])
    assert log.events <= set(device.get("events", []))
    assert log.properties <= {each["code"] for each in player.get("properties", [])}
    formats = {each["code"]: set(each.get("properties", [])) for each in player.get("formats", [])}
    for code, properties in log.formats.items():
        assert set(properties) <= formats[code]
    storages = {each["id"]: each for each in player.get("storages", [])}
    for code, storage in log.storages.items():
        if "MaxCapacity" in storage.values:
            assert storages[code]["capacity"] == storage.values["MaxCapacity"]
    for key, word in (("Model", "model"), ("Manufacturer", "manufacturer")):
        assert log.device.get(key) in (None, "(null)", device[word])


def descriptions(player):
    return [{key: value for key, value in each.items() if key != "formats"}
            for each in read(player).get("object-properties", [])]


@pytest.mark.parametrize("log", LOGS, ids=NAMED)
def test_a_log_that_ends_after_any_line_is_a_player_with_what_is_there(tmp_path, real, log):
    raw = raw_of(log, real)
    lines, everything = raw.splitlines(keepends=True), whole(tmp_path, raw)
    everywhere, least = descriptions(everything), None
    for cut in [0, *(place + 1 for place in standing_for_all(lines)), len(lines)]:
        part = b"".join(lines[:cut])
        player, notes = lenient(tmp_path, part)
        if player is None:
            assert least is None, "a longer log is not less"
            continue
        least = cut if least is None else least
        carries(read(player), detect_log.read(part))
        for each in descriptions(player):
            assert each in everywhere or said(notes, cut), each
        assert notes or plain(player) == everything, cut
    assert re.search(rb"idProduct|PID=| @ bus ", lines[least - 1])


@pytest.mark.parametrize("log", LOGS, ids=NAMED)
def test_a_log_that_ends_within_a_line_has_the_lines_before_it(tmp_path, real, log):
    raw = raw_of(log, real)
    lines, everything = raw.splitlines(keepends=True), whole(tmp_path, raw)
    for cut in standing_for_all(lines):
        line = lines[cut]
        before, notes = lenient(tmp_path, b"".join(lines[:cut]))
        player, more = lenient(tmp_path, b"".join(lines[:cut]) + line[:len(line) // 2])
        assert (player is None) <= (before is None)
        assert player is None or more or plain(player) == everything
        if before:  # a value that is not whole is none
            player, before = read(player), read(before)
            assert player["usb"] == before["usb"]
            assert player.get("storages") == before.get("storages")
            assert player["device"].get("model") == before["device"].get("model")


def test_the_real_tool_takes_the_players_of_logs_that_end_early(tmp_path):
    has("mtp-detect")
    lines = lines_of(MODERN)
    for cut in range(number_of(MODERN, "idProduct"), len(lines), 6):
        player, _ = lenient(tmp_path, "".join(lines[:cut]).encode())
        done = ok(execute("--player", tmp_path / "player.yaml", "--", "mtp-detect"))
        assert "OK." in done and f"idVendor: {read(player)['usb']['vendor']:04x}" in done, cut
        heard = detect_log.read(done.encode())
        assert detect_log.read("".join(lines[:cut]).encode()).operations <= heard.operations


ENDS = [
    ("idProduct", "'Device info:' missing, assumed no names"),
    ("Model:", "'Device version:' missing, assumed none"),
    ("Supported operations:", "'Supported operations:' missing, assumed those of papsim's own"),
    ("   1003:", "operation 0x1009 missing, assumed"),
    ("   1003:", "the log ends below 'Supported operations:': the rest is missing"),
    ("Events supported:", "'Events supported:' missing, assumed those of papsim's own players"),
    ("Device Properties", "'Device Properties Supported:' missing, assumed those of papsim's own"),
    ("   3009: MP3", "'Storage Devices:' missing, assumed one of 4 GiB"),
    ("MaxCapacity: ", "storage 0x00010001: 'FreeSpaceInBytes:' missing, assumed all of it"),
    ("Default music", "'Default video folder:' missing, assumed none"),
    ("MTP-specific", "'Friendly name:' missing, assumed none"),
    ("filetypes:", "the log ends before 'OK.': 'Secure Time:' missing, assumed none"),
]


@pytest.mark.parametrize("words, note", ENDS, ids=[f"{row[0]} {row[1][:20]}" for row in ENDS])
def test_what_is_missing_and_assumed_is_said_with_the_last_line(tmp_path, words, note):
    last = number_of(MODERN, words)
    text = "".join(lines_of(MODERN)[:last]).encode()
    player, notes = lenient(tmp_path, text)
    assert player and any(each.startswith(note) for each in said(notes, last)), notes
    if "filetypes" not in words:
        assert refusal(tmp_path, text) in (last, last - 1)


# ---- an odd line

ODD = [b"what is this now\n", b"Gtk-WARNING **: cannot open display: :0\n",
       b"\x01\xff12 bottles\n", b"a NUL \0 byte\n"]


@pytest.mark.parametrize("odd", ODD, ids=["prose", "a warning", "bytes", "a NUL byte"])
@pytest.mark.parametrize("log", LOGS, ids=NAMED)
def test_an_odd_line_between_any_two_changes_nothing_that_is_not_said(tmp_path, real, log, odd):
    raw = raw_of(log, real)
    lines, everything = raw.splitlines(keepends=True), whole(tmp_path, raw)
    changed = 0
    # Before a line of each kind stands one of text and one of bytes.
    for place in [*standing_for_all(lines)[ODD.index(odd) % 2::2], len(lines)]:
        player, notes = lenient(tmp_path, b"".join(lines[:place] + [odd] + lines[place:]))
        if plain(player) != everything:
            assert notes, (place, lines[place:place + 1])
            changed += 1
        assert all(abs(number - place - 1) < 3 for number, _ in notes), (place, notes)
    # Only where a mail had folded a line it cannot be told from the line's other half.
    assert changed <= (4 if log == WRAPPED else 0)


# Lines a log may have or not: nobody misses one that was made unreadable.
OPTIONAL = re.compile(rb"Microsoft device|Interface description|Battery|Extensions:|packet|^\s*$|"
                      rb"^\s+\S+: [\d.]+$")


@pytest.mark.parametrize("log", LOGS, ids=NAMED)
@pytest.mark.parametrize("spoil", [lambda line: b"what is this now\n",
                                   lambda line: re.sub(rb"[0-9a-f](?=[^0-9a-f]*\n?$)", b"~", line)],
                         ids=["unreadable", "a digit"])
def test_any_line_that_is_spoilt_is_left_out_and_named(tmp_path, real, log, spoil):
    raw = raw_of(log, real)
    lines, everything = raw.splitlines(keepends=True), whole(tmp_path, raw)
    unsaid = []
    for place in standing_for_all(lines):
        line = lines[place]
        player, notes = lenient(tmp_path, b"".join(lines[:place] + [spoil(line)] +
                                                   lines[place + 1:]))
        if plain(player) != everything and not notes:
            unsaid.append((place + 1, line))
    # A name in which a letter is another one is a name.
    texts = rb"[Nn]ame|ode[ln]|version|[Ss]erial|[Dd]escription|Manuf|Volume|[Pp]artner|DRM|" \
            rb"extension|microsoft|<"
    assert not [each for each in unsaid
                if not OPTIONAL.search(each[1]) and not re.search(texts, each[1])], unsaid


@pytest.mark.parametrize("what, log, old, new", DAMAGE, ids=[row[0] for row in DAMAGE])
def test_damage_that_strict_refuses_is_left_out_with_its_line(tmp_path, what, log, old, new):
    del what
    text = log.read_text(encoding="utf-8").replace(old, new, 1)
    player, notes = lenient(tmp_path, text.encode())
    number = number_of(log, old)
    assert player and said(notes, number), notes
    assert refusal(tmp_path, text.encode()) == number


HEADINGS = ["USB low-level info:", "Device info:", "Supported operations:", "Events supported:",
            "Device Properties Supported:", "Playable File (Object) Types and Object Properties "
            "Supported:", "Storage Devices:", "Special directories:",
            "MTP-specific device properties:", "libmtp supported (playable) filetypes:"]


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_that_is_unreadable_is_told_by_the_lines_below_it(tmp_path, heading):
    text = MODERN.read_text(encoding="utf-8")
    player, notes = lenient(tmp_path, text.replace(heading + "\n", "Somethixg:\n", 1).encode())
    assert plain(player) == whole(tmp_path, text.encode())
    assert f"'{heading}' missing, assumed above this line" in [words for _, words in notes]


def test_a_format_whose_line_is_odd_takes_its_properties_with_it(tmp_path):
    text = MODERN.read_text(encoding="utf-8")
    for new in ("   b9g1: WMA\n", "", "   3g09: MP3\n"):
        old = "   3009: MP3\n" if "MP3" in new else "   b901: WMA\n"
        player, notes = lenient(tmp_path, text.replace(old, new, 1).encode())
        everything = read(whole(tmp_path, text.encode()))
        lost = int(old.split(":")[0], 16)
        assert read(player)["formats"] == [each for each in everything["formats"]
                                           if each["code"] != lost]
        named = " ".join(words for _, words in notes)
        for each in everything["formats"]:
            if each["code"] == lost:
                assert all(f"0x{code:04x} of no format" in named for code in each["properties"])


def test_storages_keep_their_own_values_when_an_id_is_lost(tmp_path):
    text = MODERN.read_text(encoding="utf-8")
    for new in ("StorageID: card", "Storxge: 0x00020001", "StorageID: 0x00020000"):
        player, notes = lenient(tmp_path, text.replace("StorageID: 0x00020001", new, 1).encode())
        assert read(player)["storages"] == read(whole(tmp_path, text.encode()))["storages"]
        assert any("assumed StorageID 0x00020001" in words for _, words in notes)


def test_storages_that_could_not_be_read_are_assumed_and_not_missing(tmp_path):
    """The tool prints no heading then, either, and says why before all others."""
    text = MODERN.read_text(encoding="utf-8")
    bare = re.sub(r"^Storage Devices:\n(   .*\n)+", "", text, flags=re.M)
    assert "StorageID" not in bare
    assert read(lenient(tmp_path, bare.encode())[0])["no-storages"]
    unread = bare.replace("USB low-level info:\n", "Error 1: Get Storage information failed.\n"
                          "USB low-level info:\n")
    player, notes = lenient(tmp_path, unread.encode())
    assert "no-storages" not in read(player)
    assert any("'Storage Devices:' missing, assumed one of 4 GiB" in words for _, words in notes)
    (tmp_path / "unread.yaml").write_text(player, encoding="utf-8")
    seen = ok(execute("--player", tmp_path / "unread.yaml", "--", "mtp-detect")).encode()
    compared = check_corpus.compare(unread.encode(), seen, MODERN)
    assert compared.equal and compared.used["storages-not-read"], compared.differences
    assert not check_corpus.compare(bare.encode(), seen, MODERN).equal


def test_a_number_that_is_none_is_assumed(tmp_path):
    text = MODERN.read_text(encoding="utf-8")
    player, notes = lenient(tmp_path, text.replace("MaxCapacity: 2048000000", "MaxCapacity: lots",
                                                   1).encode())
    assert read(player)["storages"][1]["capacity"] == 4 << 30
    assert any("'MaxCapacity:' missing, assumed 4 GiB" in words for _, words in notes)


def test_a_whole_run_is_taken_without_a_word_on_the_damaged_one(tmp_path):
    text = MODERN.read_text(encoding="utf-8")
    damaged = text.replace("1007: Get", "10x7: Get", 1)
    for both in (damaged + text, text + damaged):
        player, notes = lenient(tmp_path, both.encode())
        assert (plain(player), notes) == (whole(tmp_path, text.encode()), [])
    cut = "".join(lines_of(MODERN)[:number_of(MODERN, "   1003:")])
    player, notes = lenient(tmp_path, (cut + damaged).encode())
    assert len(read(player)["formats"]) == 3
    assert any("another run of the tool" in words for _, words in notes)


# ---- the least, and what is not the log's own

@pytest.mark.parametrize("text", ["", "hello\n", "Device info:\n", "\0" * 100,
                                  "USB low-level info:\n   bcdUSB: 512\n", "Model: Melody\n"])
def test_less_than_a_device_is_refused(tmp_path, text):
    assert lenient(tmp_path, text.encode())[0] is None


@pytest.mark.parametrize("text", ["Device 0 (VID=1209 and PID=7a01) is a Melody.\n",
                                  "Device info:\n   Model: Melody\n"])
def test_a_device_is_enough(tmp_path, text):
    has("mtp-detect")
    assert lenient(tmp_path, text.encode())[0]
    assert "OK." in ok(execute("--player", tmp_path / "player.yaml", "--", "mtp-detect"))


def test_a_log_without_ids_is_told_where_to_get_them(tmp_path):
    bare = "".join(lines_of(MODERN)[number_of(MODERN, "Device info:") - 1:])
    player, notes = lenient(tmp_path, bare.encode())
    assert read(player)["usb"]["vendor"] == 0x1209
    assert said(notes, 1) == ["no USB ids before 'Device info:', assumed 1209:4d54; --lsusb or "
                              "--device can give them"]


@pytest.mark.parametrize("old, new, note", [
    ("idVendor: 1209", "idVendor: 0000", "no USB ids before 'Device info:', assumed 1209:7a01"),
    ("CMD 0x42:", "CMD 0x00:", "is no request: left out"),
    ("   Model: ", "   Model: " + "m" * 254, "is longer than a string of MTP: left out"),
    ("WMDRMPD: 10.1;", "WMDRMPD: 10.1;\n" + "e.f/g:1;" * 40, "is longer than a string of MTP"),
    ("StorageID: 0x00020001", "StorageID: 0x00010001", "StorageID 0x00010001 again: left out"),
], ids=["a vendor", "a request", "a model", "extensions", "a storage"])
def test_a_value_that_no_player_may_have_is_left_out(tmp_path, old, new, note):
    text = re.sub(r"\(VID=\w+ and PID=\w+\)| \(1209:7a01\) @ bus", "",
                  MODERN.read_text(encoding="utf-8"))
    assert old in text
    player, notes = lenient(tmp_path, text.replace(old, new, 1).encode())
    assert player and any(note in words for _, words in notes), notes


def test_utf_16_that_ends_in_half_a_character(tmp_path):
    text = MODERN.read_text(encoding="utf-8")
    cut = text[:text.index("Special directories")]
    player, notes = lenient(tmp_path, b"\xff\xfe" + cut.encode("utf-16-le") + b"S")
    assert read(player)["storages"] == read(whole(tmp_path, text.encode()))["storages"]
    assert "half a character" in notes[0][1]


def test_a_quoted_log_whose_first_heading_is_lost_is_still_a_log(tmp_path):
    text = MODERN.read_text(encoding="utf-8").replace("Device info:\n", "Dxvice ixfo:\n", 1)
    quoted = re.sub("^", "> ", text, flags=re.M)
    player, _ = lenient(tmp_path, quoted.encode())
    assert read(player)["device"]["model"] == 'Melody "M2"'


def test_no_more_than_a_thousand_lines_are_said(tmp_path):
    text = MODERN.read_text(encoding="utf-8")
    player, notes = lenient(tmp_path, text.replace("   1007:", "   zzzz\n" * 5000 + "   1007:",
                                                   1).encode())
    assert plain(player) == whole(tmp_path, text.encode())
    assert len(notes) == 1001 and notes[-1][1] == "more is odd from here on: left out unsaid"


def test_anonymise_takes_a_log_that_is_cut_off_or_no_text(tmp_path):
    log, out = tmp_path / "log.txt", tmp_path / "out.txt"
    raw = "".join(lines_of(MODERN)[:number_of(MODERN, "idProduct")]).encode()
    log.write_bytes(raw + b"what\0is\n")
    done = papsim("anonymise", log, "-o", out)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (f"papsim: {log}:{raw.count(10) + 1}: a NUL byte: assumed '?'\n")
    assert out.read_bytes().endswith(b"what?is\n")
    assert papsim("anonymise", "--strict", log, "-o", tmp_path / "never").returncode == 2
    assert not (tmp_path / "never").exists()
