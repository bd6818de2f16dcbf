"""`papcheck registry`: hives and .reg files, there and back, and as readers that are not ours see
them: hivexregedit, reglookup, regfexport. Files that are neither, and files that mean harm."""
import os
import random
import resource
import signal
import struct
import subprocess

import pytest

HEAD = "Windows Registry Editor Version 5.00\n"
TEXT = HEAD + r"""
; what a .reg file may say
[HKEY_LOCAL_MACHINE\SOFTWARE\Übung]
@="def \\ \"q\""
"d"=dword:1f
"b"=hex:00,01,\
  02,ff ; two lines
"e"=hex(2):25,00,41,00,25,00,00,00
"m"=hex(7):41,00,00,00,42,00,00,00,00,00
"q"=hex(b):01,02,03,04,05,06,07,08
"none"=hex(0):
"gone"="x"
"gone"=-

[HKCR\CLSID\{1}]
"имя"="приём"

[HKLM\Empty]
[HKLM\Gone\Deep]
[-HKEY_LOCAL_MACHINE\GONE]
"""
# As it comes out again, with the keys on the way.
PRINTED = HEAD + r"""
[HKEY_LOCAL_MACHINE]

[HKEY_LOCAL_MACHINE\Empty]

[HKEY_LOCAL_MACHINE\SOFTWARE]

[HKEY_LOCAL_MACHINE\SOFTWARE\Classes]

[HKEY_LOCAL_MACHINE\SOFTWARE\Classes\CLSID]

[HKEY_LOCAL_MACHINE\SOFTWARE\Classes\CLSID\{1}]
"имя"="приём"

[HKEY_LOCAL_MACHINE\SOFTWARE\Übung]
@="def \\ \"q\""
"b"=hex:00,01,02,ff
"d"=dword:0000001f
"e"=hex(2):25,00,41,00,25,00,00,00
"m"=hex(7):41,00,00,00,42,00,00,00,00,00
"none"=hex(0):
"q"=hex(b):01,02,03,04,05,06,07,08
"""


