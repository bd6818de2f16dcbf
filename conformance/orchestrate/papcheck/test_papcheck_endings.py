"""How a case and a run end when the subject goes no further: one FAIL that says at what, and the
rest not run because of it, instead of an error for each case."""
import os
import signal
import subprocess

import pytest

import liar
import stopper
import tree
from papcheck import SECONDS
from papsim import Papsim

pytestmark = pytest.mark.patient(170)
NOT_OFFERED = ("offer", "ics")  # causes: it has no channel class of its own to hand out


def failed(done):
    return [case for case in done.results["cases"] if case["verdict"] == "FAIL"]


def rows_that_failed(done):
    return [row["id"] for row in done.results["rows"] if row["verdict"] == "fail"]


# ---- providers that refuse a step of their set-up


@pytest.fixture
def unwilling(tmp_path):
    """libspcore that stops at that step."""
    def compiles(step):
        path = tmp_path / f"{step.lower()}.so"
        subprocess.run(["gcc", "-shared", "-fPIC", f"-DSTOPS_AT={step}",
                        "-I", tree.ROOT / "spcore/include", "-o", path,
                        tree.ROOT / "fixtures/providers/unwilling.c", "-L", tree.BUILD,
                        "-Wl,--no-as-needed", "-lspcore", f"-Wl,-rpath,{tree.BUILD}"],
                       check=True, timeout=SECONDS)
        return path
    return compiles


# Who asks for the same beside the row that is to blame: a case of its own for the interface, a
# clause of the same case for the path.
@pytest.mark.parametrize("step, row, also, cases, said", [
    ("CLASS", "SP-REG-001", [], 1,
     "DllGetClassObject answered 0x80040111 CLASS_E_CLASSNOTAVAILABLE"),
    ("INSTANCE", "SP-REG-001", [], 1, "inside the provider: IClassFactory::CreateInstance"),
    ("AUTHENTICATION", "SP-AUTH-001", ["SP-REG-001"], 2,
     "IMDServiceProvider::QueryInterface(IComponentAuthenticate) answered "
     "0x80004002 E_NOINTERFACE"),
    ("DEVICE", "SP-PNP-007", ["SP-PNP-012", "SP-SHELL-005"], 2,
     "IMDServiceProvider2::CreateDevice answered 0x80070005 E_ACCESSDENIED"),
])
def test_a_step_that_a_provider_refuses_fails_its_row_once(run, unwilling, step, row, also, cases,
                                                           said):
    done = run("--provider", unwilling(step))
    assert done.status == 1, done.stderr
    assert len(failed(done)) == cases and rows_that_failed(done) == [row, *also]
    assert sum(count["fail"] for case in failed(done) for name, count in case["rows"].items()
               if name.split(".")[0] == row) == 1
    assert said.split()[-1] in done.stdout
    rest = [case for case in done.results["cases"] if case["verdict"] not in ("FAIL", "PASS")
            and case["cause"] not in NOT_OFFERED]
    assert len(rest) > 80
    for case in rest:
        assert (case["verdict"], case["cause"], case["barred"]) == ("NOT_RUN", "barred", row)
        assert case["reason"].startswith("not run because ")
        assert said in case["reason"] or "an application sees no device" in case["reason"]
        assert case["reason"].endswith(f"({row})")


def test_a_handshake_that_is_refused_fails_no_row_of_what_comes_after_it(run, unwilling):
    done = run("--provider", unwilling("HANDSHAKE"))
    assert done.status == 1, done.stderr
    assert "SP-AUTH-006" in rows_that_failed(done)
    assert {case["verdict"] for case in done.results["cases"]
            if case["cause"] not in NOT_OFFERED} == {"PASS", "FAIL", "NOT_RUN"}
    assert len(failed(done)) == 1


def test_a_check_that_failed_before_a_crash_is_reported_with_it(run, unwilling):
    done = run("SP-AUTH-003", "--provider", unwilling("END"))
    assert done.status == 1 and rows_that_failed(done) == ["SP-AUTH-002"]
    case, = failed(done)
    assert case["cause"] == "subject" and "IMDServiceProvider::Release" in case["reason"]
    assert {"end" in check for check in case["checks"] if not check["ok"]} == {True, False}
    assert "E_FAIL" in done.stdout


