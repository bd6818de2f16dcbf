"""`papcheck run --player`: a player of one's own is the device, started anew for each case."""
import hashlib
import json
import re
import shutil
import subprocess

import pytest

import tree
from papcheck import SECONDS
from papsim import Papsim

pytestmark = pytest.mark.patient(60)

CASE, STEERED, MADE_FOR_ANOTHER = "USB-CH9-BV-01", "MTP-EVT-BV-01", "MTP-DEV-BV-53"
PROVIDER_CASE, OWN = "ENUM-COUNT-BV-01", tree.BUILD / "libspcore.so"


@pytest.fixture
def file(tmp_path):
    """A player file of the test's own: another's text, with these words in place of others."""
    def makes(source="mtp", name="my own player.yaml", **words):
        text = (tree.PLAYERS / f"{source}.yaml").read_text(encoding="utf-8")
        for key, value in words.items():
            text, count = re.subn(rf"(?m)^( *{key}:) .*$", rf"\1 {value}", text, count=1)
            assert count == 1, key
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path
    return makes


def verdicts(done):
    return {case["id"]: case["verdict"] for case in done.results["cases"]}


def left(done):
    return {one["why"]: one for one in done.results["left_out"]}


# ---- it is the device


def test_a_file_is_the_device_of_every_case(run, file):
    path = file(serial='"MINE0001"')
    done = run(CASE, STEERED, "--player", path)
    assert verdicts(done) == {CASE: "PASS", STEERED: "PASS"}, done.stdout
    device, = done.results["devices"]
    assert (device["player"], device["serial"]) == ("", "MINE0001")
    assert done.results["device"] == f"player {path.name}"
    assert done.results["player"] == path.name
    assert done.results["player_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert {case["player"] for case in done.results["cases"]} == {path.name}


def test_every_report_says_which_player_it_was(run, file):
    path = file(serial='"MINE0001"')
    done = run(CASE, "--player", path)
    digest = done.results["player_sha256"]
    for name in ("report.html", "report.txt", "junit.xml"):
        text = (done.folder / name).read_text(encoding="utf-8")
        for words in (path.name, digest, "MINE0001"):
            assert words in text, (name, words)


def test_a_name_is_a_player_that_comes_with_papsim(run):
    done = run(CASE, "--player", "sandisk-sansa-clip-plus")
    assert done.results["device"] == "player sandisk-sansa-clip-plus"
    assert done.results["devices"][0]["usb"] == "0781:74d0"
    assert done.results["player_sha256"] == ""


def test_only_the_player_is_the_subject(run):
    done = run("--player", "mtp", "--subset")
    assert done.results["subjects"] == ["device", "server"] and done.status == 0
    assert not left(done)
    absent = {one["subject"]: one["how"] for one in done.results["not_judged"]}
    assert absent["provider"] == "--provider LIB"


def test_what_is_observed_of_it_decides_what_applies(run):
    done = run("MTP-STO-BI-23", "MTP-STO-BI-04", "USB-BLK-BV-16", "--player", "mtp-readonly")
    assert verdicts(done) == {"MTP-STO-BI-23": "PASS", "MTP-STO-BI-04": "NOT_APPLICABLE",
                              "USB-BLK-BV-16": "NOT_APPLICABLE"}


def test_an_ics_is_held_against_it(run, tmp_path):
    (tmp_path / "my.ics").write_text("USB.SPEED.HIGH=yes\nSTORE.READONLY=yes\n", encoding="ascii")
    done = run(CASE, "--player", "mtp", "--ics", tmp_path / "my.ics")
    assert done.status == 1 and done.case("ICS")["verdict"] == "FAIL"


def test_what_steers_a_player_of_the_suite_is_out_of_reach(run, file):
    """Of one that claims to offer what is judged; that it does not apply is said otherwise."""
    done = run(MADE_FOR_ANOTHER, CASE, "--player", file("mtp-music"))
    assert done.case(MADE_FOR_ANOTHER)["verdict"] == "NOT_APPLICABLE"
    why = "steers a player that the suite has for it (papcheck explain names it)"
    assert done.case(MADE_FOR_ANOTHER)["reason"] == why
    assert left(done)[why]["beyond"] is True
    done = run(MADE_FOR_ANOTHER, CASE, "--player", "mtp")
    assert done.case(MADE_FOR_ANOTHER)["reason"] == "MTP.OP.9201 && MTP.OP.9202"
    assert verdicts(run(MADE_FOR_ANOTHER, "--player", "mtp-music")) == {MADE_FOR_ANOTHER: "PASS"}


def test_it_judges_as_the_same_player_that_is_served(run):
    """All but what steers it."""
    with Papsim("mtp-small") as player:
        served = run("USB-CH9-*", "USB-BLK-*", "MTP-SES-*", "--device", player.uri(),
                     "--destructive")
    own = run("USB-CH9-*", "USB-BLK-*", "MTP-SES-*", "--player", "mtp-small")
    for name, verdict in verdicts(served).items():
        if served.case(name)["reason"] != "needs the control socket of our own simulator":
            assert verdicts(own)[name] == verdict, name


def test_a_defect_is_switched_on_in_it(run):
    done = run(CASE, "--player", "mtp-small", "--deviate", "device-descriptor-padded")
    assert verdicts(done) == {CASE: "FAIL"}


def test_shards_of_it_are_merged(run, check, file, tmp_path):
    path = file("pap-inf")
    whole = run("--player", path)
    parts = [run("--player", path, "--shard", f"{i}/2").folder for i in (1, 2)]
    done = check("merge", *parts, "--out", tmp_path / "merged")
    done.folder = tmp_path / "merged"
    assert done.status == whole.status == 0, done.stdout + done.stderr
    for member in ("player", "player_sha256", "device", "devices", "verdict", "left_out", "cases"):
        assert done.results[member] == whole.results[member], member


def test_shards_of_two_players_are_not_merged(run, check, file, tmp_path):
    names = ("my own player.yaml", "other.yaml")
    parts = [run("USB-CH9-*", "--player", file("pap-inf", name=name), "--shard", f"{i}/2").folder
             for i, name in enumerate(names, 1)]
    done = check("merge", *parts, "--out", tmp_path / "merged")
    assert done.status == 2 and "the player" in done.stderr


# ---- with a provider


def test_the_provider_drives_it(run, file):
    path = file("pap-winusb", serial='"MINE0002"')
    done = run(PROVIDER_CASE, "DEVICE-SERIAL-BV-01", "--player", path, "--provider", OWN)
    assert set(verdicts(done).values()) == {"PASS"}, done.stdout
    assert done.results["devices"][0]["serial"] == "MINE0002"
    assert set(done.results["subjects"]) == {"device", "server", "provider"}


@pytest.mark.parametrize(("count", "verdict"), [(200, "PASS"), (300, "INCONCLUSIVE")])
def test_no_provider_fails_for_a_device_of_many_values(run, file, count, verdict):
    path, some = file("pap-formats"), "[8000, 22050, 32000, 44100, 48000]"
    text = path.read_text(encoding="utf-8")
    assert text.count(some) == 1
    path.write_text(text.replace(some, str([8000 + i for i in range(count)])), encoding="utf-8")
    done = run("FORMAT-VALUES-BV-01", "--player", path, "--provider", OWN)
    assert verdicts(done) == {"FORMAT-VALUES-BV-01": verdict}, done.stdout


@pytest.mark.parametrize(("size", "verdict"), [(2**32, "INCONCLUSIVE"), (2**32 + 64, "PASS")])
def test_no_provider_fails_for_a_file_that_ends_at_4_gib(run, file, size, verdict):
    path = file("pap-voice")
    text, count = re.subn("size: 5368713217", f"size: {size}", path.read_text(encoding="utf-8"))
    assert count == 1
    path.write_text(text, encoding="utf-8")
    done = run("VOICE-FAR-BV-01", "--player", path, "--provider", OWN)
    assert verdicts(done) == {"VOICE-FAR-BV-01": verdict}, done.stdout


@pytest.mark.parametrize("of", ["device", "player"])
def test_an_mtp_device_is_the_providers_only_with_leave_and_that_is_said_once(run, of):
    words = ("AUTH-MAC-*", PROVIDER_CASE, "--provider", OWN)
    with Papsim("mtp") as player:
        to = ("--device", player.uri()) if of == "device" else ("--player", "mtp")
        done, allowed = run(*words, *to), run(PROVIDER_CASE, "--provider", OWN, *to, "--allow-mtp")
    assert {case["verdict"] for case in done.results["cases"]} == {"NOT_RUN"}
    assert {case["cause"] for case in done.results["cases"]} == {"need"}
    lines = [line for line in done.stderr.splitlines() if "--allow-mtp" in line]
    assert lines == ["papcheck: no case of the provider is run: the device is an MTP one, which "
                     "another driver has on Windows (--allow-mtp has the provider drive it)"]
    assert len(re.findall(r"^left out: .*--allow-mtp", done.stdout, re.M)) == 1
    one = next(one for why, one in left(done).items() if "--allow-mtp" in why)
    assert one["must"] + one["others"] == len(done.results["cases"]) and not one["beyond"]
    assert verdicts(allowed) == {PROVIDER_CASE: "PASS"} and "--allow-mtp" not in allowed.stderr


def test_an_ics_that_is_silent_about_it_does_not_hide_an_mtp_device(run, tmp_path):
    (tmp_path / "my.ics").write_text("USB.SPEED.HIGH=yes\n", encoding="ascii")
    done = run(PROVIDER_CASE, "--provider", OWN, "--player", "mtp", "--ics", tmp_path / "my.ics")
    assert done.case(PROVIDER_CASE)["verdict"] == "NOT_RUN"


def test_no_leave_is_asked_for_a_vendors_class(run):
    done = run(PROVIDER_CASE, "--provider", OWN, "--player", "pap-winusb")
    assert verdicts(done) == {PROVIDER_CASE: "PASS"} and "--allow-mtp" not in done.stderr


# ---- again


def test_it_goes_with_a_case_that_is_run_again(run, file, tmp_path):
    path = file("mtp-small", serial='"MINE0003"')
    done = run(STEERED, "--player", path)
    shutil.copytree(done.folder / "cases/MTP_EVT_BV_01", tmp_path / "copied")
    path.unlink()
    subprocess.run([tmp_path / "copied/repro.sh", "--out", tmp_path / "again"], check=True,
                   timeout=SECONDS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   env={"PATH": f"{tree.BUILD}:/usr/bin:/bin"})
    again = json.loads((tmp_path / "again/results.json").read_text(encoding="utf-8"))
    assert again["devices"] == done.results["devices"]
    assert again["player_sha256"] == done.results["player_sha256"]
    assert again["cases"][0]["verdict"] == "PASS"


def test_a_name_is_said_again(run):
    done = run(CASE, "--player", "mtp-small")
    folder = done.folder / "cases/USB_CH9_BV_01"
    assert "--player mtp-small" in (folder / "repro.sh").read_text(encoding="utf-8")
    assert not (folder / "player.yaml").exists()


# ---- refused


def test_an_unknown_name_says_who_names_them(check, tmp_path):
    done = check("run", "--player", "no-such", cwd=tmp_path)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr == ("papcheck: --player no-such: no such player file (papsim players lists "
                           "names)\n")
    assert not list(tmp_path.iterdir())


def test_a_broken_file_is_refused_with_its_line(check, file, tmp_path):
    path = file(vendor="a-brand")
    line = next(number for number, text in enumerate(path.read_text("utf-8").splitlines(), 1)
                if "a-brand" in text)
    done = check("run", "--player", path.name, cwd=tmp_path)
    assert (done.status, done.stdout) == (2, "")
    assert re.fullmatch(rf"papcheck: {path.name}:{line}: [^\n]+\n", done.stderr), done.stderr


def test_it_is_not_for_a_device_that_is_named(check, tmp_path):
    done = check("run", "--player", "mtp", "--device", "usb:1:2", cwd=tmp_path)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr == "papcheck: --player mtp: the device is --device usb:1:2 already\n"
