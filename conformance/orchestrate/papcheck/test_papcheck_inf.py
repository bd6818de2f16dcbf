"""`papcheck inf`: each finding with its place, its row and what mends it; files that are no INF."""
import os
import re

import pytest

import tree

PLAYER = tree.ROOT / "fixtures/inf/player.inf"
TEXT = PLAYER.read_text(encoding="ascii")


def place(text, part):
    """Line and column of what stands somewhere in a text."""
    before = text[:text.index(part)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def test_a_good_inf_is_clean(check):
    done = check("inf", PLAYER)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout == f"{PLAYER}: clean (ASCII, 17 sections, 50 entries)\n"


@pytest.mark.parametrize("name, encode", [
    ("UTF-8 with byte order mark", lambda text: b"\xef\xbb\xbf" + text.encode("utf-8")),
    ("UTF-16LE", lambda text: b"\xff\xfe" + text.encode("utf-16-le")),
    ("UTF-16BE", lambda text: b"\xfe\xff" + text.encode("utf-16-be")),
    ("UTF-8", lambda text: text.encode("utf-8")),
    ("Windows code page", lambda text: text.encode("cp1252")),
])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_has_the_same_findings(check, tmp_path, name, encode, end):
    path = tmp_path / "x.inf"
    text = TEXT.replace('"Beispiel"', '"Händler"').replace("StartType     = 3", "StartType     = 4")
    path.write_bytes(encode(text.replace("\n", end)))
    done = check("inf", path)
    lines = done.stdout.splitlines()
    assert done.status == 1
    assert [line.split(": ")[1] for line in lines[:-1]] == ["SVC-SVC-005"] * 2
    assert lines[0].startswith(f"{path}:{place(text, '4' + chr(10) + 'ErrorControl')[0]}:17: ")
    assert lines[-1] == f"{path}: 2 findings ({name}, 17 sections, 50 entries)"


# Of the good one: what is replaced, by what; the row, and where it is found in what comes out.
FAULTS = [
    ("[Version]", "[Versions]", "SVC-VER-001", None),
    ('"$Windows NT$"', '"Windows NT"', "SVC-VER-001", '"Windows NT"'),
    ("DriverVer ", ";", "SVC-VER-002", "[Version]"),
    ("{EEC5AD98", "EEC5AD98", "SVC-VER-002", "EEC5AD98"),
    ('Vendor = "Example"', "", "SVC-STR-001", "%Vendor%"),
    ('Vendor = "Beispiel"', "", "SVC-STR-005", "[Strings.0407]"),
    ('"Beispiel"', '"%13%"', "SVC-STR-006", '"%13%"'),
    ("NTamd64,", "NTpdp11,", "SVC-MOD-001", "NTpdp11"),
    ("NTamd64,", "NTamd64,NTarm64,", "SVC-MOD-007", "NTarm64"),
    ("[Models.NTamd64]\n%Player% = Player,USB\\VID_1209&PID_5043",
     "[Models.NTamd64]\n%Player% = Player", "SVC-MOD-008", "%Player% = Player\n"),
    ("= Player,USB", "= Plyer,USB", "SVC-MOD-009", "Plyer"),
    ("AddReg    = Software", "AddReg = Sofware", "SVC-SYN-002", "Sofware"),
    ('"Example"', '"Example', "SVC-SYN-011", '"Example\n'),
    ("playersvc,,", "playersvc,2,", "SVC-SVC-009", "AddService = playersvc"),
    ("playersvc,,", "%Player%,,", "SVC-SVC-015", "%Player%,,Service"),
    ("ServiceType   = 0x10", "ServiceType = 0x3", "SVC-SVC-003", "0x3"),
    ("%13%\\player.sys", "13\\player.sys", "SVC-SVC-007", "13\\player.sys"),
    ("DisplayName   =", "DisplyName =", "SVC-SVC-014", "DisplyName"),
    ("AddReg    = Software", "AddReg = Soft[ware", "SVC-SYN-014", "Soft[ware"),
    ("DataItem    = 2,", "DataItem = 2," + "x" * 512 + "\nDataItem = 2,", "SVC-TRG-008", "xxx"),
    ("TriggerType = 1\n", "", "SVC-TRG-001", "[Arrival]"),
    ("SubType     = %PAP%", "SubType = PAP", "SVC-TRG-002", "PAP\nDataItem"),
    ("DataItem    = 2,", "DataItem = 1,", "SVC-TRG-004", '1,"USB'),
    ("AddInterface = %PAP%", "AddInterface = %PAP%,,,1", "SVC-IFC-001", "1\n\n[Player.NT.Serv"),
    ("AddInterface = %PAP%", "AddInterface = %PAP%\n"
     "AddInterface = {53f5630d-b6bf-11d0-94f2-00a0c91efb8b}", "SVC-IFC-007", "AddInterface = {53"),
    ("WMDMSPCLSID,,%CLSID%", "WMDMSPCLSID,%DWORD%,1", "SP-INF-001", "HKR,,WMDMSPCLSID"),
    ("WMDMSPCLSID,,%CLSID%", "WMDMSPCLSID,,Vendor.SP.1", "SP-INF-002", "HKR,,WMDMSPCLSID"),
    ("Size,%DWORD%,65536", "Size,%DWORD%,0", "SP-INF-004", "HKR,,OptimalTransferSize"),
    ("Views,%DWORD%,1", "Views,%DWORD%,2", "SP-INF-006", "HKR,,UseMetadataViews"),
    ("ShowInShell,%DWORD%,0", "ShowInShell,%DWORD%,2", "SP-INF-009", "HKR,,ShowInShell"),
    ("ShowInShell,%DWORD%,0", 'ShowInShell,,"1"', "SP-INF-014", "HKR,,ShowInShell"),
    ("UseMetadataViews", "UseMetaDataView", "SP-INF-015", "HKR,,UseMetaDataView"),
    ("UseExtendedWmdm,%DWORD%,1", "UseExtendedWmdm,%DWORD%,3", "SVC-REG-009", "HKR,,UseExtended"),
]


@pytest.mark.parametrize("old, new, row, part", FAULTS)
def test_a_fault_is_found_where_it_stands(check, tmp_path, old, new, row, part):
    path = tmp_path / "x.inf"
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    path.write_text(text, encoding="ascii")
    done = check("inf", path)
    line, column = place(text, part) if part else (1, 1)
    wanted = rf"{re.escape(str(path))}:{line}:{column}: {row}: [^–\n]+ – [^–\n]+"
    assert done.status == 1
    assert re.search(f"^{wanted}$", done.stdout, re.M), done.stdout


def test_each_row_is_one_of_the_catalogue():
    rows = {line.split("\t")[0] for name in ("wmdm", "service") for line in
            (tree.ROOT / f"conformance/catalogue/{name}.tsv").read_text("utf-8").splitlines()}
    said = re.findall(r'"((?:SP|SVC)-[A-Z]+-\d{3})"', "".join(
        path.read_text("utf-8") for path in (tree.ROOT / "conformance/host/inf").glob("*.c")))
    assert {fault[2] for fault in FAULTS} <= set(said) <= rows


def test_parameters_of_the_driver_s_key_are_found_each(check, tmp_path):
    path = tmp_path / "x.inf"
    path.write_text(TEXT.replace("[Player.NT.HW]", "[Player.NT]"), encoding="ascii")
    assert check("inf", path).stdout.count("SP-INF-013") == 5


def test_a_player_without_its_provider_is_found_only_when_all_of_it_is_there(check, tmp_path):
    path = tmp_path / "x.inf"
    text = TEXT.replace("HKR,,WMDMSPCLSID,,%CLSID%\n", "")
    path.write_text(text, encoding="ascii")
    assert check("inf", path).status == 0  # what winusb.inf does is not known
    (tmp_path / "winusb.inf").write_text("[Version]\n[WINUSB.NT]\n", encoding="ascii")
    assert "SP-INF-001: a player without WMDMSPCLSID" in check("inf", path).stdout


@pytest.mark.parametrize("data, why", [
    (TEXT.encode("utf-16-le"), "UTF-16 without a byte order mark: expected one (FF FE)"),
    (b"\x7fELF\0", "a NUL after 4 bytes: expected text"),
    (b"", "no [section]: expected the text of an INF"),
    (b"[x]\n" + b"," * (1 << 24), "more than 16777216 bytes"),
    (b"[x]\n" + b"," * ((1 << 24) - 4), "more than 4194304 fields"),
    (None, "No such file or directory"),
], ids=["unmarked", "binary", "empty", "large", "fields", "absent"])
def test_what_is_no_inf_is_refused_in_one_line_and_the_next_is_read(check, tmp_path, data, why):
    path = tmp_path / "x.inf"
    if data is not None:
        path.write_bytes(data)
    done = check("inf", path, PLAYER)
    assert (done.status, done.stderr) == (2, f"papcheck: {path}: {why}\n")
    assert done.stdout.startswith(f"{PLAYER}: clean")


@pytest.mark.parametrize("words, part", [
    ((), "one INF or several"),
    (("--code-page", "0", PLAYER), "--code-page 0"),
    (("--code-page", "x", PLAYER), "--code-page x"),
])
def test_what_is_asked_wrongly_is_said_in_one_line(check, words, part):
    done = check("inf", *words)
    assert (done.status, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1 and part in done.stderr


def test_a_code_page_is_taken(check, tmp_path):
    path = tmp_path / "x.inf"
    path.write_bytes(TEXT.replace('"Beispiel"', '"表"').encode("cp932"))
    assert check("inf", "--code-page", "932", path).status == 0
    done = check("inf", "--code-page", "4711", path)
    assert (done.status, done.stderr) == (
        2, f"papcheck: {path}: code page 4711: not one that is known here\n")


def test_what_is_read_is_printed(check, tmp_path):
    path = tmp_path / "x.inf"
    path.write_text('[s]\na = b, "c ""d""",,%t%\nHKR,,e\n[Strings]\nt = f\n', encoding="ascii")
    done = check("inf", "--fields", path)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout == '[s]|a|b|c "d"||f\n[s]||HKR||e\n[Strings]|t|f\n'


def test_hostile_text_reaches_no_terminal(check, tmp_path):
    path = tmp_path / "x.inf"
    path.write_text(TEXT.replace("AddReg    = Software", 'AddReg = "\x1b[2J"'), encoding="utf-8")
    done = check("inf", path)
    assert done.status == 1 and "\x1b" not in done.stdout


def test_hostile_sections_come_to_an_end(check, tmp_path):
    path = tmp_path / "x.inf"
    path.write_text("[Version]\nSignature=$Chicago$\n[DefaultInstall]\n" + "Needs=A,A,A\n" * 1000 +
                    "[A]\n" + "Needs=DefaultInstall\nAddReg=R\n" * 1000 +
                    "[R]\n" + "HKR,,V,0x10001,x\n" * 1000, encoding="ascii")
    done = check("inf", path)
    assert done.status == 1 and "more are left out" in done.stdout


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_a_run_takes_an_inf_that_is_a_file(check, tmp_path, make):
    make(tmp_path / "player.inf")
    done = check("run", "INF-*", "--inf", tmp_path / "player.inf", "--out", tmp_path / "out")
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr == (f"papcheck: --inf {tmp_path}/player.inf: expected an INF, which is a "
                           "file that can be read\n")


@pytest.mark.parametrize("extended, verdict", [(1, "FAIL"), (0, "NOT_APPLICABLE")])
def test_a_provider_is_held_to_what_the_inf_says(check, tmp_path, extended, verdict):
    """It has no IMDSPStorage4, which an INF may not call extended, and need not else."""
    path = tmp_path / "player.inf"
    path.write_text(TEXT.replace("Wmdm,%DWORD%,1", f"Wmdm,%DWORD%,{extended}"), encoding="ascii")
    done = check("run", "DEVICE-PARAMETER-BV-01", "--inf", path, "--provider",
                 tree.BUILD / "libspcore-deviant.so", "--out", tmp_path / "out",
                 env={**os.environ, "SPCORE_DEVIATE": "extended-less-storage"})
    done.folder = tmp_path / "out"
    assert [case["verdict"] for case in done.results["cases"]] == [verdict]


MORE = """[Version]
Signature="$Windows NT$"
Class=WPD
ClassGuid={EEC5AD98-8080-425F-922A-DABF3DE3F69A}
Provider="Example"
CatalogFile=more.cat
DriverVer=11/30/2026,1.0.0.0
[More.HW]
AddReg=More.Parameters
[More.Parameters]
HKR,,NAME,0x00010001,1
"""


@pytest.mark.parametrize("name, status", [("UseMetadataViews", 0), ("UseMetaDataView", 1)])
def test_what_a_judged_inf_includes_from_its_folder_is_judged_too(run, tmp_path, name, status):
    text = (tree.ROOT / "fixtures/inf/player.inf").read_text(encoding="utf-8")
    section = "[Player.NT.HW]\n"
    assert section in text
    path = tmp_path / "player.inf"
    path.write_text(text.replace(section, f"{section}Include=more.inf\nNeeds=More.HW\n"),
                    encoding="utf-8")
    (tmp_path / "more.inf").write_text(MORE.replace("NAME", name), encoding="utf-8")
    done = run("INF-PLAYER-BV-03", "--inf", path)
    assert done.status == status, done.stdout
