"""Defects that nobody wrote down: that the judge's selftest finds them, and what it says of those
that it does not find. How many it finds is `make bench`'s matter."""
import json
import re

import pytest

from papcheck import papcheck

pytestmark = pytest.mark.patient(120)

CAUGHT = {"GetDeviceInfo:StandardVersion:changed", "BOS:wTotalLength:changed",
          "IMDSPDevice.GetName:pwszName:dropped"}
ALLOWED = "GetDeviceInfo:Manufacturer:changed"


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """A selftest of some generated defects: what it is, and its folder."""
    def judges(*words):
        folder = tmp_path_factory.mktemp("generated")
        done = papcheck("selftest", "--generated", *words, "--out", folder)
        text = (folder / "generated.json").read_text(encoding="utf-8")
        done.found = {one["name"]: one for one in json.loads(text)["generated"]}
        return done
    return judges


@pytest.fixture(scope="module")
def some(judged):
    return judged(*CAUGHT, ALLOWED)


def test_what_a_document_forbids_is_caught(some):
    assert {name for name, one in some.found.items() if one["outcome"] == "caught"} == CAUGHT
    assert all("allowed" not in some.found[name] for name in CAUGHT)


def test_who_caught_it_and_the_row_are_said(some):
    why = some.found["GetDeviceInfo:StandardVersion:changed"]["why"]
    assert re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)+: MTP-DEV-[0-9]+(\.\w+)?", why)


def test_what_no_document_forbids_has_its_reason_and_no_weight(some):
    assert some.found[ALLOWED]["outcome"] == "survived"
    assert f"allowed: {ALLOWED} – " in some.stdout
    assert "4 generated, 1 of them allowed" in some.last_line
    assert "100.0 %" in some.last_line
    assert some.status == 0


def test_a_seed_draws_the_same_sample_and_finds_the_same(judged):
    """Of what passes in every run: what else does may differ by the order of threads."""
    first, same = (judged("Get*Descriptor:*", "BOS:*", "--sample", "2", "--seed", "7")
                   for _ in range(2))
    first, same = ({name: one["outcome"] for name, one in done.found.items()}
                   for done in (first, same))
    assert first == same
    assert len(first) == 2
    assert all(name.endswith("@7") for name in first)


def test_every_row_of_what_is_allowed_is_of_a_defect_that_there_is(judged):
    """Whatever the sample, all that passes is held against allowed.def."""
    done = judged("--sample", "1")
    assert not re.findall(r"^stale: .*", done.stdout, re.M)
    assert " 0 stale " in done.last_line


@pytest.mark.parametrize("words, said", [
    (("selftest", "--generated", "Nowhere:Nothing:changed"), "nothing that passes is named so"),
    (("selftest", "--seed", "1"), "are of --generated"),
    (("selftest", "--generated", "--sample", "none"), "--sample none"),
    (("run", "USB-CH9-BV-01", "--deviate", "GetDeviceInfo:Model:eaten"), "no such defect"),
])
def test_a_name_or_number_that_is_none_is_a_mistake_of_the_caller(words, said, tmp_path):
    done = papcheck(*words, "--out", tmp_path)
    assert done.status == 2
    assert said in done.stderr
