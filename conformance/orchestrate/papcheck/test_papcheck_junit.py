"""junit.xml is what the services that read it expect: of their schema, with what a reader of a
failure needs and the files that go with it."""
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

import tree
from papcheck import hostile_report
from papsim import Papsim

CASE, GREEN, ROW = "USB-CH9-BV-01", "USB-CH9-BV-02", "USB-CH9-001"
SCHEMA = pathlib.Path(__file__).with_name("junit.rng")


def parsed(folder):
    return ElementTree.parse(folder / "junit.xml").getroot()


def case_of(root, name):
    return next(case for case in root.iter("testcase") if case.get("name") == name)


def faults(folder):
    """What xmllint has against it."""
    done = subprocess.run([tree.tool("xmllint"), "--noout", "--relaxng", SCHEMA,
                           folder / "junit.xml"], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return "" if done.returncode == 0 else done.stdout


def attachments(case):
    return re.findall(r"^\[\[ATTACHMENT\|(.*)\]\]$", case.findtext("system-out"), re.M)


def test_it_is_of_the_schema(red):
    assert faults(red[0]) == ""


def test_a_run_with_every_verdict_is_of_the_schema(run, tmp_path):
    with Papsim("mtp") as player:
        done = run(CASE, "MTP-OBJ-BV-12", "USB-*", "--device", player.uri())
    assert {"PASS", "NOT_RUN"} <= {case["verdict"] for case in done.results["cases"]}
    assert faults(done.folder) == ""


@pytest.mark.parametrize("old, new", [
    (' tests="2"', ''), ('<system-out>', '<properties/><system-out>'), (' time="', ' time="x'),
    (' name="suite"', ''), ('<testsuites ', '<testsuites skipped="0" ')])
def test_the_schema_refuses_what_readers_do(red, tmp_path, old, new):
    text = (red[0] / "junit.xml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "junit.xml").write_text(text.replace(old, new), encoding="utf-8")
    assert faults(tmp_path)


def test_it_has_every_case_with_its_checks(red):
    root = parsed(red[0])
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("2", "1", "0")
    assert {case.get("name") for case in root.iter("testcase")} == {CASE, GREEN}
    assert "saw 0x40, expected 0x12" in case_of(root, CASE).findtext("failure")
    assert case_of(root, GREEN).find("failure") is None


def test_a_failure_says_what_was_required(red):
    row = next(row for row in red[1]["rows"] if row["id"] == ROW)
    failure = case_of(parsed(red[0]), CASE).findtext("failure")
    assert f"{ROW} (MUST): {row['requirement']}\n" in failure


def test_date_host_and_properties_say_where_it_comes_from(red):
    suite = parsed(red[0]).find("testsuite")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp"))
    assert suite.get("hostname")
    said = {one.get("name"): one.get("value") for one in suite.find("properties")}
    assert said["suite"] == red[1]["suite"] and said["git"] == red[1]["git"]
    assert said["options"].startswith("papcheck run ")
    assert said["selection"] == f"{CASE} {GREEN}"
    assert said["provider sha256"] == red[1]["provider_sha256"]
    for file in red[1]["files"]:
        assert said[file["what"]] == file["name"]
        assert said[f"{file['what']} sha256"] == file["sha256"]
    assert red[1]["devices"][0]["serial"] in said["player mtp"]


def test_without_timing_there_is_no_date(check, red, tmp_path):
    shutil.copy(red[0] / "results.json", tmp_path)
    assert check("report", tmp_path, "--format", "junit").status == 0
    assert faults(tmp_path) == "" and parsed(tmp_path).find("testsuite").get("timestamp") is None


def test_evidence_is_attached_from_where_papcheck_was_called(run, tmp_path):
    done = run(CASE, cwd=tmp_path)
    files = attachments(case_of(parsed(done.folder), CASE))
    assert {pathlib.Path(name).name for name in files} >= {"wire.pcapng", "repro.sh", "trace.jsonl"}
    for name in files:
        assert not name.startswith("/") and (tmp_path / name).is_file()


def test_evidence_elsewhere_is_attached_by_its_whole_path(red):
    for name in attachments(case_of(parsed(red[0]), CASE)):
        assert pathlib.Path(name).is_absolute() and pathlib.Path(name).is_file()


def test_evidence_that_was_not_kept_is_not_attached(run):
    root = parsed(run(CASE, GREEN, "--deviate", "device-descriptor-padded", "--evidence",
                      "failed").folder)
    assert attachments(case_of(root, CASE)) and not attachments(case_of(root, GREEN))


def test_a_device_attaches_nothing(red, tmp_path):
    results = {**red[1], "cases": [{**case, "title": "a\n[[ATTACHMENT|/etc/passwd]]",
                                    "notes": ["[[ATTACHMENT|/etc/passwd]]"]}
                                   for case in red[1]["cases"]]}
    root = parsed(hostile_report(results, tmp_path, keep=("title", "notes")))
    assert "[[ATTACHMENT" not in case_of(root, CASE).findtext("system-out")
    assert "ATTACHMENT|/etc/passwd" in case_of(root, CASE).findtext("system-out")


def test_it_parses_whatever_the_names_are(red, tmp_path):
    root = parsed(hostile_report(red[1], tmp_path))
    assert faults(tmp_path) == ""
    assert case_of(root, CASE).findtext("system-out").startswith("\"><script>alert(1)</script>")


def test_the_reason_of_a_skip_is_given(run):
    with Papsim("mtp") as player:
        done = run("MTP-OBJ-BV-12", "--device", player.uri())
    skipped = next(parsed(done.folder).iter("skipped"))
    assert skipped.get("message").startswith("NOT_RUN: ")
    assert "--destructive" in skipped.get("message")


@pytest.mark.parametrize("words, seen", [
    (("USBIP-URB-BV-13", "--deviate", "unlink-silent"), "-110 ETIMEDOUT, expected 0"),
    (("USB-CH9-BI-03", "--deviate", "any-configuration-index"), "9, expected -32 EPIPE"),
    (("MTP-SES-BI-02", "--deviate", "session-zero-opens"),
     "answered 0x2001 OK, MTP-SES-002.code wants 0x201d InvalidParameter"),
    (("AUTH-CLOSED-BI-01", "--provider-deviate", "count-without-channel"),
     "answered S_OK, SP-AUTH-015.count wants WMDM_E_NOTCERTIFIED"),
    (("USBIP-URB-BV-18", "--deviate", "unplug-ignored"), "-110 ETIMEDOUT"),
])
def test_codes_have_their_names_wherever_a_failure_is_told(run, words, seen):
    done = run(*words, "--strict")  # some are of rows that are our own reading
    told = seen if "answered" in seen else f"saw {seen}"
    assert done.status == 1 and told in done.stdout
    checks = done.results["cases"][0]["checks"]
    assert any(seen in (check["seen"] or check["text"]) for check in checks)
    assert told in next(parsed(done.folder).iter("failure")).text
    assert told in (done.folder / "report.txt").read_text(encoding="utf-8")
    assert seen in (done.folder / "report.html").read_text(encoding="utf-8")
