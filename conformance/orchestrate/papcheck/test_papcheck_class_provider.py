"""Class providers of WMI: ours, one of other structure in C++, and ones with a mistake."""
import pathlib
import re
import subprocess

import pytest

import tree
from papcheck import SECONDS

pytestmark = pytest.mark.patient(60)

OURS, SHELF, RUDE = (tree.BUILD / name for name in ("libpapwmi.so", "shelf.so", "rude.so"))
MOF = pathlib.Path(tree.ROOT, "fixtures/wmi/papwmi.mof")
SHELF_MOF = pathlib.Path(tree.ROOT, "fixtures/providers/shelf/shelf.mof")
RUDE_MOF = pathlib.Path(tree.ROOT, "fixtures/providers/rude/rude.mof")


def verdicts(done):
    return {case["id"].replace("_", "-"): case["verdict"] for case in done.results["cases"]}


def test_ours_is_right_as_a_vendors(run):
    done = run("--class-provider", OURS, "--mof", MOF)
    assert done.status == 0 and set(verdicts(done).values()) == {"PASS"}, verdicts(done)


def test_whoever_is_right_in_another_way_is_right(run):
    done = run("--class-provider", SHELF, "--mof", SHELF_MOF)
    seen = verdicts(done)
    undecided = {case for case, verdict in seen.items() if verdict == "INCONCLUSIVE"}
    assert done.status == 0, seen
    assert undecided == {"WMI-PUSH-BV-01", "WMI-CALL-BV-03", "WMI-CALL-BV-05"}, seen
    assert set(seen.values()) == {"PASS", "INCONCLUSIVE"}, seen


def test_whoever_does_not_impersonate_is_not_judged_by_its_callers(run, tmp_path):
    path = tmp_path / "plain.mof"
    path.write_text(SHELF_MOF.read_text(encoding="utf-8").replace(
        "PerUserInitialization = TRUE", "PerUserInitialization = FALSE"), encoding="utf-8")
    done = run("WMI-CALLER-*", "--class-provider", SHELF, "--mof", path)
    seen = verdicts(done)
    assert done.status == 0 and len(seen) == 5, seen
    assert set(seen.values()) == {"INCONCLUSIVE"}, seen


def test_it_is_built_against_windows_headers_alone():
    for source in SHELF_MOF.parent.glob("*.[ch]*"):
        for line in source.read_text(encoding="utf-8").splitlines():
            if line.startswith('#include "'):
                assert line == '#include "fixtures/providers/shelf/shelf_provider.h"', source


def test_only_the_class_provider_is_judged(run):
    done = run("--class-provider", SHELF, "--mof", SHELF_MOF)
    assert all(case.startswith("WMI-") for case in verdicts(done))


def test_a_mof_that_registers_somebody_else_is_said(run):
    done = run("WMI-GET-BV-01", "--class-provider", SHELF, "--mof", MOF)
    assert done.status != 0 and "3E0D5C1A" in done.stdout, done.stdout


@pytest.mark.parametrize("words, said", [
    (("--class-provider", "/nonexistent"), "--class-provider /nonexistent"),
    (("--class-provider", OURS, "--mof", "/nonexistent"), "--mof /nonexistent"),
    (("--class-provider", OURS, "--class-provider-deviate", "wmi-no-status"),
     "only our own class provider has defects"),
    (("--class-provider-deviate", "wmi-no-such"), "no such defect"),
])
def test_what_cannot_be_judged_is_one_line(run, words, said):
    done = run(*words)
    assert done.status == 2 and said in done.stderr and len(done.stderr.splitlines()) == 1, done


