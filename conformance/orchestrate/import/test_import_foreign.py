"""`papsim import` on logs as strangers send them: pasted into mails and tickets, in pieces, of two
devices; and on damage of any kind, which is one line and no file."""
import quopri
import random
import re
import subprocess

import pytest

import check_corpus
import tree
from logs import LSUSB, MODERN, NAMES, WRAPPED, facts_of, lenient, refusal
from papsim import papsim
from tree import has

pytestmark = pytest.mark.patient(50)

CLOCK = 11 * 3600 + 58 * 60 + 50


def each(text, prefix):
    lines = text.split("\n")
    return "\n".join(prefix(number) + line for number, line in enumerate(lines[:-1], 1)) + "\n"


def clock(number):
    now = CLOCK + number // 7
    return f"{now // 3600:02}:{now // 60 % 60:02}:{now % 60:02}"


def blank_tail(text):
    """Mail programs take the blank from a quoted line that is empty."""
    return re.sub(r"^> $", ">", each(text, lambda _: "> "), flags=re.M)


PASTES = {
    "a quotation": lambda text: each(text, lambda _: "> "),
    "a quotation without last blanks": blank_tail,
    "a quotation of a quotation": lambda text: each(text, lambda _: "> > "),
    "a quotation without a blank": lambda text: each(text, lambda _: ">"),
    "a quotation under prose": lambda text: "Hello,\n> all\nhere it is:\n\n" + blank_tail(text) +
    "\nThe Device info: is wrong\nMTP-specific device properties:\n   Friendly name: no\n",
    "a diff": lambda text: each(text, lambda _: "+"),
    "a table": lambda text: each(text, lambda _: "| "),
    "code of Markdown": lambda text: "Look:\n\n" + each(text, lambda _: "    ") + "\nThanks!\n",
    "a fence of Markdown": lambda text: "Look:\n```\n" + text + "```\n\n1. no\n2. yes\n",
    "tabs": lambda text: each(text, lambda _: "\t"),
    "line numbers": lambda text: each(text, lambda number: f"{number:6}\t"),
    "line numbers and a colon": lambda text: each(text, lambda number: f"{number}: "),
    "the kernel's clock": lambda text: each(text, lambda number: f"[{number / 7:12.6f}] "),
    "a terminal's clock": lambda text: each(text, lambda number: f"{clock(number)} "),
    "a journal": lambda text: each(
        text, lambda number: f"Nov 21 {clock(number)} desk mtp-detect[{number // 99 + 98}]: "),
    "line ends of Windows": lambda text: text.replace("\n", "\r\n"),
    "line ends of Windows, twice": lambda text: text.replace("\n", "\r\r\n"),
    "line ends of old": lambda text: text.replace("\n", "\r"),
    "a mark of byte order": lambda text: "\ufeff" + text,
    "colours": lambda text: re.sub(r"^( *)(\w+):", "\\1\x1b[1;32m\\2\x1b[0m:", text, flags=re.M),
    "a terminal's title": lambda text: "\x1b]0;dora@desk: ~\x07\x1b[?2004h$ mtp-detect\n" + text,
    "hard blanks": lambda text: re.sub(r"^ +", lambda match: "\xa0" * len(match[0]), text,
                                       flags=re.M),
    "hard blanks among others": lambda text: re.sub("^   ", "\xa0\xa0 ", text, flags=re.M),
    "no indentation": lambda text: re.sub(r"^ +", "", text, flags=re.M),
    "quoted-printable": lambda text: "Content-Transfer-Encoding: quoted-printable\n\n" +
    quopri.encodestring(text.encode()).decode(),
}


@pytest.mark.parametrize("log", [MODERN, NAMES, WRAPPED, None],
                         ids=["modern", "names", "wrapped", "real"])
@pytest.mark.parametrize("what", PASTES)
def test_pasting_changes_nothing(tmp_path, real, log, what):
    raw = log.read_bytes() if log else real
    pasted = PASTES[what](raw.decode()).encode()
    assert pasted != raw or (log == WRAPPED and "blanks" in what) or what == "no indentation"
    assert facts_of(tmp_path, pasted) == facts_of(tmp_path, raw)


@pytest.mark.parametrize("message", [
    "PTP: Closing session\n", "Unknown OPFF type 6\n",
    "PTP: Closing session\ninep: usb_get_endpoint_status(): Connection timed out\n"
    "usb_clear_halt() on IN endpoint: Connection timed out\n",
    "LIBMTP PANIC: code field insane\n",
])
def test_a_message_in_the_middle_of_any_line_changes_nothing(tmp_path, message):
    text = MODERN.read_text(encoding="utf-8")
    whole = facts_of(tmp_path, text.encode())
    begin, end = text.index("   Model:"), text.index("libmtp supported")
    places = random.Random(7).sample(range(begin, end), 30)
    for place in places:
        if "\n" in text[place - 1:place + 1]:
            continue  # not in the middle
        torn = text[:place] + message + text[place:]
        assert facts_of(tmp_path, torn.encode()) == whole, place


