"""What `papcheck list` says of the catalogue: rows and cases, by subject, and how far each row is
judged."""
import csv
import json

import pytest

import tree

FILES = ("wmdm.tsv", "usb.tsv", "service.tsv", "wmi.tsv")
ROW, CASE, DEFECT = "USB-CH9-001", "USB-CH9-BV-01", "device-descriptor-padded"


def catalogue():
    """id -> the row as it stands in the catalogue."""
    return {row["id"]: row for name in FILES
            for row in csv.DictReader(
                (tree.ROOT / "conformance/catalogue" / name).read_text("ascii").splitlines(),
                delimiter="\t", quoting=csv.QUOTE_NONE)}


def rows(check, *words):
    done = check("list", "--rows", "--json", *words)
    assert done.status == 0, done.stderr
    return {row["id"]: row for row in json.loads(done.stdout)}


def test_every_row_of_the_catalogue_is_listed_as_it_stands_there(check):
    listed = rows(check)
    assert {name: (row["level"], row["subject"], row["flow"], row["requirement"])
            for name, row in listed.items()} == \
        {name: (row["level"], row["subject"], row["flow"], row["requirement"])
         for name, row in catalogue().items()}


def test_a_row_says_what_judges_it_and_what_turns_it_red(check):
    row = rows(check, ROW)[ROW]
    assert row["cases"] == [CASE] and DEFECT in row["deviations"]
    assert row["state"] == "declared" and row["inferred"] is False
    table = (tree.ROOT / "conformance/catalogue/clauses.tsv").read_text("ascii").splitlines()
    assert [f"{one['id']}\t{one['clause']}" for one in row["clauses"]] == \
        sorted(line for line in table if line.startswith(ROW + "."))


def test_a_row_without_a_case_says_so(check):
    listed = rows(check)
    assert {row["state"] for row in listed.values() if not row["cases"]} == {"no case"}
    assert {row["state"] for row in listed.values() if row["cases"]} == {"declared"}


def test_a_self_test_says_what_is_covered(check, tmp_path):
    assert check("selftest", ROW, "--out", tmp_path).status == 0
    listed = rows(check, "--selftest", tmp_path)
    assert [name for name, row in listed.items() if row["state"] == "covered"] == [ROW]
    assert listed["USB-CH9-002"]["state"] == "not covered"
    assert {row["state"] for row in listed.values() if not row["cases"]} == {"no case"}


@pytest.mark.parametrize("subject", sorted({row["subject"] for row in catalogue().values()}))
def test_rows_and_cases_of_one_subject(check, subject):
    listed = rows(check, "--subject", subject)
    assert set(listed) == {name for name, row in catalogue().items() if row["subject"] == subject}
    cases = json.loads(check("list", "--subject", subject, "--json").stdout)
    assert {case["id"] for case in cases} == \
        {case for row in listed.values() for case in row["cases"]}


def test_patterns_choose_rows_by_id_flow_and_case(check):
    assert set(rows(check, "USB-CH9-*")) == {name for name in catalogue() if "USB-CH9-" in name}
    assert set(rows(check, "sync")) == \
        {name for name, row in catalogue().items() if row["flow"] == "sync"}
    assert set(rows(check, CASE)) == {ROW}
    assert set(rows(check, "sync", "--subject", "device")) < set(rows(check, "sync"))


def test_people_get_a_line_a_row(check):
    lines = check("list", "--rows", "USB-CH9-*").stdout.splitlines()
    assert len(lines) == 22
    assert lines[0].split()[:5] == [ROW, "MUST", "device", "enumeration", "declared"]
    assert lines[0].endswith(catalogue()[ROW]["requirement"])


@pytest.mark.parametrize("words, part", [
    (("--subject", "nobody"), "device"),
    (("--rows", "NOPE"), "NOPE"),
    (("--rows", "--selftest", "/no/such/folder"), "/no/such/folder/selftest.json"),
    (("--selftest", "/tmp"), "--rows"),
])
def test_what_is_not_there_is_refused(check, words, part):
    done = check("list", *words)
    assert done.status == 2 and part in done.stderr and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
