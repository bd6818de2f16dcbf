"""Parts of a run, weighed as that run: nothing is added, nothing is lost, and what is no part of it
is refused."""
import collections
import itertools
import json
import os
import shutil
import subprocess

import pytest

import tree
from papcheck import HOSTILE, SECONDS, WHOLE
from papsim import Papsim

pytestmark = pytest.mark.patient(100)

PATTERN, CASE, DEFECT = "USB-CH9-*", "USB-CH9-BV-01", "device-descriptor-padded"


@pytest.fixture
def shards(run):
    """`papcheck run` with these words, in so many shards: their folders."""
    def runs(count, *words):
        return [run(*words, "--subset", "--shard", f"{i}/{count}").folder
                for i in range(1, count + 1)]
    return runs


@pytest.fixture
def merge(check, tmp_path):
    """`papcheck merge` of these folders."""
    numbers = itertools.count()

    def merges(*folders, **options):
        folder = tmp_path / f"merged-{next(numbers)}"
        done = check("merge", *folders, "--out", folder, **options)
        done.folder = folder
        return done
    return merges


def text(folder):
    return (folder / "results.json").read_text(encoding="utf-8")


@pytest.fixture
def changed(tmp_path):
    """A copy of a run's folder with some members of its results changed."""
    numbers = itertools.count()

    def changes(folder, **members):
        copy = tmp_path / f"changed-{next(numbers)}"
        shutil.copytree(folder, copy)
        results = {**json.loads(text(folder)), **members}
        (copy / "results.json").write_text(json.dumps(results), encoding="utf-8")
        return copy
    return changes


def refused(done):
    assert done.status == 2 and done.stdout == "" and not done.folder.exists()
    line, = done.stderr.splitlines()
    return line


def same(merged, whole):
    """The whole of results.json, byte for byte; what equal runs may differ in is in timing.json."""
    assert merged.status == whole.status, merged.stderr
    assert text(merged.folder) == text(whole.folder)
    assert merged.stdout.splitlines()[:-1] == whole.stdout.splitlines()[:-1]


# ---- the whole is what its parts are


def test_all_shards_are_the_run_and_its_reports_and_evidence(once, shards, merge):
    whole, parts = once(*WHOLE), shards(3)
    merged = merge(*parts)
    same(merged, whole)
    assert "CONFORMANT (0)" in merged.last_line
    for name in ("report.html", "report.txt", "junit.xml", "timing.json"):
        assert "papcheck merge" in (merged.folder / name).read_text(encoding="utf-8"), name
    ran = [case for case in merged.results["cases"] if case["verdict"] != "NOT_APPLICABLE"]
    assert len(ran) > 400
    for case in ran:
        kept = sorted(file.name for file in (whole.folder / case["evidence"]).iterdir())
        assert kept == sorted(file.name for file in (merged.folder / case["evidence"]).iterdir())
        verdict = json.loads((merged.folder / case["evidence"] / "verdict.json").read_bytes())
        assert verdict["rows"] == case["rows"]


def test_order_is_no_matter_and_twice_is_once(shards, merge):
    one, two, three = shards(3, PATTERN)
    first, *others = [merge(*order) for order in
                      ((one, two, three), (three, one, two), (two, two, one, three, one))]
    for other in others:
        assert text(other.folder) == text(first.folder) and other.status == first.status == 0


def test_one_whole_run_is_itself(run, merge):
    for words in ((PATTERN,), (CASE, "--deviate", DEFECT), ("--shard", "1/40")):
        whole = run(*words)
        merged = merge(whole.folder)
        assert merged.status == whole.status
        for member in ("verdict", "totals", "rows", "catalogue", "not_judged", "cases"):
            assert merged.results[member] == whole.results[member], (words, member)


def test_parts_of_a_merged_run_may_come_later(run, shards, merge):
    whole, (one, two, three) = run(PATTERN), shards(3, PATTERN)
    part = merge(one, three)
    same(merge(part.folder, two), whole)