@pytest.mark.parametrize("mended, why", [
    (lambda text: text.replace("SupportsEnumeration = TRUE", "SupportsEnumeration = FALSE"),
     "SupportsEnumeration is not TRUE"),
    (lambda text: text.replace("InteractionType", "X").replace(
        "    SupportsGet", "    InteractionType = 2;\n    SupportsGet"), "InteractionType 2"),
    (lambda text: text.replace("__dynasty = ", '__class = \\"X\\" or __dynasty = '),
     "expected one condition"),
])
def test_a_registration_that_cannot_be_is_said_why(run, tmp_path, mended, why):
    path = tmp_path / "registration.mof"
    path.write_text(mended(SHELF_MOF.read_text(encoding="utf-8")), encoding="utf-8")
    done = run("WMI-LOAD-BV-01", "--class-provider", SHELF, "--mof", path)
    assert done.status == 1 and why in done.stdout, done.stdout


def test_one_that_says_no_class_is_its_own_is_judged_in_all_else(run, tmp_path):
    path = tmp_path / "registration.mof"
    text = SHELF_MOF.read_text(encoding="utf-8")
    path.write_text(text.split("    ResultSetQueries")[0] + "};\n", encoding="utf-8")
    done = run("WMI-LOAD-*", "WMI-GET-*", "--class-provider", SHELF, "--mof", path)
    found = verdicts(done)
    assert done.status == 1 and "WMI-REG-007.declared" in done.stdout, done.stdout
    assert {case for case, verdict in found.items() if verdict == "FAIL"} == {"WMI-LOAD-BV-01"}
    assert found["WMI-GET-BV-01"] == "PASS", found


def test_who_provides_instances_too_may_take_those_calls(run, tmp_path):
    """The rows are about what is outside of a provider's features: its MOF says which it has."""
    path = tmp_path / "registration.mof"
    text = SHELF_MOF.read_text(encoding="utf-8")
    instances = """
instance of __InstanceProviderRegistration { Provider = %s; SupportsPut = TRUE; };
""" % re.search(r"Provider = (\$\w+)", text).group(1)
    path.write_text(text + instances, encoding="utf-8")
    done = run("WMI-CALL-BI-01", "--class-provider", SHELF, "--mof", path)
    assert done.status == 0 and verdicts(done)["WMI-CALL-BI-01"] == "PASS", done.stdout
    case, = done.results["cases"]
    assert "registers it as a provider of that, too" in str(case), case


def test_a_mof_with_a_fault_is_said_where(run, tmp_path):
    wrong = tmp_path / "wrong.mof"
    wrong.write_text("class A {\n", encoding="ascii")
    done = run("WMI-LOAD-BV-01", "--class-provider", SHELF, "--mof", wrong)
    assert done.status == 1 and "wrong.mof:2:" in done.stdout, done.stdout


def test_it_runs_again_from_its_evidence(run, tmp_path):
    done = run("WMI-LOAD-BV-02", "--class-provider", SHELF, "--mof", MOF)
    script = done.folder / "cases/WMI_LOAD_BV_02/repro.sh"
    again = subprocess.run([script, "--out", tmp_path / "again"], stdout=subprocess.PIPE,
                           encoding="utf-8", timeout=SECONDS, check=False)
    assert again.returncode == done.status == 1 and "3E0D5C1A" in again.stdout, again.stdout


# ---- out of process


def test_a_provider_that_behaves_is_not_blamed_for_its_process(run):
    done = run("--class-provider", RUDE, "--mof", RUDE_MOF)
    assert done.status == 0 and "FAIL" not in verdicts(done).values(), verdicts(done)


GET, ENUM = "IWbemServices::GetObjectAsync", "IWbemServices::CreateClassEnumAsync"
SEGV = "its process was ended by signal 11 SIGSEGV"


def fails_where_it_was(run, monkeypatch, rude, case, said, scale):
    monkeypatch.setenv("RUDE", rude)
    done = run(case, "--class-provider", RUDE, "--mof", RUDE_MOF, "--timeout-scale", scale)
    assert done.status == 1 and verdicts(done) == {case: "FAIL"}, done.stdout
    assert f"{said}\n" in done.stdout, done.stdout


