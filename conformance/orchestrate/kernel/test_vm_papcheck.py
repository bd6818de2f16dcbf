"""The judge gives the same verdicts over the kernel's USB stack as over its own USB/IP client: for
every case that applies to both, on the same player. What only the wire can show is left out, and
nothing else is. Through `papsim exec` they are those of the kernel's stack."""
import contextlib
import json
import subprocess

import pytest

import tree
import vm

pytestmark = pytest.mark.vm

PERSONAS = ["mtp", "pap-winusb"]
JUDGED = {"PASS", "FAIL", "INCONCLUSIVE"}


def verdicts(folder):
    """Case id -> verdict of a run."""
    results = json.loads((folder / "results.json").read_text("utf-8"))
    return {case["id"]: case["verdict"] for case in results["cases"]}


def device_cases():
    """Case id -> what it needs, for the cases that judge a device."""
    text = subprocess.run([tree.PAPCHECK, "list", "--json"], cwd=tree.ROOT, check=True,
                          text=True, stdout=subprocess.PIPE, timeout=240).stdout
    return {case["id"]: set(case["needs"]) for case in json.loads(text)
            if "provider" not in case["needs"]}


def on_host(command):
    subprocess.run(command, cwd=tree.ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=600, check=False)


def judge(folder, uri):
    return [str(tree.PAPCHECK), "run", "--destructive", "--device", uri, "--out", str(folder)]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """{persona: (verdicts over usbip:, verdicts over usb:, the same through exec)}, each against a
    player of its own."""
    folder = tmp_path_factory.mktemp("papcheck")
    with contextlib.ExitStack() as stack:
        fleet, steps = vm.Fleet(stack, vm.front("usbip")), {}
        for name in PERSONAS:
            direct = stack.enter_context(vm.player(name))
            on_host(judge(folder / f"usbip-{name}", direct.papsim.uri()))
            through = stack.enter_context(vm.player(name))
            on_host([tree.PAPSIM, "exec", "--connect", through.place, "--",
                     *judge(folder / f"exec-{name}", f"usb:{through.vid_pid}")])
            player = fleet.player(name)
            # Written inside the guest and copied out: 9p has no shared mappings, which the judge's
            # evidence needs.
            inside = f"/tmp/usb-{name}"
            run = " ".join(judge(inside, f"usb:{player.vid_pid}"))
            steps[f"attach-{name}"] = f"attach {player.where}"
            steps[f"run-{name}"] = (f"cd {tree.ROOT} && {run}; code=$?; "
                                    f"cp -r {inside} {folder} && exit $code")
            steps[f"detach-{name}"] = f"detach {player.vid_pid}"
        lane = vm.boot(folder, steps, step_timeout=600, timeout=1500, fleet=fleet)
    for name in PERSONAS:
        lane.step(f"attach-{name}").ok()
    return lane, {name: [verdicts(folder / f"{way}-{name}") for way in ("usbip", "usb", "exec")]
                  for name in PERSONAS}


@pytest.mark.parametrize("name", PERSONAS)
def test_every_case_that_applies_to_both_has_the_same_verdict(runs, name):
    over_usbip, over_usb, _ = runs[1][name]
    both = [case for case in over_usbip
            if over_usbip[case] in JUDGED and over_usb.get(case) in JUDGED]
    assert len(both) >= 40, "too few cases to mean anything"
    different = {case: (over_usbip[case], over_usb[case]) for case in both
                 if over_usbip[case] != over_usb[case]}
    assert not different


@pytest.mark.parametrize("name", PERSONAS)
def test_only_wire_and_control_cases_are_left_out_over_usb(runs, name):
    over_usbip, over_usb, _ = runs[1][name]
    needs = device_cases()
    left_out = {case for case in over_usbip
                if over_usbip[case] in JUDGED and over_usb.get(case) not in JUDGED}
    assert not {case for case in left_out if not needs[case] & {"wire", "control"}}


@pytest.mark.parametrize("name", PERSONAS)
def test_the_player_is_conformant_over_usb(runs, name):
    failed = {case: verdict for case, verdict in runs[1][name][1].items()
              if verdict in ("FAIL", "ERROR")}
    assert not failed, runs[0].step(f"run-{name}").text[-3000:]


@pytest.mark.parametrize("name", PERSONAS)
def test_exec_has_the_kernel_lanes_verdicts(runs, name):
    _, over_usb, through_exec = runs[1][name]
    different = {case: (over_usb[case], through_exec.get(case)) for case in over_usb
                 if over_usb[case] != through_exec.get(case)}
    assert not different