def test_selections_add_up(run, merge):
    both = run("USB-CH9-*", "MTP-SES-*")
    same(merge(run("USB-CH9-*").folder, run("MTP-SES-*").folder), both)


def test_what_a_provider_offers_is_known_by_the_parts_that_ask_it(run, merge):
    provider, device = "AUTH-CLOSED-BI-01", "USB-MS20-BV-01"
    both = run(provider, device)
    parts = [run(provider), run(device)]
    assert len({json.dumps(done.results["ics"]) for done in parts}) == 2
    assert {case["player"] for done in parts for case in done.results["cases"]} == {"pap-winusb"}
    same(merge(*(done.folder for done in parts)), both)


def test_a_failure_in_one_shard_fails_the_whole(run, shards, merge):
    words = (PATTERN, "--deviate", DEFECT)
    whole, parts = run(*words), shards(2, *words)
    merged = merge(*parts)
    same(merged, whole)
    assert merged.status == 1 and "NOT CONFORMANT (1)" in merged.last_line
    assert f"FAIL {CASE}" in merged.stdout and "nothing can be claimed" in merged.last_line


# ---- what is missing


def test_a_missing_shard_is_said_and_leaves_it_incomplete(shards, merge, check):
    one, two, three = shards(3, PATTERN)
    assert merge(one, two, three).status == 0
    merged = merge(one, three)
    assert merged.status == 5 and "INCOMPLETE (5)" in merged.last_line
    left, = [left for left in merged.results["left_out"] if "shard" in left["why"]]
    assert left["why"].endswith(" 2/3")
    missing = json.loads(text(two))["cases"]
    assert left["must"] + left["others"] == len(missing)
    assert f"{left['must']} MUST" in merged.stdout and left["why"] in merged.stdout
    again = check("report", merged.folder)
    assert again.stdout == merged.stdout[-len(again.stdout):]


def test_a_case_that_is_taken_out_of_a_file_is_missed(run, merge, changed):
    whole = run(PATTERN)
    cases = whole.results["cases"]
    merged = merge(changed(whole.folder, cases=cases[1:]))
    assert merged.status == 5
    assert any("none of these" in left["why"] for left in merged.results["left_out"])


def test_leave_that_nobody_gave_makes_the_whole_incomplete_too(run, merge):
    with Papsim("mtp") as player:
        words = ("MTP-STO-*", "--device", player.uri())
        one, two = (run(*words, "--subset", "--shard", f"{i}/2") for i in (1, 2))
        whole = run(*words)
    assert any("--destructive" in left["why"] for left in whole.results["left_out"])
    same(merge(one.folder, two.folder), whole)


def test_an_interrupted_part_is_an_interrupted_whole(run, merge, changed):
    assert merge(changed(run(PATTERN).folder, exit=130)).status == 130


# ---- what is weighed anew, of what all parts saw


@pytest.fixture
def of_every_player(once):
    """A case of each player of the suite: together they see what all players show."""
    cases = collections.defaultdict(list)
    for case in once(*WHOLE).results["cases"]:
        if case["player"] and case["verdict"] == "PASS":
            cases[case["player"]].append(case["id"])
    assert {"mtp", "mtp-super-speed", "pap-winusb"} < set(cases) and len(cases) > 15
    return [names[0] for names in cases.values()]


def test_what_a_file_declares_is_held_against_what_all_shards_saw(run, shards, merge, tmp_path,
                                                                  of_every_player):
    path = tmp_path / "my.ics"
    words = (PATTERN, *of_every_player, "--ics", path)
    for claims, status in ((("MTP=yes", "USB.SPEED.SUPER=yes"), 0),
                           (("MTP=yes", "MTP.OP.1023=yes"), 1)):
        path.write_text("\n".join((*claims, "")), encoding="ascii")
        whole, parts = run(*words), shards(3, *words)
        assert not any(case["verdict"] == "FAIL" for part in parts
                       for case in json.loads(text(part))["cases"])
        unsure = [part for part in parts
                  if json.loads(text(part))["cases"][-1]["verdict"] == "INCONCLUSIVE"]
        merged = merge(*parts)
        same(merged, whole)
        assert merged.status == status
        assert merged.case("ICS")["verdict"] == ("FAIL" if status else "PASS")
        assert merge(unsure[0]).case("ICS")["verdict"] == "INCONCLUSIVE"


