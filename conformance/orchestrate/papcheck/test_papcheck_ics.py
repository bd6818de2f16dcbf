"""What a subject declares of itself: items are in the catalogue, a declaration is held against what
the device shows, and every report says which one was in force."""
import csv
import hashlib
import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

import tree
from papsim import Papsim

CASE = "MTP-SES-BV-01"


def items(check):
    return json.loads(check("ics", "list", "--json").stdout)


def fits(item, name):
    """Does the catalogue's item stand for this one?"""
    pattern = re.escape(item).replace("h", "[0-9A-F]").replace("n", "[1-9]")
    return re.fullmatch(pattern, name) is not None


@pytest.fixture
def ics(tmp_path):
    """A file of these lines."""
    def writes(*lines, name="my.ics"):
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
        return path
    return writes


@pytest.fixture(scope="module")
def player():
    with Papsim("mtp") as papsim:
        yield papsim


def test_every_item_a_case_asks_for_is_declared(check):
    declared = [item["item"] for item in items(check)]
    asked = {name for case in json.loads(check("list", "--json").stdout)
             for name in re.findall(r"[A-Z0-9_.]+", case["ics"])} - {"ANY"}
    assert len(asked) > 30
    assert not {name for name in asked if not any(fits(item, name) for item in declared)}


def test_the_list_is_the_catalogues(check):
    text = (tree.ROOT / "conformance/catalogue/ics.tsv").read_text("ascii")
    assert items(check) == list(csv.DictReader(text.splitlines(), delimiter="\t",
                                               quoting=csv.QUOTE_NONE))
    for item in items(check):
        assert item["by"] in ("device", "provider", "vendor", "papcheck")
        assert item["item"] in check("ics", "list").stdout
        assert all(len(item[column].split()) > 2 for column in ("meaning", "observed"))


@pytest.mark.parametrize("verb", [("run", CASE, "--ics"), ("ics", "check")])
def test_an_item_nobody_knows_is_refused_by_its_line(check, ics, verb, tmp_path):
    path = ics("MTP=yes", "NONSENSE=yes", "# MTP", "MTP.OP.100G=no")
    done = check(*verb, path, cwd=tmp_path)
    assert done.status == 2 and done.stdout == ""
    first, second = done.stderr.splitlines()
    assert first.startswith(f"papcheck: {path}:2: NONSENSE: ")
    assert second.startswith(f"{path}:4: MTP.OP.100G: ")
    assert list(tmp_path.iterdir()) == [path]


def test_what_was_observed_is_a_file_that_holds(check, run, ics, player):
    observed = check("ics", "observe", "--device", player.uri())
    assert observed.status == 0
    path = ics(*observed.stdout.splitlines())
    held = check("ics", "check", path, "--device", player.uri())
    assert held.status == 0 and "warning" not in held.stdout
    with_file = run("MTP-*", "USB-*", "--device", player.uri(), "--ics", path).results["cases"]
    without = run("MTP-*", "USB-*", "--device", player.uri()).results["cases"]
    assert [case for case in with_file if case["id"] == "ICS"][0]["verdict"] == "PASS"
    assert [case for case in with_file if case["id"] != "ICS"] == without


def test_an_observed_file_has_every_single_item(check, player):
    lines = check("ics", "observe", "--device", player.uri()).stdout.splitlines()
    said = {line.lstrip("# ").split("=")[0] for line in lines[1:]}
    single = {item["item"] for item in items(check)
              if item["by"] != "papcheck" and not re.search("[hn]", item["item"])}
    assert single <= said
    assert "MTP.OP.1001=yes" in lines and any(line.startswith("USB.SPEED.LOW=no") for line in lines)


def test_a_claim_the_device_does_not_keep_fails(check, run, ics, player):
    path = ics("MTP=yes", "", "MTP.OP.1023=yes # it does not")
    done = run(CASE, "--device", player.uri(), "--ics", path)
    assert done.status == 1
    assert re.search(r"^FAIL ICS: .*\n    MTP\.OP\.1023: .* \(my\.ics:3\)", done.stdout, re.M)
    finding = ElementTree.parse(done.folder / "junit.xml").find(".//testcase[@name='ICS']/failure")
    assert "MTP.OP.1023" in finding.text
    held = check("ics", "check", path, "--device", player.uri())
    assert held.status == 1
    assert held.stdout.startswith(f"{path}:3: MTP.OP.1023 is declared, and is not shown")