def test_the_one_that_fails_is_the_same_in_every_run(run, unwilling):
    provider = unwilling("CLASS")
    first, second = (run("SYNC-*", "--provider", provider, "--jobs", jobs) for jobs in (1, 8))
    assert first.results == second.results
    assert [case["id"] for case in failed(first)] == [first.results["cases"][0]["id"]]


def test_a_selection_in_which_no_case_judges_the_step_fails_its_row_all_the_same(run, unwilling):
    done = run("SYNC-FIND-BV-0*", "--provider", unwilling("DEVICE"))
    assert done.status == 1 and rows_that_failed(done) == ["SP-PNP-007"]
    assert len(failed(done)) == 1 and failed(done)[0]["cause"] == "barred"


# ---- devices that are wrong where no case expects it


OPEN_SESSION, SEND_OBJECT_INFO = 0x1002, 0x100C


def torn(reply):
    return reply[:100]


def alien(reply):
    return b"HTTP/1.1 400 Bad Request\r\n\r\n".ljust(len(reply))


@pytest.mark.parametrize("operation, change, row, said", [
    (None, torn, "USBIP-OP-005", "the import of 1-1 came to"),
    (None, alien, "USBIP-OP-005", "the import of 1-1 came to"),
    (OPEN_SESSION, liar.answers(0x2002), "MTP-DEV-004",
     "OpenSession answered 0x2002 GeneralError"),
    (OPEN_SESSION, liar.as_type(7), "USB-BLK-001", "OpenSession was answered by what is no"),
    (SEND_OBJECT_INFO, liar.answers(0x200C), "MTP-OBJ-008",
     "SendObjectInfo answered 0x200c StoreFull"),
])
def test_what_a_device_does_on_the_way_fails_its_row_and_is_no_error(run, player, operation, change,
                                                                     row, said):
    with liar.before(player, operation, change) as uri:
        done = run("MTP-OBJ-*", "MTP-STO-*", "USB-CH9-*", "--device", uri, "--destructive",
                   "--jobs", "1")
    assert done.status == 1, done.stdout + done.stderr
    assert row in rows_that_failed(done) and said in done.stdout
    assert "ERROR" not in {case["verdict"] for case in done.results["cases"]}, done.stdout
    barred = [case for case in done.results["cases"]
              if case["verdict"] == "NOT_RUN" and case["cause"] == "barred"]
    assert barred and {case["barred"] for case in barred} == {row}
    assert sum(row in case["rows"] and case["rows"][row]["fail"] for case in failed(done)) >= 1


# ---- devices that stop answering


# GetObjectHandles, DeleteObject, GetObjectPropList: no run begins with them.
HANDLES, DELETE, SEND = 0x1007, 0x100B, 0x100D


@pytest.fixture
def player():
    with Papsim("mtp") as one:
        yield one
        one.process.send_signal(signal.SIGCONT)


def unplug(player):
    return lambda: player.tell("unplug", busid="1-1")


def freeze(player):
    """When it returns nothing is answered any more: what ran until then has stopped."""
    def stop():
        player.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, player.process.pid, os.WSTOPPED | os.WNOWAIT)
    return stop


@pytest.mark.parametrize("way, how", [(unplug, "-19 ENODEV"), (freeze, "-110 ETIMEDOUT")])
def test_a_device_that_stops_answering_fails_the_case_that_did_it(run, player, way, how):
    with stopper.before(player, HANDLES, way(player)) as uri:
        done = run("MTP-OBJ-*", "MTP-SES-*", "--device", uri, "--destructive")
    assert done.status == 1, done.stdout + done.stderr
    culprit, = failed(done)
    assert culprit["cause"] == "silence"
    assert culprit["reason"] == ("the device stopped answering after operation 0x1007 "
                                 f"GetObjectHandles ({how})")
    assert sum(row["fail"] for row in culprit["rows"].values()) == 1
    rest = [case for case in done.results["cases"] if case["cause"] == "silence"]
    rest.remove(culprit)
    assert rest and {case["verdict"] for case in rest} == {"NOT_RUN"}
    assert {case["reason"] for case in rest} == \
        {f"not run because the device stopped answering in {culprit['id']}"}
    assert not [case for case in done.results["cases"] if case["verdict"] == "ERROR"]


