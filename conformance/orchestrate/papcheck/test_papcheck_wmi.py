"""`papcheck wmi` with class providers: what is registered in a repository is loaded and answers."""
import pathlib

import pytest

import tree
from papsim import Papsim

pytestmark = pytest.mark.patient(60)

OURS, SHELF, RUDE = (tree.BUILD / name for name in ("libpapwmi.so", "shelf.so", "rude.so"))
MOF = pathlib.Path(tree.ROOT, "fixtures/wmi/papwmi.mof")
SHELF_MOF = pathlib.Path(tree.ROOT, "fixtures/providers/shelf/shelf.mof")
RUDE_MOF = pathlib.Path(tree.ROOT, "fixtures/providers/rude/rude.mof")
DISABLED = """#pragma namespace("root\\\\shelf")
instance of __Win32Provider { Name = "Shelf"; Enabled = FALSE;
    CLSID = "{00000000-0001-0002-0304-05060708090A}"; };
"""


@pytest.fixture
def asks(check, tmp_path):
    """Asks a repository of its own, into which these files have been compiled."""
    def asking(namespace, *files):
        keep = ("--repository", tmp_path / "repository")
        assert check("mof", *keep, *files).status == 0
        return lambda *words, **options: check("wmi", *keep, "--namespace", namespace, *words,
                                               **options)
    return asking


def test_the_classes_are_those_of_the_player_that_is_plugged_in(asks):
    ask = asks("root\\cimv2", MOF)
    with Papsim("pap-inf") as papsim:
        live = ("--class-provider", OURS, "--device", papsim.uri())
        one = ask(*live, "get", "pap_player")
        formats = ask(*live, "select * from meta_class where __superclass = 'PAP_Format'")
        all_of_them = ask(*live, "list")
    assert (one.status, one.stderr) == (0, "") and "class PAP_Player" in one.stdout
    assert formats.status == 0 and "class PAP_OtherFormat : PAP_Format" in formats.stdout
    assert {"__Win32Provider : __Provider", "PAP_Player"} <= set(all_of_them.stdout.splitlines())


def test_without_a_player_there_is_none(asks):
    done = asks("root\\cimv2", MOF)("--class-provider", OURS, "get", "PAP_Player")
    assert (done.status, done.stdout) == (1, "PAP_Player: WBEM_E_NOT_FOUND\n")


def test_the_library_that_registers_the_class_has_it(asks):
    ask = asks("root\\shelf", SHELF_MOF)
    done = ask("--class-provider", OURS, "--class-provider", SHELF, "list", "Shelf_Place")
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout == "Shelf_Empty : Shelf_Place\nShelf_Taken : Shelf_Place\n"
    done = ask("--class-provider", OURS, "get", "Shelf_Place")
    assert (done.status, done.stdout) == (1, "Shelf_Place: WBEM_E_PROVIDER_LOAD_FAILURE\n")
    assert done.stderr.endswith(": no library registers it\n") and done.stderr.count("\n") == 1


def test_one_that_crashes_is_told_and_what_is_stored_is_there(asks, monkeypatch):
    monkeypatch.setenv("RUDE", "get-crash")
    ask = asks("root\\rude", RUDE_MOF)
    done = ask("--class-provider", RUDE, "get", "Rude_Thing")
    assert (done.status, done.stdout) == (1, "Rude_Thing: WBEM_E_PROVIDER_FAILURE\n")
    assert "SIGSEGV" in done.stderr and done.stderr.count("\n") == 1
    assert ask("--class-provider", RUDE, "get", "__Win32Provider").status == 0


def test_one_that_is_disabled_is_not_loaded(asks, tmp_path):
    disabled = tmp_path / "disabled.mof"
    disabled.write_text(DISABLED, encoding="ascii")
    ask = asks("root\\shelf", SHELF_MOF, disabled)
    done = ask("--class-provider", SHELF, "get", "Shelf_Place")
    assert (done.status, done.stdout, done.stderr) == (
        1, "Shelf_Place: WBEM_E_PROVIDER_DISABLED\n", "")
    done = ask("--class-provider", SHELF, "list")
    assert done.status == 1 and done.stdout.endswith("list: WBEM_S_PARTIAL_RESULTS\n")


@pytest.mark.parametrize("words, why", [
    (("--class-provider", "/absent.so", "list"),
     "--class-provider /absent.so: No such file or directory"),
    (("--device", "usbip:127.0.0.1:1/1-1", "list"),
     "--device wants --class-provider: nobody else lives with it"),
])
def test_what_is_given_wrongly_is_said_in_one_line(check, words, why):
    done = check("wmi", *words)
    assert (done.status, done.stdout, done.stderr) == (2, "", f"papcheck: {why}\n")