def test_a_step_that_a_provider_refuses_fails_once_in_the_whole(run, shards, merge, tmp_path):
    path = tmp_path / "unwilling.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-DSTOPS_AT=DEVICE",
                    "-I", tree.ROOT / "spcore/include", "-o", path,
                    tree.ROOT / "fixtures/providers/unwilling.c", "-L", tree.BUILD,
                    "-Wl,--no-as-needed", "-lspcore", f"-Wl,-rpath,{tree.BUILD}"],
                   check=True, timeout=SECONDS)
    words = ("STORAGE-*", "SYNC-*", "--provider", path)
    whole, parts = run(*words), shards(3, *words)
    assert sum(case["verdict"] == "FAIL" for part in parts
               for case in json.loads(text(part))["cases"]) == 3
    merged = merge(*parts)
    same(merged, whole)
    assert [case["verdict"] for case in merged.results["cases"]].count("FAIL") == 1
    some = run("SYNC-FIND-*", "--provider", path)
    assert merge(*parts, some.folder).results["cases"] == whole.results["cases"]


# ---- what is no part of it


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Folders of two shards."""
    from papcheck import papcheck
    folders = [tmp_path_factory.mktemp("two") / str(i) for i in (1, 2)]
    for i, folder in enumerate(folders, 1):
        assert papcheck("run", PATTERN, "--shard", f"{i}/2", "--out", folder).status == 0
    return folders


@pytest.mark.parametrize("members, what", [
    ({"suite": "papcheck 0"}, "the suite"),
    ({"git": "0123456789ab"}, "sources"),
    ({"catalogue_sha256": "00"}, "the catalogue"),
    ({"ics_sha256": "00"}, "the ICS"),
    ({"declared": [{"item": "MTP", "line": 1, "yes": True}]}, "the ICS"),
    ({"ics": {"mtp": ["MTP"]}}, "what the device shows"),
    ({"subjects": ["device"]}, "subjects"),
    ({"provider_sha256": "00"}, "the provider's file"),
    ({"deviations": [DEFECT]}, "defects"),
    ({"seed": 2}, "the seed"),
    ({"strict": True}, "--strict"),
    ({"options": ["--destructive"]}, "options"),
    ({"device": "usb:1209:5041"}, "the device"),
])
def test_a_part_of_another_run_is_refused_by_both_names(two, merge, changed, members, what):
    other = changed(two[1], **members)
    for folders in ((two[0], other), (other, two[0])):
        line = refused(merge(*folders))
        assert what in line and str(two[0]) in line and str(other) in line


def test_another_device_is_no_part_wherever_it_is(run, merge, changed):
    """The same one at another address is."""
    with Papsim("mtp") as player:
        one = run(CASE, "--device", player.uri())
        two = run("USB-CH9-BV-02", "--device", player.uri())
    moved = changed(two.folder, device="usbip:elsewhere/1-1")
    assert merge(one.folder, moved).status == 0
    device, = two.results["devices"]
    for member in ("serial", "usb", "firmware"):
        line = refused(merge(one.folder, changed(two.folder, devices=[{**device, member: "9"}])))
        assert member in line and str(one.folder) in line
    unnamed = [changed(done.folder, device=address, devices=[{**device, "serial": ""}])
               for done, address in ((one, "usbip:a/1-1"), (two, "usbip:b/1-1"))]
    assert "the device" in refused(merge(*unnamed))


WMI = {"class-provider": tree.BUILD / "libpapwmi.so", "mof": tree.ROOT / "fixtures/wmi/papwmi.mof"}
VENDORS = {  # of which file: the cases, all files that are given, and what makes it another one
    "inf": ("INF-*", {"inf": tree.ROOT / "fixtures/inf/player.inf"}, "\n; another\n"),
    "service": ("SERVICE-STATUS-*", {"service": tree.BUILD / "libpapservice.so"},
                tree.BUILD / "libpapservice-deviant.so"),
    "class-provider": ("WMI-LOAD-*", WMI, tree.BUILD / "libpapwmi-deviant.so"),
    "mof": ("WMI-LOAD-*", WMI, "\n// another\n"),
}


@pytest.fixture
def another(tmp_path):
    """A file beside this one: of another name, or with more in it."""
    def makes(path, other):
        if isinstance(other, str):
            copy = tmp_path / f"another-{path.name}"
            copy.write_text(path.read_text(encoding="utf-8") + other, encoding="utf-8")
            other = copy
        return other
    return makes


@pytest.mark.parametrize("what", VENDORS)
def test_a_vendors_file_is_that_of_all_parts(run, shards, merge, another, what):
    pattern, files, other = VENDORS[what]

    def words(files):
        return [pattern, *(word for name, path in files.items() for word in (f"--{name}", path))]
    whole, parts = run(*words(files)), shards(2, *words(files))
    merged = merge(*parts)
    same(merged, whole)
    assert {file["what"] for file in merged.results["files"]} == set(files)
    changed = run(*words({**files, what: another(files[what], other)}), "--subset", "--shard",
                  "2/2")
    line = refused(merge(parts[0], changed.folder))
    assert f"the {what}'s file" in line and str(parts[0]) in line and str(changed.folder) in line


def test_what_one_part_alone_was_given_makes_them_two_runs(run, merge, two):
    """A run of a vendor's service judges nothing of the device: its subjects are others, too."""
    service = run("SERVICE-STATUS-*", "--service", tree.BUILD / "libpapservice.so")
    assert "not parts of one run" in refused(merge(two[0], service.folder))