def blamed(done, undisturbed):
    """The case that passed, and after which nothing was answered any more."""
    assert done.status == 1, done.stdout + done.stderr
    culprit, = failed(done)
    assert undisturbed.case(culprit["id"])["verdict"] == "PASS"
    assert culprit["cause"] == "silence" and "the last of this case" in culprit["reason"]
    rest = [case for case in done.results["cases"] if case["cause"] == "silence"]
    rest.remove(culprit)
    assert rest
    for case in rest:
        assert case["verdict"] == "NOT_RUN" and not case["rows"] and not case["checks"]
        assert case["reason"] == f"not run because the device stopped answering in {culprit['id']}"
    assert not [case for case in done.results["cases"] if case["verdict"] == "ERROR"]
    assert f"FAIL {culprit['id']}" in done.stdout
    return culprit


@pytest.mark.parametrize("way, how", [(unplug, "-19 ENODEV"), (freeze, "-110 ETIMEDOUT")])
def test_a_device_that_stops_after_its_last_answer_fails_that_case(run, player, way, how):
    words = ("MTP-OBJ-*", "MTP-SES-*", "--destructive", "--device")
    undisturbed = run(*words, player.uri())
    with stopper.before(player, HANDLES, way(player), after=True) as uri:
        done = run(*words, uri)
    culprit = blamed(done, undisturbed)
    assert how in culprit["reason"] and "the device stopped answering after " in culprit["reason"]
    assert sum(row["fail"] for row in culprit["rows"].values()) == 1
    trace = (done.folder / culprit["evidence"] / "trace.jsonl").read_text(encoding="utf-8")
    assert "01000710" in trace, "the command that it was to be stopped after"


def test_a_provider_is_not_blamed_for_a_device_that_was_silent_before(run):
    words = ("STORAGE-*", "--provider", tree.BUILD / "libspcore.so", "--destructive", "--device")
    with Papsim("pap-winusb") as player:
        undisturbed = run(*words, player.uri())
        with stopper.before(player, SEND, unplug(player), after=True) as uri:
            culprit = blamed(run(*words, uri), undisturbed)
    assert not any(row["fail"] for row in culprit["rows"].values()), "no failure of the provider's"


def test_frames_of_the_judges_own_are_not_blamed_for_a_device_that_was_silent_before(run, player):
    words = ("MTP-DEV-BV-05", "USBIP-OP-*", "--device")
    undisturbed = run(*words, player.uri())
    with stopper.before(player, HANDLES, freeze(player), after=True) as uri:
        blamed(run(*words, uri), undisturbed)


def test_a_device_that_fails_and_still_answers_is_judged_to_the_end(run):
    with Papsim("mtp", options=("--deviate", "session-zero-opens")) as player:
        done = run("MTP-SES-*", "USBIP-OP-*", "--device", player.uri())
    assert done.status == 1 and {case["cause"] for case in failed(done)} == {"checks"}
    assert "silence" not in {case["cause"] for case in done.results["cases"]}


def test_a_device_that_stops_answering_frames_of_the_judges_own_is_named_too(run, player):
    with stopper.before(player, DELETE, freeze(player)) as uri:
        done = run("USBIP-URB-BV-2*", "--device", uri, "--destructive")
    culprit, = failed(done)
    assert done.status == 1
    assert culprit["reason"].startswith("the device stopped answering after operation 0x100b ")


def test_a_device_that_stops_answering_a_provider_fails_no_row_of_the_provider(run):
    with Papsim("pap-winusb") as player, stopper.before(player, SEND, unplug(player)) as uri:
        done = run("STORAGE-*", "--device", uri, "--provider", tree.BUILD / "libspcore.so",
                   "--destructive")
    culprit, = failed(done)
    assert done.status == 1 and culprit["cause"] == "silence"
    assert "the device stopped answering after IMDSP" in culprit["reason"]
    assert "ERROR" not in {case["verdict"] for case in done.results["cases"]}