def other(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(name="hive")
def a_hive(check, tmp_path):
    text, path = tmp_path / "a.reg", tmp_path / "a.hive"
    text.write_text(TEXT, encoding="utf-8")
    done = check("registry", text, "--out", path)
    assert (done.status, done.stdout, done.stderr) == (0, "", "")
    return path


@pytest.mark.parametrize("encode", [
    lambda text: text.encode("utf-8"),
    lambda text: b"\xef\xbb\xbf" + text.encode("utf-8"),
    lambda text: b"\xff\xfe" + text.replace("\n", "\r\n").encode("utf-16-le"),
])
def test_a_text_is_printed_in_the_order_of_names(check, tmp_path, encode):
    path = tmp_path / "a.reg"
    path.write_bytes(encode(TEXT))
    done = check("registry", path)
    assert (done.status, done.stdout, done.stderr) == (0, PRINTED, "")


def test_a_hive_and_back(check, hive):
    assert check("registry", hive).stdout == PRINTED


def test_a_text_of_windows_and_back(check, hive, tmp_path):
    path = tmp_path / "b.reg"
    assert check("registry", hive, "--out", path).status == 0
    assert path.read_bytes() == b"\xff\xfe" + PRINTED.replace("\n", "\r\n").encode("utf-16-le")
    assert check("registry", path).stdout == PRINTED


def test_texts_of_before_windows_2000_are_in_a_code_page(check, tmp_path):
    path = tmp_path / "a.reg"
    path.write_bytes(b'REGEDIT4\r\n\r\n[HKEY_USERS\\\xdcbung]\r\n"a"="\xe4"\r\n'
                     b'"m"=hex(7):41,00,e4,00,00\r\n"b"=hex:e4\r\n')
    assert check("registry", path).stdout.endswith(
        '\n[HKEY_USERS\\Übung]\n"a"="ä"\n"b"=hex:e4\n'
        '"m"=hex(7):41,00,00,00,e4,00,00,00,00,00\n')


def test_readers_that_are_not_ours_agree(hive):
    lines = other("reglookup", hive).decode("ascii").splitlines()
    assert "/Empty,KEY,,1970-01-01 00:00:00" in lines
    assert "/SOFTWARE/%DCbung/d,DWORD,0x0000001F," in lines
    assert "/SOFTWARE/%DCbung/q,QWORD,0x0807060504030201," in lines
    assert "/SOFTWARE/%DCbung/m,MULTI_SZ,A|B," in lines
    exported = other("regfexport", hive).decode("utf-8")
    assert "Key path: ROOT\\SOFTWARE\\Übung\n" in exported
    assert "имя\nType: string (REG_SZ)\nData size: 12\nData: приём\n" in exported


def test_hivex_changes_it(check, hive, tmp_path):
    patch = tmp_path / "p.reg"
    patch.write_bytes(b'Windows Registry Editor Version 5.00\r\n\r\n'
                      b'[HKEY_LOCAL_MACHINE\\SYSTEM\\Setup]\r\n"new"=dword:00000007\r\n')
    other("hivexregedit", "--merge", "--prefix", "HKEY_LOCAL_MACHINE\\SYSTEM", hive, patch)
    assert '[HKEY_LOCAL_MACHINE\\Setup]\n"new"=dword:00000007\n' in check("registry", hive).stdout


def test_what_hivexregedit_writes_is_read(check, hive, tmp_path):
    path = tmp_path / "h.reg"
    path.write_bytes(other("hivexregedit", "--export", "--prefix", "HKEY_LOCAL_MACHINE", hive,
                           "\\"))
    assert '\n"d"=dword:0000001f\n' in check("registry", path).stdout


def test_a_hive_is_below_the_key_that_is_said(check, hive, tmp_path):
    done = check("registry", hive, "--key", "HKEY_LOCAL_MACHINE\\SYSTEM")
    assert "\n[HKEY_LOCAL_MACHINE\\SYSTEM\\Empty]\n" in done.stdout
    part = tmp_path / "part.hive"
    words = (tmp_path / "a.reg", "--key", "HKLM\\Software", "--out", part)
    assert check("registry", *words).status == 0
    assert "\n[HKEY_LOCAL_MACHINE\\Übung]\n" in check("registry", part).stdout


def test_one_file_lies_over_the_other(check, hive, tmp_path):
    path = tmp_path / "b.reg"
    path.write_text(HEAD + "[-HKLM\\SOFTWARE]\n[HKLM\\empty]\n@=dword:2\n", encoding="utf-8")
    assert check("registry", hive, path).stdout == HEAD + (
        "\n[HKEY_LOCAL_MACHINE]\n\n[HKEY_LOCAL_MACHINE\\Empty]\n@=dword:00000002\n")


WRONG = [
    ("Registry", 1, "Registry: expected Windows Registry Editor Version 5.00 or REGEDIT4"),
    (HEAD + "[HKLM\\a", 2, "HKLM\\a: expected a key and ]"),
    (HEAD + "[HKLX\\a]", 2, "HKLX\\a]: expected a key below HKEY_LOCAL_MACHINE, HKEY_CLASSES_ROOT, "
                            "HKEY_CURRENT_USER, HKEY_USERS or HKEY_CURRENT_CONFIG"),
    (HEAD + '"a"="b"', 2, '"a"="b": expected a [key] before the first value'),
    (HEAD + '[HKLM\\a]\n"a', 3, "a: expected a \" at the end of the text"),
    (HEAD + '[HKLM\\a]\n"a":1', 3, ":1: expected ="),
    (HEAD + '[HKLM\\a]\n"a"=1', 3, '1: expected "text", dword:, hex:, hex(type): or -'),
    (HEAD + '[HKLM\\a]\n"a"=dword:123456789', 3,
     "9: expected one to eight hexadecimal digits"),
    (HEAD + '[HKLM\\a]\n"a"=hex:12,3g', 3, "g: expected the end of the line"),
    (HEAD + '[HKLM\\a]\n"a"=hex:12,\\\n,3', 4, ",3: expected a byte as two hexadecimal digits"),
    (HEAD + '[HKLM\\a]\n"a"=hex(12', 3, "the line ends: expected the number of a type and )"),
    (HEAD + '[HKLM\\a]\n"a"="b" c', 3, "c: expected the end of the line"),
    (HEAD + "\n\nnonsense", 4, "nonsense: expected [key], \"name\"=, @= or ; and a comment"),
    (HEAD + "[HKLM\\" + 256 * "n" + "]", 2, "a name or a path is longer than Windows has room for: "
     "expected 255 characters a key, 16383 a value, 512 keys deep"),
]


@pytest.mark.parametrize("text, line, said", WRONG)
def test_what_is_wrong_is_said_with_its_line(check, tmp_path, text, line, said):
    path = tmp_path / "a.reg"
    path.write_text(text, encoding="utf-8")
    done = check("registry", path)
    assert (done.status, done.stdout) == (2, "")
    where, _, what = done.stderr.partition(f"{path}:")
    assert (where, what) == ("papcheck: ", f"{line}: {said}\n")


def checksum(data):
    value = 0
    for (word,) in struct.iter_unpack("<I", data[:508]):
        value ^= word
    return data[:508] + struct.pack("<I", value) + data[512:]


@pytest.mark.parametrize("change, said", [
    (lambda hive: hive[:100], "expected a hive: regf and a block of 4096 bytes"),
    (lambda hive: hive[:4096], "it ends before its bins do: expected a whole hive"),
    (lambda hive: hive[:20] + b"\7" + hive[21:],
     "the sum of its first block is another: expected a whole hive"),
    (lambda hive: checksum(hive[:4] + b"\7" + hive[5:]),
     "it was not written to its end, and its logs are not read: expected a hive that was unloaded"),
    (lambda hive: hive[:4096] + 32 * b"\0" + hive[4128:],
     "its cells do not fit each other: expected a hive as Windows writes it"),
])
def test_a_damaged_hive_is_one_line(check, hive, change, said):
    hive.write_bytes(change(hive.read_bytes()))
    done = check("registry", hive)
    assert (done.status, done.stdout, done.stderr) == (2, "", f"papcheck: {hive}: {said}\n")


def test_hives_that_mean_harm_harm_nobody(check, hive):
    good, chance = hive.read_bytes(), random.Random(7)
    for _ in range(60):
        data = bytearray(good)
        for _ in range(chance.choice([1, 4, 16])):
            byte = chance.choice([0, 255, chance.randrange(256)])
            data[chance.randrange(4096, 4096 + 1500)] = byte
        hive.write_bytes(data)
        done = check("registry", hive)
        assert done.status == 0 or (done.status, done.stdout, done.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("arguments, said", [
    ((), "registry: expected a hive or a .reg file, or several"),
    (("nowhere.reg",), "nowhere.reg: No such file or directory"),
    (("--key", "X\\y", "a"), "--key X\\y: expected a key below HKLM, HKCU, HKCR, HKU or HKCC"),
])
def test_usage(check, arguments, said):
    done = check("registry", *arguments)
    assert done.status == 2
    assert done.stderr.splitlines()[0] == f"papcheck: {said}"


def test_an_old_file_stays_when_the_new_one_cannot_be_made(check, hive, tmp_path):
    before = hive.read_bytes()
    done = check("registry", tmp_path / "a.reg", "--key", "HKCU", "--out", hive)
    assert (done.status, done.stderr) == (2, f"papcheck: {hive}: nothing is below HKCU\n")
    assert hive.read_bytes() == before


def small_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))


