"""report.html as people meet it, in Chromium: on a phone and on a wide screen, light and dark, by
mouse and by keyboard, with and without its script."""
import json
import re
import shutil
import subprocess

import pytest

import tree
from chromium import Chromium
from papcheck import SECONDS, hostile_report, papcheck

CASE, ROW = "USB-CH9-BV-01", "USB-CH9-001"
VERDICTS = ("INCONCLUSIVE", "NOT_RUN", "NOT_APPLICABLE", "ERROR")
PHONE, WIDE = 400, 1400
EVERYWHERE = pytest.mark.parametrize("width", [PHONE, WIDE])
LIGHT_AND_DARK = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
OPEN_ALL = "[].forEach.call(document.querySelectorAll('details'), d => d.open = true)"


def every_verdict(results):
    """Results of a run in which everything happens that can."""
    for case, verdict in zip(results["cases"][5:], VERDICTS):
        case.update(verdict=verdict, reason="Why it is so, at some length: a reason is a sentence.")
    for row in results["rows"][3:5]:
        row.update(level="SHOULD", verdict="fail")
    return results


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """report.html of a run with some 50 cases and every verdict."""
    folder = tmp_path_factory.mktemp("page") / "run"
    subprocess.run([tree.PAPCHECK, "run", "USB-CH9-*", "MTP-SES-*", "AUTH-CLOSED-*", "--deviate",
                    "device-descriptor-padded", "--out", folder], timeout=SECONDS, check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    results = every_verdict(json.loads((folder / "results.json").read_text(encoding="utf-8")))
    (folder / "results.json").write_text(json.dumps(results), encoding="utf-8")
    assert papcheck("report", folder).status == 0
    return folder / "report.html"


@pytest.fixture(scope="module")
def results(page):
    return json.loads(page.with_name("results.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def browser():
    with Chromium() as chromium:
        yield chromium


# ---- layout


def overflow(browser):
    return browser.ask("document.documentElement.scrollWidth - innerWidth")


@EVERYWHERE
@LIGHT_AND_DARK
def test_nothing_is_wider_than_the_screen(browser, page, width, dark):
    browser.open(page, width=width, dark=dark)
    assert overflow(browser) <= 0
    browser.ask(OPEN_ALL)
    assert overflow(browser) <= 0
    assert not browser.complaints


@EVERYWHERE
def test_names_that_are_hostile_or_long_widen_nothing(browser, results, tmp_path, width):
    long = {**results, "provider": "/" + "x" * 300, "patterns": ["Y" * 200], "cases": [
        {**case, "title": "wide" * 60, "reason": "Reason" * 50} for case in results["cases"]]}
    (tmp_path / "hostile").mkdir()
    hostile_report(results, tmp_path / "hostile")
    (tmp_path / "results.json").write_text(json.dumps(long), encoding="utf-8")
    assert papcheck("report", tmp_path).status == 0
    for path in (tmp_path / "hostile/report.html", tmp_path / "report.html"):
        browser.open(path, width=width)
        browser.ask(OPEN_ALL)
        assert overflow(browser) <= 0 and not browser.complaints


BROKEN_WORDS = """(() => {
    const broken = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text; text = walk.nextNode();) {
        if (text.parentElement.closest('code, pre, script, style'))
            continue;
        for (const word of text.data.matchAll(/[A-Za-z]{2,}/g)) {
            const whole = text.data.slice(0, word.index).match(/\\S*$/)[0] +
                text.data.slice(word.index).match(/^\\S*/)[0];
            if (whole.length > 32) // as long as a line of a phone
                continue;
            const range = document.createRange();
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1)
                broken.push(word[0] + ' in ' + text.data.slice(0, 60));
        }
    }
    return broken;
})()"""


@EVERYWHERE
def test_no_word_is_broken(browser, page, width):
    browser.open(page, width=width)
    browser.ask(OPEN_ALL)
    assert browser.ask(BROKEN_WORDS) == []


FAINT_TEXTS = """(() => {
    const channels = text => text.match(/[\\d.]+/g).map(Number);
    const light = text => channels(text).slice(0, 3).map(c => c / 255)
        .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = element => {
        for (; element; element = element.parentElement) {
            const colour = getComputedStyle(element).backgroundColor;
            if (channels(colour)[3] !== 0)
                return colour;
        }
    };
    const faint = new Set(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text; text = walk.nextNode();) {
        const element = text.parentElement;
        if (!text.data.trim() || !element.getClientRects().length)
            continue;
        const one = light(getComputedStyle(element).color), two = light(behind(element));
        const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
        if (ratio < 4.5)
            faint.add(ratio.toFixed(2) + ' ' + element.className + ' ' + text.data.slice(0, 40));
    }
    return [...faint];
})()"""


@LIGHT_AND_DARK
def test_every_text_is_told_from_its_ground(browser, page, dark):
    browser.open(page, dark=dark)
    browser.ask(OPEN_ALL)
    browser.ask("document.querySelector('.tools button').click()")
    assert browser.ask(FAINT_TEXTS) == []
    ground = browser.ask("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(21, 23, 26)") == dark


# ---- ways through the page


# The element that is there at the target's top, and how far below the top of the window that is.
AT_TARGET = """(() => {
    const target = document.getElementById(location.hash.slice(1));
    const box = (target.querySelector('summary') || target).getBoundingClientRect();
    const there = document.elementFromPoint(box.left + Math.min(60, box.width / 2), box.top + 4);
    return {top: box.top, bottom: box.bottom, clear: target.contains(there)};
})()"""


@EVERYWHERE
def test_what_a_link_leads_to_is_seen(browser, page, width):
    browser.open(page, width=width)
    links = browser.ask("[...new Set([...document.querySelectorAll('a')].map("
                        "a => a.getAttribute('href')).filter(h => h[0] === '#'))]")
    assert len(links) > 60
    for link in links[:8] + links[8::9]:
        browser.ask(f"location.hash = '{link}'")
        browser.ask("new Promise(done => setTimeout(done))", wait=True)
        at = browser.ask(AT_TARGET)
        assert at["clear"] and 0 <= at["top"] < 900, (link, at)


def test_a_link_that_is_followed_twice_leads_there_twice(browser, page):
    browser.open(page)
    for _ in range(2):
        browser.ask(f"document.getElementById('{CASE}').open = false; scrollTo(0, 1e6)")
        browser.ask(f"document.querySelector('a[href=\"#{CASE}\"]').click()")
        browser.ask("new Promise(done => setTimeout(done, 0))", wait=True)
        assert browser.ask(f"document.getElementById('{CASE}').open")
        assert browser.ask("document.activeElement.parentElement.id") == CASE


FOCUS = """(() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    const there = document.elementFromPoint(Math.max(box.left, 0) + Math.min(12, box.width / 2),
                                            box.top + Math.min(12, box.height / 2));
    const all = [...document.querySelectorAll('a, button, input, summary, [tabindex="0"]')];
    return {at: all.indexOf(one), name: one.tagName, clear: one.contains(there) || one === there,
            ring: getComputedStyle(one).outlineStyle};
})()"""


@EVERYWHERE
def test_the_tab_key_goes_through_the_page_in_its_order(browser, page, width):
    browser.open(page, width=width)
    reachable = browser.ask("[...document.querySelectorAll('a, button, input, summary, "
                            "[tabindex=\"0\"]')].filter(e => e.checkVisibility()).length")
    assert reachable > 100
    last = -1
    for _ in range(80):
        browser.press("Tab")
        focus = browser.ask(FOCUS)
        assert focus["at"] > last, focus
        assert focus["clear"], focus
        assert focus["ring"] != "none", focus
        last = focus["at"]


def test_the_first_tab_skips_to_the_cases(browser, page):
    browser.open(page)
    browser.press("Tab")
    assert browser.ask("document.activeElement.className") == "skip"
    assert browser.ask("document.activeElement.getBoundingClientRect().left") >= 0
    browser.press("Enter")
    browser.ask("new Promise(done => setTimeout(done, 0))", wait=True)
    browser.press("Tab")
    assert browser.ask("document.activeElement.id") == "filter"


def shown_cases(browser):
    return browser.ask("[...document.querySelectorAll('.case')].filter(c => !c.hidden)"
                       ".map(c => c.id)")


def test_the_filter_is_used_by_keyboard(browser, page, results):
    browser.open(page)
    browser.ask("document.getElementById('filter').focus()")
    for letter in "closed-bi-01":
        browser.press(letter)
    assert shown_cases(browser) == ["AUTH-CLOSED-BI-01"]
    assert browser.ask("document.getElementById('shown').textContent") == \
        f"1 of {len(results['cases'])}"
    browser.press("Escape")
    assert len(shown_cases(browser)) == len(results["cases"])
    browser.press("Tab")
    browser.press(" ")
    assert shown_cases(browser) == [case["id"] for case in results["cases"]
                                    if case["verdict"] == "FAIL"]
    assert browser.ask("document.activeElement.getAttribute('aria-pressed')") == "true"


def test_a_case_is_opened_by_keyboard(browser, page):
    browser.open(page)
    browser.ask("document.querySelector('.case:not([open]) summary').focus()")
    browser.press("Enter")
    assert browser.ask("document.activeElement.parentElement.open")


def test_without_its_script_the_page_is_whole(browser, page, results):
    browser.open(page, scripts=False)
    assert not browser.ask("document.querySelector('.tools').checkVisibility()")
    assert len(shown_cases(browser)) == len(results["cases"])
    assert browser.ask(f"document.getElementById('{CASE}').open"), "it failed"


# ---- what it says


def identity(browser):
    return dict(browser.ask("[...document.querySelectorAll('section[aria-labelledby=judged] dt')]"
                            ".map(t => [t.textContent, t.nextElementSibling.innerText])"))


def test_it_says_which_run_it_was(browser, page, results):
    browser.open(page)
    said = identity(browser)
    timing = json.loads(page.with_name("timing.json").read_text(encoding="utf-8"))
    assert said["SHA-256"] == results["provider_sha256"]
    for file in results["files"]:
        assert said[f"File: {file['what']}"] == f"{file['name']}, SHA-256 {file['sha256']}"
    assert results["git"] in said["Suite"] and results["suite"] in said["Suite"]
    assert said["Command"] == timing["command"]
    assert (said["Host"], said["Date"]) == (timing["host"], timing["began"])
    assert said["Selection"] == ", ".join(results["patterns"])


def test_it_says_which_device_it_was(browser, results, tmp_path):
    device = {**results["devices"][0], "player": ""}
    (tmp_path / "results.json").write_text(json.dumps({**results, "devices": [device]}),
                                           encoding="utf-8")
    assert papcheck("report", tmp_path).status == 0
    browser.open(tmp_path / "report.html")
    said = identity(browser)
    for name, member in (("Manufacturer", "manufacturer"), ("Product", "product"),
                         ("Serial number", "serial"), ("Firmware", "firmware")):
        assert said[name] == device[member]
    assert device["usb"] in said["USB"] and device["release"] in said["USB"]


def test_what_was_required_stands_in_the_failing_case(browser, page, results):
    browser.open(page)
    sentence = next(row["requirement"] for row in results["rows"] if row["id"] == ROW)
    assert f"MUST {sentence}" in browser.ask(f"document.getElementById('{CASE}').innerText")


CHART = """[...document.querySelectorAll('.chart tbody')].flatMap(body => {
    const subject = body.querySelector('.group').innerText.split(' ')[0];
    return [...body.querySelectorAll('tr:not(.group)')].map(row => ({
        subject, flow: row.querySelector('th span').textContent,
        counts: [...row.querySelectorAll('td')].map(cell => Number(cell.innerText) || 0),
        bars: [...row.querySelectorAll('rect')].map(bar => bar.getBoundingClientRect().width),
        name: row.querySelector('svg').getAttribute('aria-label')}));
})"""


def test_the_chart_counts_every_row_of_the_catalogue(browser, page, results):
    browser.open(page)
    rows = {(row["subject"], row["flow"]): row["counts"] for row in browser.ask(CHART)}
    assert rows.keys() == {(one["subject"], one["flow"]) for one in results["catalogue"]}
    for scope in results["catalogue"]:
        failed, warned, held, left = rows[scope["subject"], scope["flow"]]
        assert failed + warned + held + left == scope["rows"]
        judged = [row for row in results["rows"]
                  if (row["subject"], row["flow"]) == (scope["subject"], scope["flow"])]
        assert failed + warned + held == len(judged)
    text = browser.ask("document.querySelector('section[aria-labelledby=coverage]').innerText")
    assert re.search(r"^\d+ of \d+ rows judged, 1,010 in the catalogue; not at all: ", text, re.M)


@EVERYWHERE
def test_the_charts_bars_are_as_long_as_what_they_stand_for(browser, page, width):
    browser.open(page, width=width)
    rows = browser.ask(CHART)
    unit = max(row["bars"][0] for row in rows) / max(sum(row["counts"]) for row in rows)
    assert unit > 0.3, "one row is still a line"
    for row in rows:
        parts = [count for count in row["counts"][:3] if count]
        assert [bar / unit for bar in row["bars"]] == pytest.approx(
            [sum(row["counts"]), *parts], rel=1e-3)


def test_the_chart_is_read_to_those_who_do_not_see_it(browser, page):
    browser.open(page)
    names = [node.get("name", {}).get("value") for node in
             browser.say("Accessibility.getFullAXTree")["nodes"]
             if node.get("role", {}).get("value") == "image"]
    assert names == [row["name"] for row in browser.ask(CHART)]
    assert all(re.fullmatch(r"\d+ of \d+ judged", name) for name in names)


def test_it_names_no_place_of_the_machine(tmp_path):
    shutil.copy(tree.BUILD / "libspcore.so", tmp_path / "libmine.so")
    done = papcheck("run", CASE, "AUTH-CLOSED-BI-01", "--provider", tmp_path / "libmine.so",
                    "--out", tmp_path / "run", cwd=tmp_path)
    text = (tmp_path / "run/report.html").read_text(encoding="utf-8")
    assert done.status == 0 and "libmine.so" in text
    assert str(tmp_path) not in text and str(tree.ROOT) not in text
