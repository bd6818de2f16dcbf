"""papcheck as CI pipelines and people use it: exit codes, streams, evidence, reports, and the guard
for devices that are not ours."""
import contextlib
import html.parser
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

import pytest

import tree
from papcheck import SECONDS, STANDS_STILL, hostile_report
from papsim import Papsim

pytestmark = pytest.mark.patient(90)

CASE = "USB-CH9-BV-01"  # quick, reads only, judges USB-CH9-001
ROW = "USB-CH9-001"
DEFECT = "device-descriptor-padded"  # declared for that row
EVIDENCE = ["verdict.json", "trace.jsonl", "wire.pcapng", "device.log", "host.log", "repro.sh"]
PROVIDER_CASE = "AUTH-CLOSED-BI-01"


# ---- exit codes and streams


def test_a_green_subset_exits_0_with_the_summary_as_last_line(run):
    done = run(CASE)
    assert done.status == 0, done.stderr
    assert re.fullmatch(r"1 pass 0 fail 0 inconclusive 0 n/a 0 not run 0 error, 0 warnings – "
                        r"SUBSET \(0\) – .*/report\.html", done.last_line)
    assert "seed 1" in done.stderr and "seed" not in done.stdout
    assert "\r" not in done.stderr, "a bar, and no terminal"
    assert done.results["exit"] == 0 and done.case(CASE)["verdict"] == "PASS"


@pytest.mark.parametrize("count", [65, 1000])
def test_every_pattern_counts_however_many_there_are(check, run, count):
    words = [CASE] * (count - 1) + ["USB-CH9-BV-02"]
    done = run(*words)
    assert [case["id"] for case in done.results["cases"]] == [CASE, "USB-CH9-BV-02"]
    assert done.results["patterns"] == words
    timing = json.loads((done.folder / "timing.json").read_text(encoding="utf-8"))
    assert timing["command"].startswith(f"papcheck run {' '.join(words)} --out")
    cases = json.loads(check("list", "--json", *words).stdout)
    assert [case["id"] for case in cases] == [CASE, "USB-CH9-BV-02"]
    for command, word in (("run", CASE), ("list", CASE), ("selftest", DEFECT)):
        done = check(command, *[word] * count, "NOPE")
        assert done.status == 2 and "NOPE" in done.stderr, command


def test_a_defect_too_many_is_refused(check):
    done = check("run", CASE, *["--deviate", DEFECT] * 65)
    assert done.status == 2 and "more than 64" in done.stderr


def test_a_defect_exits_1_and_names_the_check(run):
    done = run(CASE, "--deviate", DEFECT)
    assert done.status == 1
    assert re.search(rf"^FAIL {CASE}: ", done.stdout, re.M)
    assert ROW in done.stdout and "saw 0x40, expected 0x12" in done.stdout
    assert "NOT CONFORMANT (1)" in done.last_line and "nothing can be claimed" in done.last_line
    assert done.results["deviations"] == [DEFECT]
    assert [row["verdict"] for row in done.results["rows"] if row["id"] == ROW] == ["fail"]


def test_a_device_that_does_not_answer_exits_3(run):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, never listening: refused for sure
        done = run(CASE, "--device", f"usbip:127.0.0.1:{unused.getsockname()[1]}/1-1")
    assert done.status == 3
    assert re.search(r"^papcheck: usbip:127\.0\.0\.1:\d+/1-1: ", done.stderr, re.M)


def test_a_missing_simulator_exits_3_and_doctor_says_how_to_mend_it(check, run, tmp_path):
    place = tmp_path / "place"
    (place / "build").mkdir(parents=True)
    shutil.copy(tree.PAPCHECK, place / "build/papcheck")
    (place / "conformance").symlink_to(tree.ROOT / "conformance")
    done = run(CASE, program=place / "build/papcheck")
    assert done.status == 3 and "papsim" in done.stderr
    doctor = check("doctor", program=place / "build/papcheck")
    assert doctor.status == 3
    assert re.search(r"^FIX papsim .*: .*make", doctor.stdout, re.M)
    assert "FIX" not in check("doctor").stdout


def test_a_missing_catalogue_exits_3(run, tmp_path):
    shutil.copy(tree.PAPCHECK, tmp_path / "papcheck")
    done = run(CASE, program=tmp_path / "papcheck")
    assert done.status == 3 and "catalogue" in done.stderr


