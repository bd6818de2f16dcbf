"""`papsim import` and `papsim anonymise`: logs of devices become players that real clients see as
the log says, damage is named with its line, and the comparer that judges this sees differences."""
import re
import shutil
import subprocess
import sys

import pytest

import check_corpus
import detect_log
import tree
from logs import DAMAGE, LOGS, LSUSB, MODERN, NAMES, WRAPPED, lines_of, made, number_of, refused
from papsim import papsim
from tree import has



# ---- the comparison

def test_each_log_by_hand_is_wholly_equal():
    has("mtp-detect")
    done = subprocess.run([sys.executable, check_corpus.__file__, "--papsim", tree.PAPSIM, LOGS],
                          text=True, timeout=tree.SECONDS, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    assert "3 of 3 logs are wholly equal" in done.stdout


CHANGES = [
    ("an operation less", r"\n   100b: Delete object", ""),
    ("an event more", r"(Events supported:)", r"\1\n   0x4002: ObjectAdded"),
    ("a property less", r"\n   0xd101: Secure Time", ""),
    ("a format less", r"\n   ba03: Abstract Audio Album(\n      .*)*", ""),
    ("an object property more", r"(   b901: WMA)", r"\1\n      dc46: Artist"),
    ("another type", r"UINT16 data type range: MIN 0", "UINT32 data type range: MIN 0"),
    ("another range", r"MAX 100, STEP 10", "MAX 100, STEP 1"),
    ("another enumeration", r"enumeration: 352, 353,", "enumeration: 352,"),
    ("another access", r"(dc44: Name STRING data type) GET/SET", r"\1 READ ONLY"),
    ("another group", r"GROUP 0x2", "GROUP 0x3"),
    ("another form", r"STRING data type DATETIME FORM \(\(null\)\)", "STRING data type"),
    ("another expression", r"\.mp3\)", ".wav)"),
    ("another capacity", r"MaxCapacity: 8063549440", "MaxCapacity: 8063549441"),
    ("another access of a storage", r"0x0001 read only", "0x0000 read/write"),
    ("another description", r"StorageDescription: Card", "StorageDescription: Cart"),
    ("a storage less", r"\n   StorageID: 0x00020001(\n      .*)*", ""),
    ("another name", r"Dora's Melody", "Melody"),
    ("another battery", r"level 60 of", "level 61 of"),
    ("another serial", r"Serial number: 5", "Serial number: 6"),
    ("another extension", r"WMDRMPD: 10.1;", "WMDRMPD: 10.2;"),
    ("another version", r"bcdUSB: 512", "bcdUSB: 528"),
    ("another class", r"bDeviceClass: 0", "bDeviceClass: 255"),
    ("another product", r"idProduct: 7a01", "idProduct: 7a09"),
    ("another secure time", r"#20110203", "#20110204"),
]


@pytest.mark.parametrize("what, old, new", CHANGES, ids=[change[0] for change in CHANGES])
def test_the_comparison_sees(what, old, new):
    del what
    text = MODERN.read_text(encoding="utf-8")
    changed, count = re.subn(old, new, text, count=1)
    assert count == 1
    assert check_corpus.compare(text.encode(), text.encode(), MODERN).equal
    assert not check_corpus.compare(text.encode(), changed.encode(), MODERN).equal
    assert not check_corpus.compare(changed.encode(), text.encode(), MODERN).equal


def test_a_log_that_differs_fails_the_run(tmp_path):
    has("mtp-detect")
    # One that is wholly equal beside one that is no log.
    folder = tmp_path / "logs"
    folder.mkdir()
    shutil.copy(NAMES, folder / "one.txt")
    (folder / "two.txt").write_text("no log\n", encoding="ascii")
    done = subprocess.run([sys.executable, check_corpus.__file__, "--papsim", tree.PAPSIM, folder],
                          text=True, timeout=tree.SECONDS, check=False, stdout=subprocess.PIPE)
    assert done.returncode == 1
    assert "1 of 2 logs are wholly equal" in done.stdout
    assert "two.txt: 1 differences" in done.stdout


@pytest.mark.parametrize("name", ["sandisk-sansa-clip-plus", "creative-zen-v", "microsoft-zune",
                                  "sony-walkman-nwz-e354", "toshiba-gigabeat-s"])
def test_mtp_detect_sees_a_shipped_player_as_its_file_says(name):
    has("mtp-detect")
    done = papsim("exec", "--player", name, "--", "mtp-detect")
    seen = detect_log.read(done.stdout.encode())
    text = (tree.PLAYERS / f"{name}.yaml").read_text(encoding="utf-8")
    listed = re.search(r"^  operations: \[([^]]*)\]", text, re.M)[1]
    assert seen.operations == {int(code, 16) for code in listed.split(",")}
    assert seen.formats.keys() == {int(code, 16)
                                   for code in re.findall(r"^  - code: (0x....)", text, re.M)}


@pytest.mark.parametrize("code, persona", [(0, "mtp"), (0xff, "pap")])
def test_class_of_a_vendor_is_the_interface_s_too(tmp_path, code, persona):
    """mtp-detect prints the device's class only, and no other may stand beside a vendor's
    (USB 2.0, 9.6.1)."""
    text, count = re.subn("bDeviceClass: .*", f"bDeviceClass: {code}",
                          MODERN.read_text(encoding="utf-8"))
    assert count == 1
    (tmp_path / "log.txt").write_text(text, encoding="utf-8")
    papsim("import", "mtp-detect", tmp_path / "log.txt", "-o", tmp_path / "player.yaml")
    assert f"  persona: {persona}\n" in (tmp_path / "player.yaml").read_text(encoding="utf-8")


KNOWN = [
    # What libmtp's table says of the numbers (its flags in the order of quirks).
    ("SanDisk Sansa m240", 0x0781, 0x7400, "", ["broken-mtpgetobjproplist-all",
     "no-release-interface", "unload-driver", "cannot-handle-datemodified"]),
    ("Creative ZEN 8GB", 0x041e, 0x4157, "", ["broken-mtpgetobjproplist-all",
     "ignore-header-errors", "broken-set-sample-dimensions"]),
    ("Philips Shoqbox", 0x0471, 0x0172, "", ["only-7bit-filenames"]),
    ("Samsung YP-M1", 0x04e8, 0x5118, "",
     ["unload-driver", "ogg-is-unknown", "playlist-spl-v2"]),
    ("in no table", 0x1209, 0x4d54, "", []),
    # What libmtp takes the extensions for.
    ("Walkman", 0x1209, 0x4d54, "sony.net/WMFU: 1.0;", ["broken-mtpgetobjproplist",
     "unload-driver", "unique-filenames", "force-reset-on-close"]),
    ("Android", 0x1209, 0x4d54, "android.com: 1.0;", ["broken-mtpgetobjproplist",
     "broken-set-object-proplist", "broken-send-object-proplist", "unload-driver", "long-timeout",
     "force-reset-on-close"]),
    ("Aricent", 0x1209, 0x4d54, "microsoft.com/WPDNA: 1.0; sonyericsson.com/SE: 1.0;",
     ["broken-mtpgetobjproplist", "broken-send-object-proplist"]),  # its headers were whole
    ("half of Aricent", 0x1209, 0x4d54, "sonyericsson.com/SE: 1.0;", []),
    ("another's android", 0x1209, 0x4d54, "my.android.com: 1.0;", []),
    ("another's walkman", 0x1209, 0x4d54, "sony.net/WMFUN: 1.0;", []),
    ("both", 0x0471, 0x0172, "sony.net/WMFU: 1.0;", ["broken-mtpgetobjproplist", "unload-driver",
     "only-7bit-filenames", "unique-filenames", "force-reset-on-close"]),
]


DATE = re.compile(r"^(      dc09: .*)READ ONLY.*$", re.M)  # DateModified, of any format


def quirks_of(path):
    listed = re.search(r"^quirks:\n((?:  - .+\n)+)", path.read_text(encoding="utf-8"), re.M)
    return re.findall(r"^  - (.+)$", listed[1], re.M) if listed else []


@pytest.mark.parametrize("_, vendor, product, extensions, quirks", KNOWN,
                         ids=[known[0] for known in KNOWN])
def test_what_a_device_is_known_for_stands_in_its_file(tmp_path, _, vendor, product, extensions,
                                                       quirks):
    text = MODERN.read_text(encoding="utf-8")
    text = re.sub(r"VID=\w+ and PID=\w+", f"VID={vendor:04x} and PID={product:04x}", text)
    text = re.sub(r"idVendor: \w+", f"idVendor: {vendor:04x}", text)
    text = re.sub(r"idProduct: \w+", f"idProduct: {product:04x}", text)
    text, count = re.subn(r"(Vendor extension description: ).*", rf"\1{extensions}", text)
    assert count == 1
    text = DATE.sub(r"\1GET/SET", text)
    log = tmp_path / "log.txt"
    log.write_text(text, encoding="utf-8")
    assert quirks_of(made(tmp_path, "mtp-detect", log)) == quirks


@pytest.mark.parametrize("settable, described, quirks", [
    ((), (), ["cannot-handle-datemodified"]),  # no word on dates
    ((), ("3009",), []), (("3009",), ("3009", "b901"), ["cannot-handle-datemodified"]),
    ((), ("3009", "b901"), [])])
def test_dates_that_are_only_read_are_not_called_settable(tmp_path, settable, described, quirks):
    """The flag is for players that describe DateModified as settable and refuse to set it."""
    text = MODERN.read_text(encoding="utf-8")
    text = re.sub(r"idVendor: \w+", "idVendor: 0781", text)  # SanDisk Sansa m240
    text = re.sub(r"idProduct: \w+", "idProduct: 7400", text)
    line = DATE.search(text)[0]
    text = DATE.sub("", text)
    for code in described:
        access = "GET/SET" if code in settable else "READ ONLY"
        text, count = re.subn(rf"^   {code}: .*\n", lambda found, access=access: found[0] +
                              line.replace("READ ONLY", access) + "\n", text, count=1, flags=re.M)
        assert count == 1
    log = tmp_path / "log.txt"
    log.write_text(text, encoding="utf-8")
    found = quirks_of(made(tmp_path, "mtp-detect", log))
    assert [each for each in found if each == "cannot-handle-datemodified"] == quirks


@pytest.mark.parametrize("code, quirk", [("b902", "ogg-is-unknown"), ("b906", "flac-is-unknown")])
def test_a_format_the_log_lists_is_not_unknown_any_more(tmp_path, code, quirk):
    text = MODERN.read_text(encoding="utf-8")
    text = re.sub(r"idVendor: \w+", "idVendor: 0e21", text)  # Cowon iAudio D2: both are flagged
    text = re.sub(r"idProduct: \w+", "idProduct: 0801", text)
    assert not re.search(rf"^   {code}: ", text, re.M)
    log = tmp_path / "log.txt"
    log.write_text(text, encoding="utf-8")
    before = quirks_of(made(tmp_path, "mtp-detect", log))
    log.write_text(text.replace("\n   b901: WMA", f"\n   {code}: New\n   b901: WMA"),
                   encoding="utf-8")
    after = quirks_of(made(tmp_path, "mtp-detect", log))
    assert quirk in before and after == [each for each in before if each != quirk]


def test_the_modern_log_imports_to_a_player_that_stores_what_it_gets(tmp_path):
    has("mtp-connect")
    player = made(tmp_path, "mtp-detect", WRAPPED)
    (tmp_path / "song.mp3").write_bytes(b"x" * 5000)
    done = papsim("exec", "--player", player, "--", "sh", "-ec",
                  "mtp-sendfile song.mp3 song.mp3 >/dev/null; mtp-files", cwd=tmp_path)
    assert "File size 5000 " in done.stdout, done.stdout + done.stderr


# ---- damage

@pytest.mark.parametrize("what, log, old, new", DAMAGE, ids=[row[0] for row in DAMAGE])
def test_damage_is_named_with_its_line_and_nothing_is_written(tmp_path, what, log, old, new):
    del what
    text = log.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    assert refused(tmp_path, text.replace(old, new, 1)) == number_of(log, old)


@pytest.mark.parametrize("words", ["Device info:", "Supported operations:", "   1009:",
                                   "Events supported:", "Device Properties Supported:",
                                   "   3009: MP3", "      da20:", "   ba03:"])
def test_a_log_that_ends_early_names_its_last_line(tmp_path, words):
    last = number_of(MODERN, words)
    assert refused(tmp_path, "".join(lines_of(MODERN)[:last])) == last


@pytest.mark.parametrize("text", ["", "\n", "hello\n", "<html></html>\n", "Device info\n"])
def test_a_foreign_file_is_refused(tmp_path, text):
    refused(tmp_path, text)


@pytest.mark.parametrize("words, message", [
    (("mtp-detect", "/nonexistent"), "/nonexistent: No such file"),
    (("mtp-detect", "/tmp"), "/tmp: Is a directory"),
    (("lsusb", MODERN), f"{MODERN}:"),
    (("mtp-detect", LSUSB), f"{LSUSB}:"),
    (("mtp-detect", NAMES, "--lsusb", LSUSB), "no device 1209:7a03"),
    (("mtp-detect",), "expected mtp-detect LOG or lsusb FILE"),
    (("gphoto", MODERN), "gphoto: expected mtp-detect or lsusb"),
    (("mtp-detect", MODERN, "-o"), "expected a value"),
    (("mtp-detect", MODERN, "-o", "/nonexistent/x.yaml"), "/nonexistent/x.yaml: No such file"),
])
def test_bad_usage_is_one_line_and_2(words, message):
    done = papsim("import", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_descriptors_cut_off_are_refused(tmp_path):
    cut = tmp_path / "cut.lsusb"
    last = max(number for number, line in enumerate(lines_of(LSUSB), 1)
               if "Endpoint Descriptor:" in line) - 1
    cut.write_text("".join(lines_of(LSUSB)[:last]), encoding="utf-8")
    done = papsim("import", "lsusb", cut)
    assert done.returncode == 2
    assert f"{cut}:{last}: interface 0 has 2 endpoint descriptors and says 3" in done.stderr


# ---- lsusb

def test_lsusb_and_mtp_detect_join(tmp_path):
    has("mtp-detect")
    player = made(tmp_path, "mtp-detect", MODERN, "--lsusb", LSUSB)
    text = player.read_text(encoding="utf-8")
    for words in ("release: 0x0210", 'manufacturer: "Acme Audio Ltd"', "max-power: 250",
                  "{address: 0x84, type: 2, packet-size: 512", "vendor-code: 0x42",
                  'model: "Melody \\"M2\\""'):
        assert words in text, words
    done = papsim("exec", "--player", player, "--", "mtp-detect")
    assert check_corpus.compare(MODERN.read_bytes(), done.stdout.encode(), MODERN).equal


def test_lsusb_alone_finds_the_player_among_other_devices(tmp_path):
    text = made(tmp_path, "lsusb", LSUSB).read_text(encoding="utf-8")
    assert "product: 0x7a01" in text
    assert "1d6b" not in text


# ---- anonymise

@pytest.mark.parametrize("path", [MODERN, WRAPPED, NAMES, LSUSB,
                                  tree.PLAYERS / "samsung-yp-k5.yaml"],
                         ids=lambda path: path.name)
def test_anonymised_text_has_the_shape_it_had_and_is_stable(tmp_path, path):
    first, again = papsim("anonymise", path), papsim("anonymise", path, "-o", tmp_path / "again")
    assert first.returncode == 0 and again.returncode == 0, first.stderr + again.stderr
    text = path.read_text(encoding="utf-8")
    assert (tmp_path / "again").read_text(encoding="utf-8") == first.stdout != text
    # Digits stay digits, letters letters; everything else is where it was.
    assert re.sub(r"[A-Z]", "A", re.sub(r"[a-z]", "a", re.sub(r"\d", "0", first.stdout))) == \
        re.sub(r"[A-Z]", "A", re.sub(r"[a-z]", "a", re.sub(r"\d", "0", text)))


@pytest.mark.parametrize("path, gone", [
    (MODERN, ["5EA1C0DE00042077", "Dora", "MELODY-5EA1", "dora@desk"]),
    (WRAPPED, ["000A0042", "AAECAwQFBgcICQoLDA0ODw"]),
    (NAMES, ["1234ABCD", "Grandpa", "OLDIES"]),
    (LSUSB, ["5EA1C0DE00042077"]),
])
def test_anonymise_leaves_no_serial_and_no_name(path, gone):
    text = papsim("anonymise", path).stdout
    for words in gone:
        assert words not in text


def test_a_serial_is_the_same_in_log_descriptors_and_player(tmp_path):
    log, usb, player = tmp_path / "log", tmp_path / "usb", tmp_path / "anonymous.yaml"
    for source, target in ((MODERN, log), (LSUSB, usb),
                           (made(tmp_path, "mtp-detect", MODERN), player)):
        assert papsim("anonymise", source, "-o", target).returncode == 0
    serials = {re.search(pattern, path.read_text(encoding="utf-8"), re.M)[1]
               for path, pattern in ((log, r"Serial number: (\S+)$"),
                                     (usb, r"iSerial +3 (\S+)$"),
                                     (player, r'^  serial: "(\S+)"$'))}
    assert len(serials) == 1
    assert papsim("import", "mtp-detect", log, "--lsusb", usb).returncode == 0


def test_anonymise_refuses_what_it_does_not_know(tmp_path):
    path = tmp_path / "letter"
    path.write_text("Dear Dora\n", encoding="ascii")
    done = papsim("anonymise", path, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr.startswith(f"papsim: {path}:1: ")
    assert not (tmp_path / "out").exists()
