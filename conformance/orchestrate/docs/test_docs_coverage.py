"""docs/coverage.md against what the selftest finds: each row of the USB, USB/IP and MTP catalogue
is covered, or stands there with the reason why it cannot be."""
import collections
import functools
import json
import pathlib
import re
import subprocess
import tempfile

import pytest

import tree

pytestmark = pytest.mark.patient

PAGE = tree.ROOT / "docs" / "coverage.md"
CATALOGUE = tree.ROOT / "conformance" / "catalogue" / "usb.tsv"
KEPT = tree.ROOT / "out" / "selftest" / "selftest.json"  # of `make check`'s selftest
SECONDS = 600  # a deadline, never a measure
AREA = re.compile(r"^\| ([A-Z0-9]+-[A-Z0-9]+) \| (\d+) of (\d+) \|$", re.M)
REASON = re.compile(r"^\| ([A-Z0-9]+-[A-Z0-9]+-\d{3}) \| (.+) \|$", re.M)


def rows():
    lines = CATALOGUE.read_text(encoding="ascii").splitlines()
    assert lines[0].startswith("id\t")
    return [line.split("\t")[0] for line in lines[1:]]


def pairs_declared():
    """(defect, row) of every defect of the simulator for a row of this catalogue."""
    text = subprocess.run([tree.PAPSIM, "deviations", "--json"], check=True, text=True,
                          stdout=subprocess.PIPE, timeout=SECONDS).stdout
    known = set(rows())
    return {(one["name"], row) for one in json.loads(text) for row in one["rows"] if row in known}


def kept_selftest():
    """What `make check` found a moment ago, if it is about these programs and all their defects."""
    programs = (tree.PAPCHECK, tree.PAPSIM)
    if not KEPT.exists() or KEPT.stat().st_mtime < max(one.stat().st_mtime for one in programs):
        return None
    found = json.loads(KEPT.read_text(encoding="utf-8"))
    ran = {(pair["deviation"], pair["row"]) for pair in found["pairs"]}
    return found if pairs_declared() <= ran else None


@functools.cache
def covered():
    """Rows of this catalogue that the selftest of these programs covers."""
    found = kept_selftest()
    if not found:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([tree.PAPCHECK, "selftest", "--out", folder, "MTP-*", "USB-*",
                            "USBIP-*"], check=True, cwd=tree.ROOT, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, timeout=SECONDS)
            found = json.loads((pathlib.Path(folder) / "selftest.json").read_text("utf-8"))
    assert found["exit"] == 0 and not found["unproven"]
    return {row for flow in found["covered"].values() for row in flow} & set(rows())


def reasons(page):
    return dict(REASON.findall(page))


def test_each_row_is_covered_or_has_its_reason():
    excused = reasons(PAGE.read_text(encoding="utf-8"))
    assert set(excused) <= set(rows()), "no such row"
    assert not set(excused) & covered(), "covered, so there is nothing to excuse"
    assert covered() | set(excused) == set(rows())
    assert all(len(text.split()) > 5 for text in excused.values())


def test_the_page_counts_what_is_covered():
    every = collections.Counter(row.rsplit("-", 1)[0] for row in rows())
    done = collections.Counter(row.rsplit("-", 1)[0] for row in covered())
    told = {area: (int(have), int(all_)) for area, have, all_ in
            AREA.findall(PAGE.read_text(encoding="utf-8"))}
    assert told == {area: (done[area], every[area]) for area in every}


@pytest.mark.parametrize("line, row", [("| MTP-SES-004 | no such client is here |", "MTP-SES-004"),
                                       ("| MTP-SES | 9 of 10 |", None),
                                       ("| row | why |", None)])
def test_what_is_read_from_the_page(line, row):
    assert list(reasons(line)) == ([row] if row else [])
