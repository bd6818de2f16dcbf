"""What the subjects offer and no case exercised with success is said, and what is mandatory of it
is a finding; a part of a run says nothing of the rest."""
import json
import re
import shutil

import pytest

pytestmark = pytest.mark.patient(50)

CASE = "USB-CH9-BV-01"
BOASTER = "iriver-spinn"  # it lists operations that papsim refuses
GET_OBJECT = "operation 1009"


@pytest.fixture
def changed(once, tmp_path):
    """The folder of a whole run on this player whose results lost what was said of that name."""
    def loses(player, name):
        folder = once("--player", player).folder
        copy = tmp_path / "changed"
        shutil.copytree(folder, copy)
        results = json.loads((copy / "results.json").read_text(encoding="utf-8"))
        assert results["exercised"].pop(name) == "done"
        (copy / "results.json").write_text(json.dumps(results), encoding="utf-8")
        return copy
    return loses


def untried(done):
    return {one["name"]: (one["what"], one["how"], one["mandatory"])
            for one in done.results["untried"]}


def test_a_listed_operation_that_no_case_brings_to_an_end_is_named(once):
    done = once("--player", BOASTER)
    what, how, mandatory = untried(done)["0x9170 (no name)"]
    assert (what, mandatory) == ("operation", False) and how.startswith("never")
    assert not any(case["id"] == "UNTRIED" for case in done.results["cases"])
    line, = re.findall(r"^untried: .*$", done.stdout, re.M)
    assert "operation 0x9102 WMDRMPDGetSecureTimeResponse (never tried)" in line
    assert re.search(r", and \d+ more \(report.html\)$", line)
    for name in ("report.html", "junit.xml"):
        assert "0x9170" in (done.folder / name).read_text(encoding="utf-8"), name


def test_a_selection_says_nothing_of_the_rest(run):
    for words in ((CASE,), ("--shard", "1/40", "--subset")):
        done = run(*words)
        assert done.results["untried"] == [] and done.results["exercised"] != {}
        assert "untried" not in done.stdout


def test_what_is_mandatory_and_lost_is_a_finding_everywhere(changed, check, tmp_path):
    folder = tmp_path / "merged"
    done = check("merge", changed(BOASTER, GET_OBJECT), "--out", folder)
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    case, = (case for case in results["cases"] if case["id"] == "UNTRIED")
    assert (case["verdict"], case["cause"]) == ("INCONCLUSIVE", "untried")
    assert "operation 0x1009 GetObject never tried" in case["reason"]
    assert re.search(r"^untried: mandatory operation 0x1009 GetObject", done.stdout, re.M)
    junit = (folder / "junit.xml").read_text(encoding="utf-8")
    assert 'name="UNTRIED"' in junit and "INCONCLUSIVE: 1 of what is mandatory" in junit