def test_another_class_of_the_provider_is_no_part(run, merge, changed):
    one, two = run("AUTH-CLOSED-BI-01"), run("AUTH-CLOSED-BI-02")
    assert merge(one.folder, two.folder).status == 0
    other = changed(two.folder, provider_class="{00000000-0000-0000-0000-000000000000}")
    line = refused(merge(one.folder, other))
    assert "the provider's class" in line and str(one.folder) in line and str(other) in line


def test_all_of_another_suite_is_refused_as_well(two, merge, changed):
    for members in ({"git": "0123456789ab"}, {"suite": "papcheck 0"}, {"catalogue_sha256": ""}):
        line = refused(merge(*(changed(folder, **members) for folder in two)))
        assert "expected" in line and next(iter(members)) in line


def test_a_case_with_two_verdicts_is_refused(run, merge, two):
    other = run(CASE)
    cases = other.results["cases"]
    assert merge(*two, other.folder).status == 0
    (other.folder / "results.json").write_text(
        json.dumps({**other.results, "cases": [{**cases[0], "verdict": "INCONCLUSIVE"}]}),
        encoding="utf-8")
    line = refused(merge(*two, other.folder))
    assert f"{CASE} is " in line and "PASS" in line and "INCONCLUSIVE" in line
    assert str(other.folder) in line and any(str(folder) in line for folder in two)


# ---- what is no run at all


@pytest.mark.parametrize("words, part", [
    ((), "--out"), (("a",), "--out"), (("--out", "x"), "folders of runs"),
    (("/no/such/folder", "--out", "x"), "/no/such/folder: No such file"),
    ((tree.ROOT / "docs", "--out", "x"), "docs/results.json: No such file"),
])
def test_what_is_asked_wrongly_is_said_in_one_line(check, tmp_path, words, part):
    done = check("merge", *words, cwd=tmp_path)
    assert done.status == 2 and done.stdout == "" and not list(tmp_path.iterdir())
    line, = done.stderr.splitlines()
    assert part in line


