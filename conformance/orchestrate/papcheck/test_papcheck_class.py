"""Which class of a library is judged: the one that is said, that it registers or that the device
names. The library here has one class, and its DllGetClassObject tells which it was asked for."""
import pytest

import tree
from papsim import Papsim

CASE = "ENUM-CLASS-BI-01"
OURS = "{7A8B6E2C-5C52-4B7E-9C2E-6B1C2A7D9E10}"
THEIRS = "{0D0C0B0A-0908-4706-8504-030201000F0E}"

# Serves libspcore's class under another id, and registers it if it is to.
LIBRARY = """
#include <dlfcn.h>
#include <string.h>
#include "conformance/host/include/winreg.h"
#define INITGUID
#include "sac.h"
static const CLSID theirs = {0x0d0c0b0a, 0x0908, 0x4706, {0x85, 4, 3, 2, 1, 0, 0x0f, 0x0e}};
static const CLSID ours = {0x7a8b6e2c, 0x5c52, 0x4b7e,
                           {0x9c, 0x2e, 0x6b, 0x1c, 0x2a, 0x7d, 0x9e, 0x10}};
HRESULT DllGetClassObject(REFCLSID class, REFIID iid, void **ret)
{
    HRESULT (*next)(REFCLSID, REFIID, void **);

    *(void **)&next = dlsym(RTLD_NEXT, "DllGetClassObject");
    *ret = NULL;
    return memcmp(class, &theirs, sizeof(theirs)) == 0 ? next(&ours, iid, ret)
                                                        : CLASS_E_CLASSNOTAVAILABLE;
}
HRESULT DllCanUnloadNow(void)
{
    HRESULT (*next)(void);

    *(void **)&next = dlsym(RTLD_NEXT, "DllCanUnloadNow");
    return next();
}
#if REGISTERS
static void set(const uint16_t *path, const uint16_t *name, const void *text, uint32_t size)
{
    HKEY key;

    if (RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0, KEY_WRITE, NULL, &key, NULL) == 0) {
        RegSetValueExW(key, name, 0, REG_SZ, text, size);
        RegCloseKey(key);
    }
}
#define SET(path, name, text) set(path, name, text, sizeof(text))
HRESULT DllRegisterServer(void)
{
#if REGISTERS == 1
    SET(u"SOFTWARE\\\\Microsoft\\\\Windows Media Device Manager\\\\Plugins\\\\SP\\\\Theirs",
        u"ProgID", u"Theirs.Provider");
    SET(u"SOFTWARE\\\\Classes\\\\Theirs.Provider\\\\CLSID", NULL,
        u"{0d0c0b0a-0908-4706-8504-030201000f0e}");
#else
    SET(u"SOFTWARE\\\\Classes\\\\CLSID\\\\{0d0c0b0a-0908-4706-8504-030201000f0e}"
        "\\\\InprocServer32", NULL, u"theirs.dll");
#endif
    return S_OK;
}
#endif
"""


@pytest.fixture
def theirs(library):
    def compiles(registers):
        return library(LIBRARY, "theirs", f"-DREGISTERS={registers}", "-I", tree.ROOT, "-I",
                       tree.ROOT / "spcore/include", "-L", tree.BUILD, "-Wl,--no-as-needed",
                       "-lspcore", f"-Wl,-rpath,{tree.BUILD}")
    return compiles


def judged(done):
    """The class, who names it, and whether it was there."""
    return (done.results["provider_class"], done.results["provider_class_by"],
            done.case(CASE)["verdict"])


def test_the_class_that_is_said_counts(run, theirs):
    done = run(CASE, "--provider", theirs(0), "--clsid", THEIRS.lower())
    assert judged(done) == (THEIRS, "--clsid", "PASS")
    assert f"--clsid '{THEIRS}'" in (done.folder / "cases/ENUM_CLASS_BI_01/repro.sh").read_text()
    for name in ("report.txt", "report.html", "junit.xml"):
        assert THEIRS in (done.folder / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("how", [1, 2])
def test_without_it_the_one_that_the_library_registers(run, theirs, how):
    assert judged(run(CASE, "--provider", theirs(how))) == (THEIRS, "DllRegisterServer", "PASS")


def test_without_that_the_one_the_device_names(run, theirs, tmp_path):
    text = (tree.PLAYERS / "pap-winusb.yaml").read_text(encoding="utf-8")
    player = tmp_path / "named.yaml"
    player.write_text(text.replace(OURS, THEIRS), encoding="utf-8")
    assert THEIRS in player.read_text(encoding="utf-8")
    done = run(CASE, "--provider", theirs(0))
    assert judged(done) == (OURS, "the device's WMDMSPCLSID", "FAIL") and done.status == 1
    with Papsim(player) as papsim:
        done = run(CASE, "--provider", theirs(0), "--device", papsim.uri())
    assert judged(done) == (THEIRS, "the device's WMDMSPCLSID", "PASS")


def test_a_class_nobody_names_is_said(run, theirs):
    with Papsim("mtp") as papsim:
        done = run(CASE, "--provider", theirs(0), "--device", papsim.uri(), "--allow-mtp")
    assert judged(done) == ("", "", "ERROR") and done.status == 3
    assert "--clsid" in done.case(CASE)["reason"]


def test_what_is_no_class_id_is_a_usage_error(run):
    done = run(CASE, "--clsid", "{0d0c0b0a}")
    assert done.status == 2 and "--clsid {0d0c0b0a}: expected {" in done.stderr