def test_what_the_tool_tells_with_debugging_on_changes_nothing(tmp_path, real):
    done = subprocess.run([tree.PAPSIM, "exec", "--player", "creative-zen-v", "--", "sh", "-c",
                           "stdbuf -oL mtp-detect -d 2>&1"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, timeout=tree.SECONDS, check=True)
    assert done.stdout.count(b"\t0000: ") > 100
    assert facts_of(tmp_path, done.stdout) == facts_of(tmp_path, real)


# ---- several runs and several devices

def test_a_run_that_was_cut_gives_way_to_a_whole_one(tmp_path):
    text = MODERN.read_text(encoding="utf-8")
    for place in (text.index("1007: Get"), text.index("da20:"), text.index("STEP 10")):
        assert facts_of(tmp_path, (text[:place] + "\n" + text).encode()) == \
            facts_of(tmp_path, text.encode())


def test_of_two_devices_the_first_is_taken_or_the_one_asked_for(tmp_path):
    one, other = MODERN.read_bytes(), NAMES.read_bytes()
    assert b"idProduct: 7a01" in one and b"idProduct: 7a03" in other
    note = "# The log shows another device, too, which --device 1209:7a0%d takes.\n"
    for first, second, ids in ((one, other, (1, 3)), (other, one, (3, 1))):
        both = first + second
        assert facts_of(tmp_path, both) == note % ids[1] + facts_of(tmp_path, first)
        # What asks for the second sees the first.
        assert facts_of(tmp_path, both, "--device", f"1209:7a0{ids[1]}") == \
            note % ids[0] + facts_of(tmp_path, second)


def test_a_device_that_is_not_in_the_log_is_refused(tmp_path):
    done = papsim("import", "mtp-detect", MODERN, "--device", "1209:7a09", "-o", tmp_path / "x")
    assert done.returncode == 2
    assert re.fullmatch(rf"papsim: {re.escape(str(MODERN))}:\d+: no whole report of a device "
                        r"1209:7a09\n", done.stderr)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("ids", ["", "1209", "1209:", "1209:7a01:", "0:0", "x:y", "12345:1"])
def test_ids_that_are_none(ids):
    done = papsim("import", "mtp-detect", MODERN, "--device", ids)
    assert (done.returncode, done.stderr) == \
        (2, f"papsim: import: --device {ids}: expected VID:PID\n")


def test_ids_that_the_log_has_not_come_from_the_caller(tmp_path):
    text = MODERN.read_text(encoding="utf-8")
    bare = text[text.index("Device info:"):].encode()
    log = tmp_path / "bare.txt"
    log.write_bytes(bare)
    done = papsim("import", "--strict", "mtp-detect", log)
    assert done.returncode == 2
    assert f"{log}:1: no USB ids before 'Device info:'" in done.stderr
    made = facts_of(tmp_path, bare, "--device", "1209:7a01")
    assert "  vendor: 0x1209\n  product: 0x7a01\n" in made
    assert 'model: "Melody \\"M2\\""' in made


# ---- what a log may lack

def without(text, *patterns):
    for pattern in patterns:
        text, count = re.subn(pattern, "", text, flags=re.M | re.S)
        assert count == 1, pattern
    return text


def test_a_player_that_describes_no_formats_has_those_its_file_types_name(tmp_path):
    has("mtp-detect")
    text = without(MODERN.read_text(encoding="utf-8"), r"^   9801:[^\n]*\n",
                   r"^Playable File.*?(?=^Storage Devices)").replace("64 bits", "32 bits")
    made = facts_of(tmp_path, text.encode(), "-o", tmp_path / "player.yaml")
    assert made == ""
    done = papsim("exec", "--player", tmp_path / "player.yaml", "--", "mtp-detect")
    assert check_corpus.compare(text.encode(), done.stdout.encode(), MODERN).equal
    assert "   ISO MPEG-1 Audio Layer 3\n" in done.stdout


def test_a_player_of_no_format_at_all(tmp_path):
    has("mtp-detect")
    text = without(MODERN.read_text(encoding="utf-8"), r"^   9801:[^\n]*\n",
                   r"^Playable File.*?(?=^Storage Devices)",
                   r"(?<=filetypes:\n).*?(?=^$)")
    assert "no-formats: true\n" in facts_of(tmp_path, text.encode())
    facts_of(tmp_path, text.encode(), "-o", tmp_path / "player.yaml")
    done = papsim("exec", "--player", tmp_path / "player.yaml", "--", "mtp-detect")
    assert re.search(r"\(playable\) filetypes:\n(\n|OK)", done.stdout), done.stdout


def test_a_number_that_was_blotted_out_is_made_up(tmp_path):
    text = MODERN.read_text(encoding="utf-8")
    blotted = re.sub(r"(FreeSpaceIn\w+: )\d+", r"\1XXXXXXXXX", text)
    made = facts_of(tmp_path, blotted.encode())
    assert "    capacity: 8063549440\n    free: 8063549440\n" in made
    assert "free-objects" not in made


def test_an_extension_id_of_nobody(tmp_path):
    has("mtp-detect")
    text = MODERN.read_text(encoding="utf-8").replace("extension ID: 0x00000006",
                                                      "extension ID: 0x00000000")
    facts_of(tmp_path, text.encode(), "-o", tmp_path / "player.yaml")
    done = papsim("exec", "--player", tmp_path / "player.yaml", "--", "mtp-detect")
    assert "Vendor extension ID: 0x00000000" in done.stdout


# ---- damage of any kind

def drop_line(rng, raw):
    lines = raw.splitlines(keepends=True)
    del lines[rng.randrange(len(lines))]
    return b"".join(lines)


def double_line(rng, raw):
    lines = raw.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    return b"".join(lines[:at] + [lines[at]] * rng.choice([2, 3, 400]) + lines[at + 1:])


def swap_lines(rng, raw):
    lines = raw.splitlines(keepends=True)
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def cut(rng, raw):
    return raw[:rng.randrange(len(raw))]


def cut_out(rng, raw):
    one, other = sorted(rng.sample(range(len(raw)), 2))
    return raw[:one] + raw[other:]


def huge_number(rng, raw):
    found = list(re.finditer(rb"\d+", raw))
    match = rng.choice(found)
    number = rng.choice([b"9" * 30, b"18446744073709551615", b"-1", b"4294967296", b"65536",
                         b"0x" + b"f" * 40, b"", b"1e9", b"9" * 100000])
    return raw[:match.start()] + number + raw[match.end():]


def strange_byte(rng, raw):
    at = rng.randrange(len(raw))
    return raw[:at] + rng.choice([b"\0", b"\xff", b"\xc3", b"\x1b", b"\x1b[", b"\x1b]", b"\r",
                                  b"\xed\xa0\x80", b"=", b"=\n", b"\t", b"\xf5\x80\x80\x80"]) + \
        raw[at:]


def noise(rng, raw):
    raw = bytearray(raw)
    for _ in range(rng.choice([1, 5, 50])):
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    return bytes(raw)


def long_line(rng, raw):
    at = rng.randrange(len(raw))
    return raw[:at] + bytes([rng.choice(b"a 0:,>")]) * 200000 + raw[at:]


DAMAGES = [drop_line, double_line, swap_lines, cut, cut_out, huge_number, strange_byte, noise,
           long_line]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("modern", [True, False], ids=["modern", "real"])
def test_damage_is_one_line_or_none(tmp_path, real, damage, modern):
    raw = MODERN.read_bytes() if modern else real
    for seed in range(16):
        rng = random.Random(f"{damage.__name__} {seed}")
        damaged = damage(rng, raw)
        number = refusal(tmp_path, damaged)
        assert number is None or 1 <= number <= damaged.count(b"\n") + damaged.count(b"\r") + 1
        lenient(tmp_path, damaged)  # is a player, too, or less than a device


def test_a_cut_before_the_last_section_is_always_refused_with_its_last_line(tmp_path, real):
    for raw in (MODERN.read_bytes(), real):
        end = raw.index(b"libmtp supported (playable) filetypes:")
        for place in random.Random(11).sample(range(1, end), 25) + [end - 1, end]:
            number = refusal(tmp_path, raw[:place])
            lines = raw[:place].count(b"\n") + (raw[place - 1:place] != b"\n")
            assert number is not None, place
            # A description that is cut is named by its own line, which may be the one before.
            assert number in (lines, lines - 1), (place, number, lines)


@pytest.mark.parametrize("old, new", [
    (b"   StorageID: 0x00010001\n", b"   StorageID: 0x00010001\n" * 100000),
    (b"   1001: ", b"   1001: again\n" * 100000 + b"   1001: "),
    (b"   3009: ", b"   3009: again\n" * 100000 + b"   3009: "),
    (b"Device info:", b"Device info:\n" * 100000 + b"Device info:"),
    (b"Device info:", b"USB low-level info:\n" * 100000 + b"Device info:"),
    (b"   Model: ", b"   Model: " + b"m" * (10 << 20)),
    (b"extension description: ", b"extension description: " + b"e:1.0;" * (1 << 20)),
    (b"enumeration: 352, ", b"enumeration: 352, " + b"1, " * (1 << 20)),
    (b"   Model: ", b"PTP: Closing session\n" * 100000 + b"   Model: "),
    (b"   Model: ", b"   MPTP: Closing session\n" * 3000 + b"   Model: "),
], ids=["storages", "operations", "formats", "reports", "beginnings", "a model", "extensions",
        "an enumeration", "messages", "pieces"])
def test_too_much_of_anything_is_one_line_or_none(tmp_path, old, new):
    raw = MODERN.read_bytes()
    assert old in raw
    refusal(tmp_path, raw.replace(old, new, 1))


def test_a_file_that_is_too_large_is_refused(tmp_path):
    log = tmp_path / "log.txt"
    log.write_bytes(MODERN.read_bytes() + b"\n" * (17 << 20))
    done = papsim("import", "mtp-detect", log)
    assert done.returncode == 2
    assert done.stderr == f"papsim: {log}: File too large\n"


def test_a_log_is_no_descriptors_and_descriptors_are_no_log():
    for kind, path in (("mtp-detect", LSUSB), ("lsusb", MODERN)):
        done = papsim("import", kind, path)
        assert done.returncode == 2
        assert re.fullmatch(rf"papsim: {re.escape(str(path))}:\d+: no output of [^\n]+\n",
                            done.stderr)


# ---- anonymise, judged by what a reader of the text would call an identity

REPORT = """From: Dora Explorer <dora@example.org>
**Created:** Mon Nov 09, 2015 09:11 PM UTC by Dora Explorer

dora@desk:/home/dora.e/music# mtp-detect
Nov 21 11:58:50 desk kernel: usb 2-1: SerialNumber: 8a8f289
E: ID_SERIAL_SHORT=8a8f28a
    ATTRS{serial}=="8a8f28b"
  iSerial                 3 8a8f28c
%s
WMPInfo.xml file contents:
<WMP DeviceID="{DB0CA888-31E0-47B3-8F12-0419173403C2}" \
RelationshipID="{53FCCB67-737B-43D6-8E17-14283B906B22}"/>
<nil id="{00000000-0000-0000-0000-000000000000}"/>
I call it Dora's Melody.
"""
SECRETS = ["Dora", "dora", "Explorer", "8a8f28", "DB0CA888", "53FCCB67", "14283B906B22",
           "5EA1C0DE00042077", "MELODY-5EA1"]


@pytest.mark.parametrize("what", [what for what in PASTES if what not in (
    "line ends of old", "quoted-printable")])
def test_anonymise_leaves_no_identity_in_a_report(tmp_path, what):
    text = REPORT % MODERN.read_text(encoding="utf-8")
    log = tmp_path / "log.txt"
    log.write_bytes(PASTES[what](text).encode())
    done = subprocess.run([tree.PAPSIM, "anonymise", log], timeout=tree.SECONDS, check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    found = [secret for secret in SECRETS if secret.encode() in done.stdout]
    assert not found, done.stdout.decode()
    assert b"{00000000-0000-0000-0000-000000000000}" in done.stdout
    log.write_bytes(done.stdout)
    assert papsim("import", "mtp-detect", log).returncode == 0


def shown(text):
    """What the bytes of all transfers spell."""
    digits = "".join(re.findall(r"^\t[0-9a-f]{4}: ([0-9a-f ]+)\t", text, re.M)).replace(" ", "")
    return bytes.fromhex(digits).replace(b"\0", b"").decode("latin-1")


def test_anonymise_leaves_nothing_in_the_bytes_that_debugging_shows(tmp_path):
    has("mtp-detect")
    player = tmp_path / "player.yaml"
    facts_of(tmp_path, MODERN.read_bytes(), "-o", player)
    done = subprocess.run([tree.PAPSIM, "exec", "--player", player, "--", "sh", "-c",
                           "stdbuf -oL mtp-detect -d 2>&1"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, timeout=tree.SECONDS, check=True)
    assert "Dora" in shown(done.stdout.decode())
    log = tmp_path / "log.txt"
    log.write_bytes(done.stdout)
    text = papsim("anonymise", log).stdout
    assert text.count("\n") == done.stdout.count(b"\n")
    letters = "".join(re.findall(r"\t(\S+)$", text, re.M)).replace(".", "")
    assert "Dora" not in text and "Dora" not in letters and "Dora" not in shown(text)
