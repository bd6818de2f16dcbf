"""What a reader is told of a failure is words, calls and values: nothing of the suites' own C."""
import html
import json
import re
import subprocess
import xml.etree.ElementTree

import pytest

import tree

pytestmark = pytest.mark.patient(30)

C = re.compile(r"->|&&|\|\||[=!<>]=|(?<![\w\"'])!\w|\bsizeof\b|\w\(&|\(const ")
SAMPLE = 12  # of the declared defects of each subject, spread over the table


def spread(pairs):
    return pairs[::len(pairs) // SAMPLE]


def of_players():
    said = subprocess.run([tree.PAPSIM, "deviations", "--json"], check=True, text=True, timeout=60,
                          stdout=subprocess.PIPE).stdout
    return [("--deviate", one["name"], one["rows"][0]) for one in json.loads(said) if one["rows"]]


def of_providers():
    table = (tree.ROOT / "spcore" / "deviant" / "sp_defects.def").read_text(encoding="utf-8")
    rows = re.findall(r"^DEFECT\(\w+,\s+\"([^\"]+)\",\s+\"[^\"]+\",\s+\"([^\"]+)\"", table, re.M)
    return [("--provider-deviate", name, row) for name, row in rows]


def told(folder):
    """What the reports say of the checks that failed."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    failed = re.findall(r'<li class="fail">(.*?)</li>', page, re.S)
    yield from (html.unescape(re.sub(r"<[^>]*>", " ", one)) for one in failed)
    root = xml.etree.ElementTree.parse(folder / "junit.xml").getroot()
    yield from (one.text for one in root.iter("failure"))
    yield (folder / "report.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("option, name, row", spread(of_players()) + spread(of_providers()))
def test_nothing_of_c_is_told(run, option, name, row):
    done = run(row.partition(".")[0], option, name, "--strict")
    assert done.status == 1
    failed = [check for case in done.results["cases"] for check in case["checks"]
              if not check["ok"]]
    words = [done.stdout, *told(done.folder), *(check["text"] for check in failed),
             *(check["seen"] for check in failed)]
    assert failed and len(words) > 4
    assert not [one for text in words for one in text.splitlines() if C.search(one)]


def test_what_a_case_says_itself_has_nothing_of_c_either():
    wrong = []
    for file in (tree.ROOT / "conformance").glob("**/*.c"):
        text = file.read_text(encoding="utf-8")
        for said in re.findall(r"\b(?:AGREE|conf_check_said|CHECK_ANSWER)\(.*?\);", text, re.S):
            wrong += [words for words in re.findall(r'"((?:[^"\\]|\\.)*)"', said)
                      if C.search(words)]
    assert not wrong


@pytest.mark.parametrize("words", ["hr == S_OK", "!found", "a && b", "info->count", "get(&size)"])
def test_c_is_known_when_it_is_seen(words):
    assert C.search(words)


@pytest.mark.parametrize("words", ["IMDSPObject::Rename(\"x!\", NULL) answered S_OK", "3 of 5!",
                                   "saw 0x40, expected 0x12", "count of A & B"])
def test_words_are_none(words):
    assert not C.search(words)