@pytest.mark.parametrize("rude, case, how, method", [
    ("load-crash", "WMI-LOAD-BV-01", SEGV, "(loading)"),
    ("register-exit", "WMI-LOAD-BV-02", "its process ended itself with status 3",
     "DllRegisterServer"),
    ("initialize-crash", "WMI-LOAD-BV-02", SEGV, "IWbemProviderInit::Initialize"),
    ("get-crash", "WMI-GET-BV-01", SEGV, GET),
    ("get-exit", "WMI-GET-BV-01", "its process ended itself with status 3", GET),
    ("get-grow", "WMI-GET-BV-01", "its process grew beyond 512 MiB", GET),
    ("get-shout", "WMI-GET-BV-01", "its process sent what is no answer", GET),
    ("enum-crash", "WMI-ENUM-BV-01", SEGV, ENUM),
    ("thread-crash", "WMI-CALL-BV-01", SEGV, ENUM),
    ("release-crash", "WMI-LOAD-BV-02", SEGV, "Release"),
])
def test_what_ends_its_process_fails_where_it_was(run, monkeypatch, rude, case, how, method):
    """And is not late: on a slow machine that might be said first."""
    fails_where_it_was(run, monkeypatch, rude, case, f"{how} inside the class provider: {method}",
                       100)


@pytest.mark.parametrize("scale", [1, 2])
def test_what_does_not_answer_fails_where_it_was(run, monkeypatch, scale):
    said = f"no answer came within {10 * scale} s inside the class provider: {GET}"
    fails_where_it_was(run, monkeypatch, "get-hang", "WMI-GET-BV-01", said, scale)


def test_one_that_ends_its_process_ends_no_other_case(run, monkeypatch):
    monkeypatch.setenv("RUDE", "get-crash")
    seen = verdicts(run("--class-provider", RUDE, "--mof", RUDE_MOF))
    assert seen["WMI-LOAD-BV-02"] == "PASS" and seen["WMI-ENUM-BI-01"] == "PASS", seen


def test_what_comes_behind_the_end_is_seen(run, monkeypatch):
    monkeypatch.setenv("RUDE", "late")
    done = run("WMI-CALL-BV-01", "--class-provider", RUDE, "--mof", RUDE_MOF)
    assert done.status == 1 and "WMI-SINK-001.last" in done.stdout, done.stdout


@pytest.mark.parametrize("model, why", [
    ("Decoupled:Com", "a class provider cannot be decoupled"), ("MyHost", "HostingModel MyHost"),
    ("LocalSystemHost:", "HostingModel LocalSystemHost: is none"),
])
def test_a_hosting_model_that_cannot_be_is_said(run, tmp_path, model, why):
    path = tmp_path / "model.mof"
    text = RUDE_MOF.read_text(encoding="utf-8")
    path.write_text(text.replace("LocalSystemHost:rude", model), encoding="utf-8")
    done = run("WMI-LOAD-BV-01", "--class-provider", RUDE, "--mof", path)
    assert done.status == 1 and why in done.stdout, done.stdout


@pytest.mark.parametrize("model", ["SelfHost", "LocalSystemHost", "LocalSystemHostOrSelfHost",
                                   "localservicehost", "NetworkServiceHost:group",
                                   "NetworkServiceHostOrSelfHost"])
def test_each_hosting_model_is_one(run, tmp_path, model):
    path = tmp_path / "model.mof"
    text = RUDE_MOF.read_text(encoding="utf-8")
    path.write_text(text.replace("LocalSystemHost:rude", model), encoding="utf-8")
    assert run("WMI-LOAD-BV-01", "--class-provider", RUDE, "--mof", path).status == 0


def test_the_host_is_for_papcheck_alone():
    done = subprocess.run([tree.BUILD / "wmihost"], stdin=subprocess.DEVNULL, capture_output=True,
                          encoding="utf-8", timeout=SECONDS, check=False)
    assert done.returncode == 2 and done.stderr.startswith("wmihost: papcheck starts this"), done