def test_a_claim_that_only_other_players_could_keep_is_not_judged(run, ics):
    path = ics("MTP=yes", "USB.SPEED.SUPER=yes", "MTP.OP.1023=yes")
    done = run(CASE, "--ics", path)
    held = done.case("ICS")
    assert done.status == 0 and held["verdict"] == "INCONCLUSIVE" and not held["checks"]
    assert "2 of what is declared" in held["reason"] and "mtp-super-speed" in held["reason"]
    assert "USB.SPEED.SUPER (my.ics:2) is declared, and not judged" in held["notes"]
    assert [claim for claim in done.results["declared"] if claim["line"]] == [
        {"item": "MTP", "line": 1, "yes": True}, {"item": "MTP.OP.1023", "line": 3, "yes": True},
        {"item": "USB.SPEED.SUPER", "line": 2, "yes": True}]
    assert list(done.results["shown"]) == ["mtp"]


def test_what_the_device_offers_beside_its_claim_is_a_warning(check, run, ics, player):
    path = ics("MTP=yes", "USB.SPEED.HIGH=no")
    done = run(CASE, "--device", player.uri(), "--ics", path)
    assert done.status == 0 and done.case("ICS")["verdict"] == "PASS"
    assert done.case("ICS")["warnings"] == len(done.case("ICS")["notes"]) > 10
    assert any("USB.SPEED.HIGH" in note for note in done.case("ICS")["notes"])
    assert not re.search(", 0 warnings", done.last_line)
    held = check("ics", "check", path, "--device", player.uri())
    assert held.status == 0 and f"{path}: warning: USB.SPEED.HIGH" in held.stdout


def test_what_only_a_vendor_knows_is_believed(run, ics, player):
    path = ics("MTP=yes", "STORE.LIMIT.4G=yes")
    assert run(CASE, "--device", player.uri(), "--ics", path).status == 0


def test_a_kept_claim_alone_judges_nothing(run, ics, player):
    """Else an ICS by which nothing applies would be green."""
    done = run(CASE, "--device", player.uri(), "--ics", ics("USB.SPEED.HIGH=yes"))
    assert done.case(CASE)["verdict"] == "NOT_APPLICABLE" and done.case("ICS")["verdict"] == "PASS"
    assert done.status == 3


def test_a_players_own_serial_number_counts_with_a_file_too(run, ics, tmp_path):
    path = ics("MTP=yes", "MTP.OP.100F=yes", "STORE.WRITABLE=yes", "MTP.STORES.2=yes")
    with Papsim("mtp", state=tmp_path) as player:
        serial = run(CASE, "--device", player.uri()).results["devices"][0]["serial"]
        done = run("MTP-STO-BV-05", "--device", player.uri(), "--ics", path, "--destructive",
                   "--serial", serial)
    assert done.case("MTP-STO-BV-05")["verdict"] == "PASS"


def test_every_report_says_which_one_was_in_force(run, ics, player):
    path = ics("MTP=yes")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    done = run(CASE, "--device", player.uri(), "--ics", path)
    assert (done.results["ics_file"], done.results["ics_sha256"]) == ("my.ics", digest)
    assert done.results["ics"] == {"": ["MTP"]}
    for name in ("report.txt", "report.html", "junit.xml"):
        text = (done.folder / name).read_text(encoding="utf-8")
        assert "my.ics" in text and digest in text, name
    done = run(CASE, "--device", player.uri())
    assert (done.results["ics_file"], done.results["ics_sha256"]) == ("", "")
    for name in ("report.txt", "report.html", "junit.xml"):
        assert "observed" in (done.folder / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("words, part", [
    (("ics",), "observe, check or list"),
    (("ics", "frobnicate"), "ics frobnicate"),
    (("ics", "observe"), "--device URI"),
    (("ics", "observe", "--device", "usb:zz"), "usb:VID:PID"),
    (("ics", "check"), "FILE"),
    (("ics", "check", "/no/such/file"), "/no/such/file"),
    (("ics", "check", "a", "b"), "argument b"),
    (("ics", "list", "--device", "usb:1:2"), "--json"),
])
def test_what_is_asked_wrongly_is_said_in_one_line(check, words, part):
    done = check(*words)
    assert done.status == 2 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and part in done.stderr


def test_a_device_that_does_not_answer_is_no_observation(check):
    done = check("ics", "observe", "--device", "usbip:127.0.0.1:1/1-1")
    assert done.status == 3 and done.stdout == ""