def processes_with(text):
    """Processes whose command line or standard error, a log, holds this."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if text in (path / "cmdline").read_bytes().decode(errors="replace") or \
                    text in os.readlink(path / "fd" / "2"):
                found.append(path.name)
    return found


def test_an_interrupt_exits_130_keeps_what_is_known_and_leaves_nobody_behind(tmp_path, library):
    out = tmp_path / "run"
    provider = library(STANDS_STILL % PROVIDER_CASE.replace("-", "_"))
    with subprocess.Popen([tree.PAPCHECK, "run", PROVIDER_CASE, "AUTH-SHUT-*", "--jobs", "1",
                           "--provider", provider, "--out", out], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        for line in process.stderr:
            if line.startswith(f"NOT_RUN {PROVIDER_CASE}"):
                break
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert "INTERRUPTED (130)" in stdout.splitlines()[-1]
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    verdicts = {case["id"]: case["verdict"] for case in results["cases"]}
    assert results["exit"] == 130
    assert verdicts.pop(PROVIDER_CASE) == "FAIL" and set(verdicts.values()) == {"NOT_RUN"}
    deadline = time.monotonic() + SECONDS
    while left := processes_with(str(out)):  # killed, but not yet gone
        assert time.monotonic() < deadline, left


def test_the_installed_program_needs_no_test_framework():
    needed = subprocess.run(["ldd", tree.PAPCHECK], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    assert "libjansson" in needed and "criterion" not in needed


def test_debug_runs_one_case_in_papcheck_itself(run):
    done = run(CASE, "--debug")
    assert done.status == 0 and done.case(CASE)["verdict"] == "PASS"
    log = re.search(r"^papsim is process \d+, its log (.*)$", done.stderr, re.M)[1]
    assert pathlib.Path(log).is_file()
    assert not (pathlib.Path(log).parent / "host.log").exists(), "a process of its own"


def test_debug_is_for_one_case(run):
    done = run("USB-CH9-*", "--debug")
    assert done.status == 2
    assert re.fullmatch(r"papcheck: run: --debug is for one case, and \d+ are selected\n",
                        done.stderr)


# ---- list and explain


def test_list_json_has_one_whole_object_a_case(check):
    done = check("list", "--json")
    cases = json.loads(done.stdout)
    assert done.status == 0 and len(cases) > 100
    assert len({case["id"] for case in cases}) == len(cases)
    for case in cases:
        assert re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)+-B[VI]-\d\d", case["id"])
        assert case["title"] and case["ics"] and case["level"] in ("MUST", "SHOULD", "MAY")
        assert case["reqs"] and all(isinstance(row, str) for row in case["reqs"])
        assert isinstance(case["deviations"], list)
    assert DEFECT in next(case for case in cases if case["id"] == CASE)["deviations"]


def test_list_takes_patterns_rows_and_flows(check):
    assert [line.split()[0] for line in check("list", CASE).stdout.splitlines()] == [CASE]
    assert CASE in check("list", ROW).stdout
    flow = json.loads(check("list", "sync", "--json").stdout)
    assert flow and len(flow) < len(json.loads(check("list", "--json").stdout))


def test_explain_a_case(check, run):
    done = run(CASE, "--deviate", DEFECT)
    text = check("explain", CASE, "--out", done.folder).stdout
    row = next(row for row in done.results["rows"] if row["id"] == ROW)
    for part in (CASE, "MUST", row["requirement"], "source: ", "usb_chapter9.c:", DEFECT):
        assert part in text
    assert re.search(r"^last +FAIL", text, re.M)
    assert check("explain", CASE.replace("-", "_")).status == 0


def test_explain_an_item_of_an_ics(check, run):
    text = check("explain", "STORE.REMOVABLE").stdout
    assert text.startswith("STORE.REMOVABLE – device has a storage on a medium that can be taken")
    assert re.search(r"^seen by +StorageType of GetStorageInfo", text, re.M)
    assert re.findall(r"^asked by +(\S+) ", text, re.M) == ["MTP-STO-BV-61"]
    out = run("MTP-STO-BV-61").folder
    assert re.search(r"^last +yes: mtp$", check("explain", "STORE.REMOVABLE", "--out", out).stdout,
                     re.M)
    assert re.search(r"^last +no$", check("explain", "STORE.READONLY", "--out", out).stdout, re.M)


def test_explain_an_item_that_stands_for_many(check):
    asked = {name: set(re.findall(r"^asked by +(\S+) ", check("explain", name).stdout, re.M))
             for name in ("MTP.OP.9808", "MTP.OP.100F", "MTP.OP.hhhh", "MTP")}
    assert "MTP-STO-BV-05" in asked["MTP.OP.100F"] and "MTP-PRP-BI-07" in asked["MTP.OP.9808"]
    assert asked["MTP.OP.100F"] | asked["MTP.OP.9808"] < asked["MTP.OP.hhhh"]
    assert "MTP-SES-BV-01" in asked["MTP"] and "MTP-PRP-BI-07" not in asked["MTP"]


def test_explain_a_row(check):
    text = check("explain", ROW).stdout
    assert re.search(rf"^judged by +{CASE} ", text, re.M)
    assert re.search(r"^mutant +\S", text, re.M) and re.search(r"^subject +device$", text, re.M)
    assert DEFECT in text


# ---- evidence


@pytest.mark.parametrize("name", EVIDENCE)
def test_a_case_leaves_its_evidence(red, name):
    folder, results = red
    for case in results["cases"]:
        assert (folder / case["evidence"] / name).is_file(), case["id"]


def test_evidence_says_what_the_report_says(red):
    folder, results = red
    case = next(case for case in results["cases"] if case["id"] == CASE)
    verdict = json.loads((folder / case["evidence"] / "verdict.json").read_text(encoding="utf-8"))
    assert verdict["rows"] == case["rows"] and verdict["checks"] == case["checks"]
    trace = [json.loads(line) for line in
             (folder / case["evidence"] / "trace.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [event["n"] for event in trace] == list(range(len(trace)))
    seen = [(event["text"], event["ok"]) for event in trace if event["what"] == "check"]
    assert [(check["text"], check["ok"]) for check in case["checks"]] == seen


def test_the_wire_capture_is_read_by_others(red):
    folder, results = red
    case = next(case for case in results["cases"] if case["id"] == CASE)
    capture = folder / case["evidence"] / "wire.pcapng"
    packets = subprocess.run([tree.tool("tshark"), "-n", "-r", capture], check=True, text=True,
                             timeout=SECONDS, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL).stdout
    assert "GET DESCRIPTOR" in packets


def test_the_judge_takes_no_read_back_that_a_short_one_ended(run):
    """QEMU's xHCI never runs an endpoint again that had a queued read taken back."""
    case = "USB-BLK-BI-13"
    capture = run(case).folder / "cases" / case.replace("-", "_") / "wire.pcapng"
    statuses = subprocess.run(
        [tree.tool("tshark"), "-n", "-r", capture, "-Y",
         "usb.endpoint_address == 0x81 && usb.urb_type == 'C'", "-T", "fields", "-e",
         "usb.urb_status"], check=True, text=True, timeout=SECONDS, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL).stdout.split()
    assert len(statuses) > 16 and set(statuses) == {"0"}


