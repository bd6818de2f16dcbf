"""What a run may call itself: conformant only if every MUST case of its subjects that applies ran,
and of how much it says so."""
import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

import tree
from papcheck import BY_PATTERN, WHOLE
from papsim import Papsim

pytestmark = pytest.mark.patient(110)

CASE, ROW, DEFECT = "USB-CH9-BV-01", "USB-CH9-001", "device-descriptor-padded"


def verdict(done):
    """The word of the last line; the results' own and the exit code agree with it."""
    word, code = re.search(r"– ([A-Z ]+) \((\d+)\)", done.last_line).groups()
    assert (int(code), word.replace(" ", "_")) == (done.results["exit"], done.results["verdict"])
    assert done.status == int(code)
    return word


def left_out(done):
    return {left["why"]: left for left in done.results["left_out"]}


def absent(done):
    return {one["subject"]: one["how"] for one in done.results["not_judged"]}


@pytest.fixture
def whole(once):
    """Our own player, provider and host, all of it."""
    return once(*WHOLE)


@pytest.fixture
def player(tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    with Papsim("mtp", state=state) as papsim:
        yield papsim


def test_everything_is_conformant(whole):
    assert verdict(whole) == "CONFORMANT" and whole.results["left_out"] == []
    found = re.search(r"^(\d+) of (\d+) rows judged, 1,010 in the catalogue$", whole.stdout, re.M)
    assert int(found[1]) == int(found[2]) > 400
    assert absent(whole) == {}


def test_the_rows_that_are_counted_are_the_catalogues(whole, check):
    rows = json.loads(check("list", "--rows", "--json").stdout)
    for scope in whole.results["catalogue"]:
        of_it = [row for row in rows
                 if (row["subject"], row["flow"]) == (scope["subject"], scope["flow"])]
        assert scope["rows"] == len(of_it)
        assert scope["suite"] == sum(row["state"] != "no case" for row in of_it)


@pytest.mark.parametrize("words", [(CASE,), ("USB-CH9-*", "sync"), (ROW,),
                                   ("--shard", "1/20", "--subset")])
def test_a_part_that_was_asked_for_is_a_green_subset(run, words):
    done = run(*words)
    assert verdict(done) == "SUBSET" and done.status == 0 and done.results["subset"] is True
    assert re.search(r"^left out: \d+ MUST and \d+ other cases: ", done.stdout, re.M)


def test_naming_everything_is_everything(once):
    done = once(*BY_PATTERN)
    assert verdict(done) == "CONFORMANT" and done.results["left_out"] == []


def test_a_shard_alone_is_incomplete(run, check):
    done = run("USB-CH9-*", CASE, "--shard", "1/2")
    assert verdict(done) == "SUBSET", "named"
    done = run("--shard", "3/40")
    assert verdict(done) == "INCOMPLETE" and done.status == 5
    (why, left), = left_out(done).items()
    assert "papcheck merge" in why
    cases = json.loads(check("list", "--json").stdout)
    assert left["must"] + left["others"] == len(
        {case["id"] for case in cases + done.results["cases"]}) - len(done.results["cases"])


def test_a_failure_outranks_what_is_missing(run):
    done = run(CASE, "--shard", "1/1", "--deviate", DEFECT)
    assert verdict(done) == "NOT CONFORMANT"


def test_cases_that_need_leave_make_a_run_incomplete_and_name_it(run, player):
    done = run("--device", player.uri())
    assert verdict(done) == "INCOMPLETE" and done.status == 5
    left, = [left for why, left in left_out(done).items() if "--destructive" in why]
    assert left["must"] > 50 and not left["beyond"]
    assert left["must"] + left["others"] == \
        sum(case["verdict"] == "NOT_RUN" for case in done.results["cases"])
    assert re.search(rf"^left out: {left['must']} MUST and .*--destructive", done.stdout, re.M)


def test_a_device_that_is_not_ours_can_be_conformant(run, player):
    serial = run(CASE, "--device", player.uri()).results["devices"][0]["serial"]
    words = ("--device", player.uri(), "--destructive")
    done = run(*words)
    assert verdict(done) == "INCOMPLETE"
    assert [why for why, left in left_out(done).items() if not left["beyond"]] and \
        all("--serial" in why for why, left in left_out(done).items() if not left["beyond"])
    done = run(*words, "--serial", serial)
    assert verdict(done) == "CONFORMANT"
    beyond, = done.results["left_out"]
    assert beyond["beyond"] and beyond["must"] == sum(
        case["level"] == "MUST" and case["cause"] == "need" for case in done.results["cases"])
    assert re.search(r"^out of reach: \d+ MUST and .*control socket", done.stdout, re.M)


def test_leave_that_is_not_given_is_fine_for_a_subset(run, player):
    done = run("--device", player.uri(), "--shard", "1/10", "--subset")
    assert verdict(done) == "SUBSET" and "--destructive" in done.stdout
    assert done.results["totals"]["NOT_RUN"]


def test_a_subject_that_could_have_been_judged_is_named_with_its_option(run, player):
    done = run(CASE, "--device", player.uri())
    assert absent(done)["provider"] == "--provider LIB"
    assert "provider (--provider LIB)" in done.stdout
    done = run("AUTH-CLOSED-BI-01", "--provider", tree.BUILD / "libspcore.so")
    assert absent(done)["device"] == "--device URI or --player FILE"
    assert "--device" in absent(done)["server"]
    assert "without --device" in absent(done)["host"]


def test_strict_wants_the_should_cases_too(run):
    relaxed, strict = run("--shard", "1/40"), run("--shard", "1/40", "--strict")
    assert strict.results["left_out"][0]["must"] > relaxed.results["left_out"][0]["must"]


def test_a_run_that_ends_early_says_what_it_left(run):
    done = run(CASE, "USB-CH9-*", "--jobs", "1", "--fail-fast", "--deviate", DEFECT)
    assert done.status == 1 and any("the run ended" in why for why in left_out(done))


def test_every_report_has_selection_shard_command_and_how_much_that_is(run):
    done = run("USB-CH9-*", "--shard", "1/3")
    sentence = re.search(r"^\d+ of \d+ rows judged, .*$", done.stdout, re.M)[0]
    left = re.findall(r"^left out: .*$", done.stdout, re.M)
    assert len(left) == 2
    for name in ("report.txt", "report.html", "junit.xml"):
        text = (done.folder / name).read_text(encoding="utf-8")
        for part in (sentence, *left, "USB-CH9-*", "1/3", "papcheck run"):
            assert part in text.replace("&#39;", "'"), (name, part)
    suite = ElementTree.parse(done.folder / "junit.xml").find("testsuite")
    properties = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert properties["verdict"] == "Subset" and properties["judged"] == sentence
    assert properties["selection"] == "USB-CH9-*" and properties["shard"] == "1/3"


def test_a_report_made_anew_says_the_same(run, check):
    done = run("--shard", "3/40")
    again = check("report", done.folder)
    assert again.status == 0 and again.stdout == done.stdout[-len(again.stdout):]
    assert "INCOMPLETE (5)" in again.last_line


@pytest.mark.parametrize("strict, status", [((), 0), (("--strict",), 1)])
def test_our_own_reading_is_said_and_decides_only_when_strict(run, strict, status):
    done = run("USBIP-URB-BV-13", "--deviate", "unlink-silent", "--subset", *strict)
    row = next(row for row in done.results["rows"] if row["verdict"] == "fail")
    assert done.status == status and row["reading"].startswith("our reading")
    assert f"({row['level']}, {row['reading']})" in (done.folder / "report.txt").read_text("utf-8")
