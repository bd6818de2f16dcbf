"""A second provider, of other structure and the other choice wherever the documents leave one, is
judged right in all its variants – and one with a mistake is not."""
import os
import pathlib

import pytest

import tree
from papsim import Papsim

pytestmark = pytest.mark.patient(130)

OTHER = tree.BUILD / "other.so"
OURS, THEIRS = "{7A8B6E2C-5C52-4B7E-9C2E-6B1C2A7D9E10}", "{5C0A3B1D-7E2F-4D61-9A88-0B6D3F1E2C47}"

# What each leaves out, as items of the ICS, and how many cases of each flow at least hold.
SMALL = {"authentication": 20, "enumeration": 10, "storage": 15}
LARGE = {"authentication": 25, "enumeration": 15, "storage": 30, "sync": 8}
NO_NEWER = {"PREFERENCE", "DEVICE3", "STORAGE3", "STORAGE4", "OBJECT2", "DIRECT", "REVOKED",
            "SESSION", "RIGHTS"}
NO_OLDER = {"DEVICE.SERIAL", "DEVICE.PATH", "DEVICE.FIND", "DEVICE.POWER", "MEDIUM.SERIAL",
            "MEDIUM.FORMAT", "STORAGE.FIND", "STORAGE.ATTRIBUTES", "OBJECT.SEEK", "OBJECT.RENAME",
            "OBJECT.MOVE", "RIGHTS"}
VARIANTS = {
    "full": (set(), LARGE),
    "minimal": (NO_NEWER | NO_OLDER, SMALL),
    "base": (NO_NEWER, SMALL),
    "flat": ({"MEDIUM.FOLDERS", "MEDIUM.NESTED"}, LARGE),
    "flat-minimal": ({"MEDIUM.FOLDERS", "MEDIUM.NESTED"} | NO_NEWER | NO_OLDER, SMALL),
    "still": (NO_OLDER, LARGE),
    "still-notimpl": (NO_OLDER, LARGE),
    "alone": ({"PNP"} | NO_NEWER, SMALL),
    "write-only": ({"OBJECT.READ", "OBJECT.SEEK"}, {**LARGE, "sync": 5}),
}


def environment(variant):
    return {**os.environ, "OTHER_VARIANT": variant}


@pytest.fixture
def judge(run):
    def judges(variant, *words):
        named = () if variant == "full" else ("--clsid", THEIRS)
        return run(*words, "--provider", OTHER, *named, env=environment(variant))
    return judges


def test_it_is_built_without_ours():
    for source in pathlib.Path(tree.ROOT, "fixtures/providers/other").iterdir():
        text = source.read_text(encoding="utf-8")
        assert "spcore/sp/" not in text and "spcore/com/" not in text, source


@pytest.mark.parametrize("variant", VARIANTS)
def test_whoever_is_right_in_another_way_is_right(judge, variant):
    absent, held = VARIANTS[variant]
    done = judge(variant)
    red = [case for case in done.results["cases"] if case["verdict"] not in
           ("PASS", "NOT_APPLICABLE")]
    assert not red and done.status == 0, [(case["id"], case["reason"]) for case in red]
    shown = {item.removeprefix("PROVIDER.") for item in done.results["ics"]["pap-winusb"]}
    assert absent.isdisjoint(shown) and {"PNP", "OBJECT.READ", "RIGHTS"} - absent <= shown
    for flow, least in held.items():
        assert sum(case["verdict"] == "PASS" and case["flow"] == flow
                   for case in done.results["cases"]) >= least, flow


def test_it_names_its_class_itself_where_it_registers(judge):
    done = judge("full", "ENUM-CLASS-*")
    assert (done.results["provider_class"], done.results["provider_class_by"]) == \
        (THEIRS, "DllRegisterServer")


def test_a_device_that_names_it_makes_it_one_that_synchronises(run, tmp_path):
    """What a synchronising device asks for is asked of the provider its parameters name alone."""
    text = (tree.PLAYERS / "pap-winusb.yaml").read_text(encoding="utf-8")
    path = tmp_path / "named.yaml"
    path.write_text(text.replace(OURS, THEIRS), encoding="utf-8")
    for variant, verdict in (("still", "PASS"), ("base", "FAIL")):
        with Papsim(path) as player:
            done = run("SYNC-FIND-BV-02", "--provider", OTHER, "--device", player.uri(),
                       env=environment(variant))
        assert done.case("SYNC-FIND-BV-02")["verdict"] == verdict
        assert done.results["provider_class_by"] == "the device's WMDMSPCLSID"


def test_nothing_of_a_medium_without_folders_stays(run):
    """Where there is no folder of papcheck's own, what it made goes by itself."""
    with Papsim("pap-winusb") as player:
        options = ("--provider", OTHER, "--clsid", THEIRS, "--device", player.uri(),
                   "--destructive")
        first, again = (run("STORAGE-*", "AUTH-WRITE-*", *options, env=environment("flat"))
                        for _ in range(2))
    for done in (first, again):
        assert not [case for case in done.results["cases"] if case["verdict"] in ("FAIL", "ERROR")]


@pytest.mark.parametrize("variant, row", [("wrong-size", "SP-STG-005"),
                                          ("wrong-eof", "SP-OBJ-014")])
def test_whoever_is_wrong_is_not(judge, variant, row):
    done = judge(variant, "STORAGE-*")
    assert done.status == 1
    assert [one for one in done.results["rows"] if one["id"] == row and one["verdict"] == "fail"]


def test_an_observed_ics_has_what_it_offers(check, tmp_path):
    with Papsim("pap-winusb") as player:
        words = ("--device", player.uri(), "--provider", OTHER, "--clsid", THEIRS)
        done = check("ics", "observe", *words, env=environment("still"))
        path = tmp_path / "still.ics"
        path.write_text(done.stdout, encoding="ascii")
        held = check("ics", "check", path, *words, env=environment("still"))
        path.write_text(done.stdout.replace("RENAME=no", "RENAME=yes"), encoding="ascii")
        broken = check("ics", "check", path, *words, env=environment("still"))
    assert "PROVIDER.OBJECT.RENAME=no #" in done.stdout
    assert "PROVIDER.OBJECT.READ=yes #" in done.stdout
    assert held.status == 0 and "warning" not in held.stdout
    assert broken.status == 1 and "PROVIDER.OBJECT.RENAME is declared" in broken.stdout