@pytest.mark.parametrize("index, status, standing",
                         [(0, 1, "NOT CONFORMANT"), (1, 0, "SUBSET")])
def test_repro_gives_the_same_verdict(red, tmp_path, index, status, standing):
    folder, results = red
    case = results["cases"][index]
    done = subprocess.run([folder / case["evidence"] / "repro.sh"], cwd=tmp_path, text=True,
                          timeout=SECONDS, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=False)
    assert done.returncode == status
    assert f"– {standing} ({status})" in done.stdout.splitlines()[-1]
    again = json.loads(next(tmp_path.glob("out/*/results.json")).read_text(encoding="utf-8"))
    assert again["cases"][0] == case


def test_two_runs_differ_in_timing_only(run):
    words = ("USB-CH9-BV-*", "AUTH-CLOSED-*", "ENUM-P*", "SYNC-FIND-*", "--jobs", "2")
    first, second = run(*words), run(*words)
    assert [case["id"] for case in first.results["cases"]] == \
        sorted(case["id"] for case in first.results["cases"])
    assert first.results == second.results
    assert (first.folder / "results.json").read_bytes() == \
        (second.folder / "results.json").read_bytes()


def test_shards_part_the_cases_between_them(run):
    parts = [{case["id"] for case in run("USB-CH9-BV-*", "--shard", f"{i}/3").results["cases"]}
             for i in (1, 2, 3)]
    whole = {case["id"] for case in run("USB-CH9-BV-*").results["cases"]}
    assert set.union(*parts) == whole and sum(map(len, parts)) == len(whole)


# ---- reports