@pytest.mark.parametrize("name", ["old.hive", "old.reg"])
def test_an_old_file_stays_when_there_is_no_room_for_the_new_one(check, tmp_path, name):
    (tmp_path / "a.reg").write_text(TEXT, encoding="utf-8")
    (tmp_path / name).write_text("old", encoding="ascii")
    done = check("registry", tmp_path / "a.reg", "--out", tmp_path / name, preexec_fn=small_files)
    assert (done.status, done.stderr.count("\n")) == (2, 1)
    assert "File too large" in done.stderr
    assert (tmp_path / name).read_text(encoding="ascii") == "old"
    assert sorted(os.listdir(tmp_path)) == ["a.reg", name]


@pytest.mark.parametrize("name", ["new.hive", "new.reg"])
def test_a_link_stays_one(check, tmp_path, name):
    (tmp_path / "a.reg").write_text(TEXT, encoding="utf-8")
    (tmp_path / name).symlink_to("target")
    (tmp_path / "target").write_text("old", encoding="ascii")
    assert check("registry", tmp_path / "a.reg", "--out", tmp_path / name).status == 0
    assert (tmp_path / name).is_symlink()
    assert check("registry", tmp_path / "target").stdout == PRINTED


def test_what_is_no_file_is_not_replaced_by_a_hive(check, tmp_path):
    (tmp_path / "a.reg").write_text(TEXT, encoding="utf-8")
    os.mkfifo(tmp_path / "pipe")
    done = check("registry", tmp_path / "a.reg", "--out", tmp_path / "pipe")
    assert (done.status, done.stderr) == (
        2, f"papcheck: {tmp_path}/pipe: expected a file, or a name for a new one\n")
    assert (tmp_path / "pipe").is_fifo()
