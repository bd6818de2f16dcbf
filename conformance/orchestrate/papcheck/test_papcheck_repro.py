"""repro.sh gives the verdict again, from the case's folder alone: what decided on it goes with it,
whatever names and values look like."""
import json
import os
import re
import shlex
import shutil
import subprocess

import pytest

import tree
from papcheck import SECONDS
from papsim import Papsim

CASE, DEFECT = "USB-CH9-BV-01", "device-descriptor-padded"
WRITES, FORMATS = "MTP-STO-BV-12", "MTP-STO-BV-05"
INF = tree.ROOT / "fixtures" / "inf" / "player.inf"
MOF = tree.ROOT / "fixtures/wmi/papwmi.mof"
NASTY = "it's; rm -rf x"

# What the verdict of one case has nothing to do with.
OF_MANY = {"out", "jobs", "shard", "subset", "evidence", "fail-fast", "debug", "help"}


def script(done, case=CASE):
    return done.folder / "cases" / case.replace("-", "_") / "repro.sh"


@pytest.fixture
def again(tmp_path):
    """Runs a script that is to leave one run below a folder of its own: (status, results, words
    papcheck was called with)."""
    def runs(path, *words, **environment):
        cwd = tmp_path / f"again-{len(list(tmp_path.iterdir()))}"
        cwd.mkdir()
        done = subprocess.run([path, *words], cwd=cwd, env={**os.environ, **environment}, text=True,
                              timeout=SECONDS, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        found = list(cwd.glob("out/*/results.json"))
        assert len(found) == 1, done.stderr
        timing = json.loads(found[0].with_name("timing.json").read_text(encoding="utf-8"))
        return (done.returncode, json.loads(found[0].read_text(encoding="utf-8")),
                shlex.split(timing["command"]))
    return runs


def test_every_option_of_a_run_is_carried_or_of_no_matter(check, library, run, tmp_path):
    """A new option makes this fail until somebody has decided."""
    listed = set(re.findall(r"--([a-z-]+)", "\n".join(
        line[:26] for line in check("run", "--help").stdout.splitlines())))
    (tmp_path / "x.ics").write_text("USB.SPEED.HIGH=yes\n", encoding="ascii")
    carried = set()
    for words in (["--deviate", DEFECT, "--provider-deviate", "identity-per-interface",
                   "--host-deviate", "host-asks-each-plug",
                   "--inf-deviate", "inf-no-provider",
                   "--service-deviate", "svc-never-ends",
                   "--class-provider-deviate", "wmi-no-status", "--ics",
                   tmp_path / "x.ics", "--strict",
                   "--destructive", "--serial", "S", "--allow-mtp", "--timeout-scale", 2],
                  ["--player", "mtp"],
                  ["--device", "URI", "--provider", library("int x;\n"), "--clsid",
                   "{00000000-0000-0000-0000-000000000001}", "--inf", INF, "--service",
                   library("int main(void) { return 0; }\n", "service"),
                   "--class-provider", library("int y;\n", "other"), "--mof", MOF]):
        carried |= carries(run, words)
    assert carried | OF_MANY == listed and not carried & OF_MANY


def carries(run, words):
    if "--device" not in words:
        return set(re.findall(r" --([a-z-]+)", script(run(CASE, *words)).read_text("utf-8")))
    with Papsim("mtp") as player:
        words[words.index("--device") + 1] = player.uri()
        return set(re.findall(r" --([a-z-]+)", script(run(CASE, *words)).read_text("utf-8")))


def test_options_take_effect_again(run, again, tmp_path):
    (tmp_path / "x.ics").write_text("USB.SPEED.HIGH=yes\nMTP=yes\n", encoding="ascii")
    first = run(CASE, "--ics", tmp_path / "x.ics", "--seed", 7, "--strict", "--allow-mtp",
                "--timeout-scale", 3, "--deviate", DEFECT)
    status, results, words = again(script(first))
    assert status == first.status == 1
    assert [results[name] for name in ("seed", "strict", "ics", "ics_sha256", "deviations")] == \
        [first.results[name] for name in ("seed", "strict", "ics", "ics_sha256", "deviations")]
    assert results["seed"] == 7 and results["strict"] is True and results["ics_sha256"]
    assert "--allow-mtp" in words and words[words.index("--timeout-scale") + 1] == "3"
    assert again(script(first), "--seed", "8")[1]["seed"] == 8, "further options are taken"


def test_an_inf_goes_along(run, again, tmp_path):
    path = tmp_path / "wrong.inf"
    path.write_text(INF.read_text("utf-8").replace("HKR,,WMDMSPCLSID", ";"), "utf-8")
    first = run("INF-*", "--inf", path)
    path.unlink()
    failed = next(one["id"] for one in first.results["cases"] if one["verdict"] == "FAIL")
    status, results, _ = again(script(first, failed))
    assert status == 1 and results["cases"][0]["verdict"] == "FAIL"


def test_what_a_device_that_is_not_ours_wants_is_said_again(run, again):
    with Papsim("mtp") as player:
        serial = run(CASE, "--device", player.uri()).results["devices"][0]["serial"]
        first = run(WRITES, FORMATS, "--device", player.uri(), "--destructive", "--serial", serial)
        assert {case["verdict"] for case in first.results["cases"]} == {"PASS"}, first.stdout
        for case in (WRITES, FORMATS):
            status, results, _ = again(script(first, case))
            assert status == 0 and results["cases"][0]["verdict"] == "PASS"
            assert results["device"] == player.uri()


@pytest.mark.parametrize("value", [NASTY, "a\nb", "$(touch x)`touch x`\"\\", "-x", ""])
def test_a_value_is_never_a_command(run, again, value):
    first = run(CASE, "--serial", value)
    _, results, words = again(script(first))
    assert words[words.index("--serial") + 1] == value
    assert results["cases"] == first.results["cases"]


@pytest.mark.parametrize("name", [NASTY, "two\nlines", "$HOME", "-dash", "ü"])
def test_folder_and_files_may_be_called_anything(check, again, tmp_path, library, name):
    folder = tmp_path / name
    folder.mkdir()
    ics, provider = folder / f"{name}.ics", folder / f"{name}.so"
    ics.write_text("MTP=yes\n", encoding="ascii")
    shutil.copy(library("int DllGetClassObject(void) { return -1; }\n"), provider)
    first = check("run", "AUTH-CLOSED-BI-01", "--provider", provider, "--ics", ics, "--out",
                  folder / "run")
    first.folder = folder / "run"
    status, results, _ = again(script(first, "AUTH-CLOSED-BI-01"))
    assert status == first.status
    assert results["cases"] == first.results["cases"]
    assert results["provider_sha256"] == first.results["provider_sha256"]
    assert results["ics_sha256"] == first.results["ics_sha256"]


# ---- a copy of the folder


@pytest.fixture
def copied(tmp_path):
    """A case's folder somewhere else, and nothing of the run where it was."""
    def copies(done, case=CASE):
        away = tmp_path / "far/from/where/it/was"
        shutil.copytree(script(done, case).parent, away)
        shutil.rmtree(done.folder)
        return away / "repro.sh"
    return copies


def test_a_copied_folder_gives_the_same_verdict(run, again, copied, tmp_path):
    ics = tmp_path / "x.ics"
    ics.write_text("USB.SPEED.HIGH=yes\n", encoding="ascii")
    first = run(CASE, "--ics", ics, "--deviate", DEFECT)
    expected = first.results
    path = copied(first)
    ics.unlink()
    status, results, words = again(path, PATH=f"{tree.BUILD}:{os.environ['PATH']}")
    assert status == 1 and results["cases"] == expected["cases"]
    assert results["ics_sha256"] == expected["ics_sha256"]
    assert words[words.index("--ics") + 1] == str(path.with_name("declared.ics"))


def test_another_papcheck_may_be_named(run, tmp_path):
    other = tmp_path / "other papcheck"
    other.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", encoding="ascii")
    other.chmod(0o755)
    done = subprocess.run([script(run(CASE))], env={**os.environ, "PAPCHECK": str(other)},
                          text=True, stdout=subprocess.PIPE, check=True, timeout=SECONDS)
    assert done.stdout.splitlines() == ["run", CASE, "--seed", "1"]


def test_the_program_that_gave_the_verdict_is_taken_before_one_that_is_installed(run, tmp_path):
    other = tmp_path / "papcheck"
    other.write_text("#!/bin/sh\nexit 9\n", encoding="ascii")
    other.chmod(0o755)
    done = subprocess.run([script(run(CASE)), "--out", tmp_path / "again"], check=False,
                          env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=SECONDS)
    assert done.returncode == 0
