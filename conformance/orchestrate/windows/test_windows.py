"""The provider as a library of Windows: registered by regsvr32, found by CoCreateInstance, and in
the judge's eyes the same as on Linux, check by check (`make check-windows`, docs/windows.md)."""
import subprocess

import pytest

import com_layout
import tree
import wine
from papcheck import papcheck

pytestmark = pytest.mark.windows

CLSID = "{7A8B6E2C-5C52-4B7E-9C2E-6B1C2A7D9E10}"
HKCR = r"HKEY_LOCAL_MACHINE\Software\Classes"
PLUGIN = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows Media Device Manager\Plugins\SP\spcore"
TITLE = ("REG_SZ", "papkit service provider")
REGISTERED = {
    (rf"{HKCR}\CLSID\{CLSID}", "(Default)"): TITLE,
    (rf"{HKCR}\CLSID\{CLSID}\InprocServer32", "(Default)"): ("REG_SZ", wine.windows_name(wine.DLL)),
    (rf"{HKCR}\CLSID\{CLSID}\InprocServer32", "ThreadingModel"): ("REG_SZ", "Both"),
    (rf"{HKCR}\CLSID\{CLSID}\ProgID", "(Default)"): ("REG_SZ", "papkit.spcore.1"),
    (rf"{HKCR}\CLSID\{CLSID}\VersionIndependentProgID", "(Default)"): ("REG_SZ", "papkit.spcore"),
    (rf"{HKCR}\papkit.spcore.1", "(Default)"): TITLE,
    (rf"{HKCR}\papkit.spcore.1\CLSID", "(Default)"): ("REG_SZ", CLSID),
    (rf"{HKCR}\papkit.spcore", "(Default)"): TITLE,
    (rf"{HKCR}\papkit.spcore\CLSID", "(Default)"): ("REG_SZ", CLSID),
    (rf"{HKCR}\papkit.spcore\CurVer", "(Default)"): ("REG_SZ", "papkit.spcore.1"),
    (PLUGIN, "ProgID"): ("REG_SZ", "papkit.spcore"),
    (PLUGIN, "PnPAware"): ("REG_DWORD", "0x1"),
}

# It looks into a handle that is a file descriptor, and of Windows' icons there is none. The DLL
# registers itself with Wine, not with the judge.
OTHERWISE = {name: ("PASS", "NOT_APPLICABLE")
             for name in ("DEVICE-ICON-BV-01", "ENUM-REGISTER-BV-01", "ENUM-REGISTER-BV-02")}

# Of a player, that a provider cannot make good: not all of these cases pass.
DEFECTS = (("empty-between", "SYNC-*"), ("friendly-name-forgotten", "DEVICE-PROPERTY-*"))

# What this one sees depends on when its threads get their turn; its verdict does not.
TIMED = ("STORAGE-ASIDE-BV-03",)
# An icon's handle is a file on Linux; the DLL says that it has none (sp_icon.c).
LINUX_ONLY = {"DEVICE-ICON-BV-01": "NOT_APPLICABLE"}


@pytest.fixture(name="windows", scope="module")
def windows_with_the_provider(tmp_path_factory):
    with wine.wine(tmp_path_factory.mktemp("prefix") / "wine") as made:
        assert made.regsvr32() == 0
        yield made


def judged(windows, folder, *words):
    """papcheck in Wine."""
    done = papcheck("run", *words, "--provider", wine.DLL, "--clsid", CLSID, "--out", folder,
                    program=wine.JUDGE, env=windows.env)
    done.folder = folder
    return done


def told(done):
    """{case: its verdict, and each check}; the rest says when threads got their turn."""
    of_case = ("verdict", "cause", "reason", "level", "player", "warnings", "rows")
    of_check = ("row", "ok", "file", "line", "expression")
    return {case["id"]: [case["verdict"]] if case["id"] in TIMED else
            [*(case[name] for name in of_case),
             *([check.get(name) for name in of_check] for check in case["checks"])]
            for case in done.results["cases"]}


def compared(windows, out, *words):
    """The results there, each case of which says the same here."""
    here = papcheck("run", *words, "--provider", tree.BUILD / "libspcore.so", "--out", out)
    here.folder = out.rename(out.with_name("linux"))  # where its files are, a case may say
    there = judged(windows, out, *words)
    expected, seen = told(here), told(there)
    assert list(seen) == list(expected)
    apart = {case: (expected.pop(case)[0], seen.pop(case)[0]) for case in OTHERWISE if case in seen}
    assert apart == {case: OTHERWISE[case] for case in apart}
    assert {case: seen[case] for case in seen if seen[case] != expected[case]} == {}
    assert there.status == here.status
    if not apart:
        assert there.last_line.split(" – ")[:2] == here.last_line.split(" – ")[:2]
    return there


def test_each_case_says_the_same_as_on_linux(windows, tmp_path):
    done = compared(windows, tmp_path / "out")
    assert done.status == 0 and len(done.results["cases"]) > 300


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_seen_as_on_linux(windows, tmp_path, defect):
    name, pattern = defect
    done = compared(windows, tmp_path / "out", pattern, "--deviate", name)
    assert done.status == 1


def test_com_h_has_the_layout_of_windows_own_headers(windows, tmp_path):
    said = []
    for headers in (com_layout.OURS, com_layout.WINDOWS):
        source, program = tmp_path / f"layout{len(said)}.c", tmp_path / f"layout{len(said)}.exe"
        source.write_text(com_layout.program(headers), encoding="ascii")
        subprocess.run([tree.tool("x86_64-w64-mingw32-gcc-win32"), "-Wall", "-Wextra", "-Werror",
                        f"-I{tree.ROOT}", "-o", program, source], check=True)
        status, text = windows.run(program)
        assert status == 0
        said.append(text.splitlines())
    assert said[0] == said[1] and len(said[0]) > 200


def test_registration_is_what_is_documented_and_goes_without_a_trace(windows):
    with_it = windows.registry()
    assert windows.regsvr32() == 0, "twice is as good as once"
    assert windows.registry() == with_it
    assert windows.regsvr32("/u") == 0
    without = windows.registry()
    assert windows.regsvr32() == 0
    assert {entry: value for entry, value in with_it.items() if entry not in without} == REGISTERED
    assert {entry: value for entry, value in without.items() if with_it.get(entry) != value} == {}
    assert windows.registry() == with_it


def test_the_provider_is_found_by_the_registry_alone(windows, tmp_path):
    assert windows.regsvr32("/u") == 0
    done = judged(windows, tmp_path / "out", "AUTH-CLOSED-BI-01")
    assert windows.regsvr32() == 0
    assert done.status != 0
    assert "0x80040154" in str(done.results["cases"]), "REGDB_E_CLASSNOTREG"