class Page(html.parser.HTMLParser):
    """Elements, their attributes, and the text outside script and style."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.text, self.inside = [], "", None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.inside = tag if tag in ("script", "style") else None

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if not self.inside:
            self.text += data

    def count(self, tag):
        return sum(name == tag for name, _ in self.elements)


def test_the_page_asks_nothing_of_any_server(red):
    text = (red[0] / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    for tag, attributes in page.elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form")
        for name in ("src", "href", "srcset", "action", "data"):
            value = attributes.get(name) or "#"
            assert not re.match(r"(?i)\s*([a-z][a-z0-9+.-]*:|//)", value), (tag, value)
        assert not any(name.startswith("on") or name == "style" for name in attributes)
    assert not re.search(r"https?://|@import|url\(", text)
    policy = next(attributes["content"] for tag, attributes in page.elements
                  if attributes.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_the_page_links_to_rows_cases_and_evidence_that_are_there(red):
    page = Page((red[0] / "report.html").read_text(encoding="utf-8"))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for tag, attributes in page.elements if tag == "a"]
    assert any(link.startswith("cases/") for link in links)
    for link in links:
        assert link[1:] in ids if link.startswith("#") else (red[0] / link).is_file(), link


def test_the_page_says_what_failed_first_and_that_nothing_is_claimed(red):
    page = Page((red[0] / "report.html").read_text(encoding="utf-8"))
    cases = [attributes for tag, attributes in page.elements
             if "case" in (attributes.get("class") or "").split()]
    assert [(case["id"], case["data-verdict"], "open" in case) for case in cases] == \
        [(CASE, "FAIL", True), ("USB-CH9-BV-02", "PASS", False)]
    assert "Not conformant" in page.text and "Nothing can be claimed from this run" in page.text
    assert "saw 0x40, expected 0x12" in page.text


def test_the_page_shows_hostile_names_and_obeys_none(red, tmp_path):
    text = (hostile_report(red[1], tmp_path) / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.count("script") == 1 and page.count("img") == 0
    assert "<script>alert(1)</script>" in page.text
    assert "/etc" not in text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", text)


def test_the_terminal_report_obeys_no_escape(red, tmp_path):
    text = (hostile_report(red[1], tmp_path) / "report.txt").read_text(encoding="utf-8")
    assert "alert(1)" in text and not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", text)


def test_report_writes_the_chosen_formats_only(check, red, tmp_path):
    shutil.copy(red[0] / "results.json", tmp_path)
    done = check("report", tmp_path, "--format", "junit,text")
    assert done.status == 0 and "NOT CONFORMANT (1)" in done.last_line
    assert sorted(path.name for path in tmp_path.iterdir()) == \
        ["junit.xml", "report.txt", "results.json"]


# ---- providers that misbehave: a verdict about them, never an error of ours


def judged(done):
    case = done.case(PROVIDER_CASE)
    return done.status, case["verdict"], done.results["exit"]


def test_a_provider_without_an_export_fails(run, library):
    done = run(PROVIDER_CASE, "--provider", library("int unrelated(void) { return 0; }"))
    assert judged(done) == (1, "FAIL", 1)
    assert "exports no DllGetClassObject" in done.stdout


def test_what_brought_a_verdict_about_is_said_apart_from_its_reason(run, library):
    done = run(PROVIDER_CASE, "--provider",
               library("int DllGetClassObject(void *a, void *b, void **c) {\n"
                       "    return *(volatile int *)0;\n}\n"
                       "int DllCanUnloadNow(void) { return 0; }\n"))
    assert done.case(PROVIDER_CASE)["cause"] == "subject"
    assert run(CASE).case(CASE)["cause"] == "checks"


def test_a_provider_that_crashes_fails_by_the_method(run, library):
    done = run(PROVIDER_CASE, "--provider",
               library("int DllGetClassObject(void *a, void *b, void **c) {\n"
                       "    return *(volatile int *)0;\n}\n"
                       "int DllCanUnloadNow(void) { return 0; }\n"))
    assert judged(done) == (1, "FAIL", 1)
    assert "inside the provider: DllGetClassObject" in done.case(PROVIDER_CASE)["reason"]
    assert "signal 11 SIGSEGV" in done.case(PROVIDER_CASE)["reason"]


def test_a_provider_that_leaves_the_process_fails(run, library):
    done = run(PROVIDER_CASE, "--provider",
               library("#include <stdlib.h>\nint DllGetClassObject(void *a, void *b, void **c) {\n"
                       "    _Exit(0);\n}\nint DllCanUnloadNow(void) { return 0; }\n"))
    assert judged(done) == (1, "FAIL", 1)


def test_a_provider_that_hangs_fails_by_the_method(run, library):
    done = run(PROVIDER_CASE, "--provider",
               library("#include <unistd.h>\nint DllGetClassObject(void *a, void *b, void **c) {\n"
                       "    for (;;)\n        pause();\n}\n"
                       "int DllCanUnloadNow(void) { return 0; }\n"))
    assert judged(done) == (1, "FAIL", 1)
    assert "no end within" in done.case(PROVIDER_CASE)["reason"]
    assert "DllGetClassObject" in done.case(PROVIDER_CASE)["reason"]


def test_a_provider_that_crashes_while_it_loads_fails(run, library):
    done = run(PROVIDER_CASE, "--provider",
               library("__attribute__((constructor)) static void start(void) {\n"
                       "    *(volatile int *)0 = 1;\n}\n"
                       "int DllGetClassObject(void) { return 0; }\n"))
    assert judged(done) == (1, "FAIL", 1)
    assert "loading" in done.case(PROVIDER_CASE)["reason"]


# ---- devices that are not ours


def content_of(state):
    """Everything a player keeps on disk: rows of its index and bytes of its files, which may have
    room at their end."""
    files = {path.relative_to(state): path.read_bytes().rstrip(b"\0")
             for path in sorted(state.rglob("*"))
             if path.is_file() and "sqlite" not in path.name}
    with contextlib.closing(sqlite3.connect(next(state.rglob("index.sqlite")))) as index:
        tables = [name for name, in index.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        rows = {name: sorted(map(repr, index.execute(f'SELECT * FROM "{name}"')))
                for name in tables}
    return files, rows


@pytest.fixture
def kept(tmp_path):
    """The state folder of a player that has its content and is switched off."""
    state = tmp_path / "state"
    state.mkdir()
    with Papsim("mtp", state=state):
        pass
    return state


def writing_cases(check):
    cases = json.loads(check("list", "storage", "enumeration", "--json").stdout)
    return {case["id"] for case in cases if {"writes", "formats"} & set(case["needs"]) and
            not {"provider", "control"} & set(case["needs"])}


def test_without_leave_nothing_is_written_to_a_strangers_device(check, run, kept):
    before = content_of(kept)
    assert any(before[1].values()), "the index is read"
    with Papsim("mtp", state=kept) as player:
        done = run("MTP-OBJ-*", "MTP-STO-*", "MTP-SES-*", "--device", player.uri())
    assert content_of(kept) == before
    writing = writing_cases(check) & {case["id"] for case in done.results["cases"]}
    assert len(writing) > 10
    for name in writing:
        assert done.case(name)["verdict"] == "NOT_RUN"
        assert "--destructive" in done.case(name)["reason"]
    assert done.results["totals"]["PASS"] > 0, "reading cases did run"
    assert done.results["device"] == player.uri() and "provider" not in done.results["subjects"]


def test_with_leave_a_case_works_in_a_folder_that_is_gone_after(run, kept):
    before = content_of(kept)
    with Papsim("mtp", state=kept) as player:
        done = run("MTP-OBJ-BV-06", "MTP-OBJ-BV-12", "--device", player.uri(), "--destructive")
    assert [case["verdict"] for case in done.results["cases"]] == ["PASS", "PASS"], done.stdout
    assert content_of(kept)[0] == before[0]


def test_a_format_wants_the_serial_number_too(run, kept):
    with Papsim("mtp", state=kept) as player:
        done = run("MTP-STO-BV-05", "--device", player.uri(), "--destructive")
    assert done.case("MTP-STO-BV-05")["verdict"] == "NOT_RUN"
    assert "--serial" in done.case("MTP-STO-BV-05")["reason"]


def test_a_format_with_a_serial_number_that_is_not_the_devices_does_not_run(run, kept):
    before = content_of(kept)
    with Papsim("mtp", state=kept) as player:
        done = run("MTP-STO-BV-05", "--device", player.uri(), "--destructive",
                   "--serial", "not-this-one")
    assert done.case("MTP-STO-BV-05")["verdict"] == "NOT_RUN"
    assert content_of(kept) == before


def test_an_exported_device_is_judged_without_our_control_socket(check, run):
    controlled = next(case["id"] for case in json.loads(check("list", "--json").stdout)
                      if case["needs"] == ["control"])
    with Papsim("mtp") as player:
        done = run(CASE, controlled, "--device", player.uri())
    assert done.case(CASE)["verdict"] == "PASS"
    assert done.case(controlled)["verdict"] in ("NOT_RUN", "NOT_APPLICABLE")
    assert done.status == 0


def test_a_providers_defect_is_in_force_only_when_asked_for_on_the_command_line(check, run):
    case = next(case for case in json.loads(check("list", PROVIDER_CASE, "--json").stdout))
    defect = case["deviations"][0]
    asked = run(PROVIDER_CASE, "--provider-deviate", defect)
    assert asked.status == 1 and asked.results["deviations"] == [defect]
    done = run(PROVIDER_CASE, env={**os.environ, "SPCORE_DEVIATE": defect})
    assert done.status == 0 and done.results["deviations"] == []
