"""The model, judged by the kernel: Linux's usbtest module against papsim's "gadget zero" through
vhci, at full, high and super speed, every case from 0 to 29. One boot; the module's answers and the
kernel's log come back as files, and each test judges one case at one speed."""
import contextlib
import errno
import os
import pathlib
import shlex
import subprocess

import pytest

import tree
import usbtest
import vm

pytestmark = pytest.mark.vm

# Cases that apply in no phase of a speed, with the reason: none.
NOT_APPLICABLE = {speed: {} for speed in usbtest.SPEEDS}

# "Stricter spec compliance", the module calls it: it reads the configuration back even if there is
# one, and wants the bit of its attributes that must be one.
STRICT = usbtest.Phase(0, usbtest.BULK, 0, ())
STRICT_CASES = {9, 10, 13}

# A player that stalls CLEAR_FEATURE(HALT) where no halt is set: the judge must be able to say no.
DEFECT, DEFECT_CASE = "clear-halt-stalls", 29
DEFECT_PHASE = usbtest.Phase(0, usbtest.BULK, 0, ())


def strict(case, run):
    return case.number in STRICT_CASES


def defective(case, run):
    return case.number == DEFECT_CASE


def strict_module():
    """Shell that loads the module anew, without its tolerance for the real world."""
    module = subprocess.run([tree.ROOT / "ci/vm", "module", "usbtest"], check=True, text=True,
                            stdout=subprocess.PIPE, timeout=120).stdout.strip()
    return f"rmmod usbtest && insmod {shlex.quote(module)} realworld=0"


@pytest.fixture(scope="module")
def lane(tmp_path_factory):
    folder = pathlib.Path(tmp_path_factory.mktemp("usbtest"))
    with contextlib.ExitStack() as stack:
        players = {(speed, pattern): usbtest.sends(stack.enter_context(vm.player(name)), pattern)
                   for speed, name in usbtest.PLAYERS.items()
                   for pattern in range(len(usbtest.PATTERNS))}
        broken = stack.enter_context(vm.player("zero", "--deviate", DEFECT))
        steps = {}
        for (speed, pattern), player in players.items():
            phases = [phase for phase in usbtest.PHASES if phase.pattern == pattern]
            steps[f"{speed}-{pattern}"] = usbtest.step_of(folder, speed, player, speed, phases)
        steps["broken"] = usbtest.step_of(folder, "broken", broken, "high", [DEFECT_PHASE],
                                          defective)
        steps["strict"] = strict_module()
        for speed in usbtest.SPEEDS:
            steps[f"strict-{speed}"] = usbtest.step_of(
                folder, f"strict-{speed}", players[speed, 0], speed, [STRICT], strict)
        # unlink1() asks again and again, without a pause, as long as vhci receives the URB's data:
        # unless the kernel is preemptible, the receiver may never run again.
        return vm.boot(folder, steps, modules="vhci-hcd,usbtest", timeout=900, step_timeout=400,
                       kernel="preempt=full log_buf_len=4M")


@pytest.mark.parametrize("speed", usbtest.SPEEDS)
@pytest.mark.parametrize("pattern", [0, 1], ids=usbtest.PATTERNS)
def test_the_kernel_attaches_and_the_module_binds(lane, speed, pattern):
    lane.step(f"{speed}-{pattern}").ok()
    log = [line for phase in usbtest.PHASES if phase.pattern == pattern
           for line in usbtest.log_of(lane, speed, phase)]
    assert any(f"{speed}-speed {{control in/out bulk-in bulk-out}}" in line for line in log)


@pytest.mark.parametrize("speed", usbtest.SPEEDS)
@pytest.mark.parametrize("case", usbtest.CASES, ids=str)
def test_case(lane, speed, case):
    applied = usbtest.check(lane, speed, speed, case, usbtest.PHASES)
    assert bool(applied) != (case.number in NOT_APPLICABLE[speed])


@pytest.mark.parametrize("speed", usbtest.SPEEDS)
@pytest.mark.parametrize("case", filter(lambda case: strict(case, None), usbtest.CASES), ids=str)
def test_case_without_tolerance(lane, speed, case):
    lane.step("strict").ok()
    lane.step(f"strict-{speed}").ok()
    assert usbtest.check(lane, f"strict-{speed}", speed, case, [STRICT], strict)


@pytest.mark.parametrize("speed", usbtest.SPEEDS)
@pytest.mark.parametrize("phase", usbtest.PHASES, ids=lambda phase: phase.name)
def test_the_kernel_has_no_complaint(lane, speed, phase):
    log = usbtest.log_of(lane, speed, phase)
    assert any(" TEST " in line for line in log)
    assert not usbtest.complaints(log, speed)


def test_a_defective_device_fails_and_the_kernel_says_so(lane):
    """The lane's own proof: the same case is red when a needless clear stalls."""
    outcome = usbtest.outcomes(lane, "broken", DEFECT_PHASE)
    assert outcome == {(DEFECT_CASE, usbtest.TOUCH): errno.EPIPE}
    assert usbtest.complaints(usbtest.log_of(lane, "broken", DEFECT_PHASE), "high")


def test_what_is_no_usbtest_device_is_an_error():
    """The program itself: an ioctl that fails is told, a line that is no case is refused."""
    def run(lines, *words):
        return subprocess.run([tree.BUILD / "usbtest", *words], input=lines, text=True, timeout=120,
                              check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    done = run("1 2 3 4 5\n", os.devnull, "0")
    assert done.returncode == 0 and '"error": 25,' in done.stdout  # ENOTTY
    assert run("1 2 3 4\n", os.devnull, "0").returncode == 2
    assert run("", os.devnull).returncode == 2
    assert run("", "/nonexistent", "0").returncode == 2