@pytest.mark.parametrize("content, part", [
    ("", "results.json:1: "), ("{\n\n]", "results.json:3: "), ("[]", "expected a text \"suite\""),
    ('{"suite": "x", "cases": 3}', "expected a list \"cases\""), ("[" * 100000, "results.json:1: "),
])
def test_a_file_that_is_none_is_named_with_what_was_expected(two, merge, changed, content, part):
    broken = changed(two[1])
    (broken / "results.json").write_text(content, encoding="ascii")
    assert f"{broken}/{part}" in refused(merge(two[0], broken)) or \
        part in refused(merge(two[0], broken))


@pytest.mark.parametrize("members, part", [
    ({"shard": "0/2"}, "shard"), ({"shard": "1/1000000000"}, "shard"),
    ({"shard": HOSTILE}, "shard"),
    ({"patterns": ["NOPE"]}, "patterns"), ({"cases": [{"id": "NOPE"}]}, "cases"),
    ({"cases": [None]}, "cases"),
    ({"devices": [{"player": str(i)} for i in range(33)]}, "32 players"),
])
def test_what_no_run_says_is_refused_by_its_member(two, merge, changed, members, part):
    members = {name: json.loads(json.dumps(value).replace("\\u0000", ""))
               for name, value in members.items()}
    line = refused(merge(two[0], changed(two[1], **members)))
    assert part in line and "expected" in line and line.isprintable()


def test_what_a_hostile_part_says_of_its_cases_is_text(two, merge, changed):
    hostile = HOSTILE.replace("\0", "")
    cases = json.loads(text(two[1]))["cases"]
    cases = [{**case, "title": hostile, "reason": hostile, "evidence": "../../../etc",
              "flow": hostile, "level": hostile, "rows": {hostile: {"pass": 1, "fail": -7}},
              "checks": [{"row": hostile, "ok": False}], "warnings": -3} for case in cases]
    merged = merge(two[0], changed(two[1], cases=cases))
    assert merged.status == 0
    own = {case["id"]: case for case in merged.results["cases"]}
    for case in cases:
        assert own[case["id"]]["evidence"].startswith("cases/")
        assert own[case["id"]]["title"] != hostile
        assert own[case["id"]]["level"] in ("MUST", "SHOULD", "MAY")
    assert "<script>alert" not in (merged.folder / "report.html").read_text(encoding="utf-8")


def test_evidence_that_leads_elsewhere_stays_there(two, merge, changed, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="ascii")
    hostile = changed(two[0])
    folders = sorted((hostile / "cases").iterdir())
    (folders[0] / "host.log").unlink()
    (folders[0] / "host.log").symlink_to(secret)
    os.mkfifo(folders[0] / "fifo")
    shutil.rmtree(folders[1])
    folders[1].symlink_to(tmp_path)
    merged = merge(hostile, two[1])
    assert merged.status == 0
    assert not (merged.folder / "cases" / folders[0].name / "host.log").exists()
    assert not (merged.folder / "cases" / folders[0].name / "fifo").exists()
    assert (merged.folder / "cases" / folders[0].name / "trace.jsonl").exists()
    assert not (merged.folder / "cases" / folders[1].name).exists()


def test_a_part_is_not_written_to(two, check):
    before = text(two[0])
    done = check("merge", *two, "--out", two[0])
    assert done.status == 2 and "is one of the folders" in done.stderr
    assert text(two[0]) == before


def test_a_full_disk_is_said_once(two, check, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "results.json").symlink_to("/dev/full")
    done = check("merge", *two, "--out", out)
    assert done.status == 3 and done.stderr.count("No space left") == 1
