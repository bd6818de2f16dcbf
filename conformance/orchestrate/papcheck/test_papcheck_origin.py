"""Results say where they come from: which suite, which device, which provider, what was asked for
and what of the catalogue that is; and keep as much evidence as they were told to."""
import hashlib
import json
import re
import socket
import subprocess

import pytest

import tree
from papsim import Papsim

CASE, GREEN = "USB-CH9-BV-01", "USB-CH9-BV-02"
DEFECT = "device-descriptor-padded"


def timing(done):
    return json.loads((done.folder / "timing.json").read_text(encoding="utf-8"))


def test_date_host_and_command_stand_apart_from_what_is_the_same_in_equal_runs(run):
    done = run(CASE)
    apart = timing(done)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", apart["began"])
    assert apart["host"] == socket.gethostname()
    assert apart["command"].startswith(f"papcheck run {CASE} --out ")
    assert not {"began", "host", "command"} & done.results.keys()


def test_the_command_is_one_a_shell_takes(run, tmp_path):
    done = run("USB-CH9-BV-0*", "--ics", tmp_path / "an ics's", cwd=tmp_path)
    assert done.status == 2, "there is none"
    (tmp_path / "an ics's").write_text("USB.SPEED.HIGH=yes\n", encoding="ascii")
    command = timing(run("USB-CH9-BV-0*", "--ics", tmp_path / "an ics's", cwd=tmp_path))["command"]
    words = subprocess.run(["sh", "-c", f"set -f; printf '%s\\n' {command}"], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.splitlines()
    assert words[1:5] == ["run", "USB-CH9-BV-0*", "--ics", "an ics's"]
    assert str(tmp_path) not in command, "a path below the caller's folder is said from there"


def test_selection_and_shard_are_recorded(run):
    results = run("USB-CH9-*", GREEN, "--shard", "1/2").results
    assert (results["patterns"], results["shard"]) == (["USB-CH9-*", GREEN], "1/2")
    results = run(CASE).results
    assert (results["patterns"], results["shard"]) == ([CASE], "")


def test_the_suites_sources_are_named(run):
    described = subprocess.run(["git", "-C", tree.ROOT, "describe", "--always", "--exclude", "*",
                                "--abbrev=12"], text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, check=False).stdout.strip()
    assert run(CASE).results["git"].rstrip("+") == described


def test_a_providers_file_is_named_by_its_hash(run):
    provider = tree.BUILD / "libspcore.so"
    results = run("AUTH-CLOSED-BI-01", "--provider", provider).results
    assert results["provider_sha256"] == hashlib.sha256(provider.read_bytes()).hexdigest()


VENDORS = {
    "inf": ("INF-PLAYER-*", {"inf": "fixtures/inf/player.inf"}),
    "service": ("SERVICE-STATUS-*", {"service": tree.BUILD / "libpapservice.so"}),
    "class-provider": ("WMI-LOAD-*", {"class-provider": tree.BUILD / "libpapwmi.so",
                                      "mof": "fixtures/wmi/papwmi.mof"}),
}


@pytest.mark.parametrize("pattern, files", VENDORS.values(), ids=VENDORS)
def test_each_file_of_a_vendors_is_named_by_its_hash(run, pattern, files):
    paths = {what: tree.ROOT / path for what, path in files.items()}
    words = [word for what, path in paths.items() for word in (f"--{what}", path)]
    done = run(pattern, *words)
    assert {file["what"]: (file["name"], file["sha256"]) for file in done.results["files"]} == \
        {what: (str(path), hashlib.sha256(path.read_bytes()).hexdigest())
         for what, path in paths.items()}
    for name in ("report.html", "report.txt", "junit.xml"):
        said = (done.folder / name).read_text(encoding="utf-8")
        assert all(file["sha256"] in said for file in done.results["files"]), name


def test_our_own_files_are_named_as_our_provider_is(run):
    results = run(CASE).results
    assert [(file["what"], file["name"]) for file in results["files"]] == \
        [("service", "libpapservice.so"), ("class-provider", "libpapwmi.so")]
    with Papsim("mtp") as player:
        assert run(CASE, "--device", player.uri()).results["files"] == []


@pytest.mark.parametrize("ics", [False, True])
def test_a_device_is_named_in_its_own_words(run, tmp_path, ics):
    file = tmp_path / "the.ics"
    file.write_text("MTP=yes\n", encoding="ascii")
    with Papsim("sandisk-sansa-clip-plus") as player:
        results = run(CASE, "--device", player.uri(), *(("--ics", file) if ics else ())).results
    device, = results["devices"]
    assert device["player"] == "" and device["usb"] == "0781:74d0"
    assert all(device[member] for member in ("release", "manufacturer", "product", "serial",
                                             "firmware"))


def test_players_of_our_own_are_named_too(run):
    devices = run(CASE, "AUTH-CLOSED-BI-01").results["devices"]
    assert [device["player"] for device in devices] == ["pap-winusb", "mtp"]
    assert len({device["serial"] for device in devices}) == 2


def test_the_catalogue_is_counted_by_subject_and_flow(run):
    scopes = run(CASE).results["catalogue"]
    assert sum(scope["rows"] for scope in scopes) == 1010
    assert len({(scope["subject"], scope["flow"]) for scope in scopes}) == len(scopes)


def folders(done):
    return sorted(path.name for path in (done.folder / "cases").iterdir())


def test_all_evidence_is_kept_unless_said_otherwise(run):
    for words in ((), ("--evidence", "all")):
        done = run(CASE, GREEN, "--deviate", DEFECT, *words)
        assert folders(done) == [CASE.replace("-", "_"), GREEN.replace("-", "_")]


def test_evidence_of_what_failed_is_enough_when_asked_for(run):
    done = run(CASE, GREEN, "--deviate", DEFECT, "--evidence", "failed")
    assert done.status == 1 and folders(done) == [CASE.replace("-", "_")]
    assert done.case(GREEN)["evidence"] == "" and done.case(CASE)["evidence"]
    assert f"cases/{GREEN.replace('-', '_')}" not in \
        (done.folder / "report.html").read_text(encoding="utf-8")


def test_another_kind_of_evidence_is_refused(check, tmp_path):
    done = check("run", CASE, "--evidence", "some", cwd=tmp_path)
    assert done.status == 2 and "--evidence some" in done.stderr
