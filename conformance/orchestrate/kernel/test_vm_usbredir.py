"""Players by usbredir, judged by the kernel: QEMU's usb-redir and a controller of QEMU's between
papsim and a Linux that has nothing installed for it. One boot: lsusb, usbtest's table at three
speeds. What is not as over USB/IP is QEMU's doing, whatever is at the other end of usbredir
(docs/virtual-machine.md)."""
import contextlib
import dataclasses
import pathlib
import re

import pytest

import usbtest
import vm

pytestmark = pytest.mark.vm

# Its xHCI forgets what else an endpoint has to do when one URB of a queue is taken back, and the
# endpoint never runs again: its EHCI, which has no full and no super speed, does that right.
UNLINK = 24
# Until its buffer has filled, isochronous reads get empty packets, which count as errors. The
# module allows for one of ten: these are long enough for that to be them.
LONG_READS = {number: [usbtest.Run(8, 8192, 0, 16)] for number in (16, 23)}
FILLING = r"during the test, \d+ errors out of \d+$"


def here(case):
    runs = LONG_READS.get(case.number)
    return dataclasses.replace(case, runs=usbtest.once(*runs)) if runs else case


EVERY_CASE = [here(case) for case in usbtest.CASES]
CASES = [case for case in EVERY_CASE if case.number != UNLINK]
PHASES = [phase for phase in usbtest.PHASES if phase.pattern == 0]


def unlinks(case, run):
    return case.number == UNLINK


@pytest.fixture(scope="module")
def lane(tmp_path_factory):
    folder = pathlib.Path(tmp_path_factory.mktemp("usbredir"))
    with contextlib.ExitStack() as stack:
        fleet, steps = vm.Fleet(stack, "usbredir"), {}
        for speed, name in usbtest.PLAYERS.items():
            player = fleet.player(name)
            steps[f"lsusb-{speed}"] = f"attach {player.where} && lsusb -v -d {player.vid_pid}"
            steps[f"lsusb-{speed}"] += f" && detach {player.vid_pid}"
            steps[speed] = usbtest.step_of(folder, speed, player, speed, PHASES, cases=CASES)
        ehci = fleet.player("zero", controller="usb-ehci")
        steps["ehci"] = usbtest.step_of(folder, "ehci", ehci, "high", PHASES[:1], unlinks)
        return vm.boot(folder, steps, modules="usbtest", timeout=600, step_timeout=200,
                       kernel="preempt=full log_buf_len=4M", fleet=fleet)


@pytest.mark.parametrize("speed", usbtest.SPEEDS)
def test_the_kernel_attaches_and_the_module_binds(lane, speed):
    lane.step(speed).ok()
    log = [line for phase in PHASES for line in usbtest.log_of(lane, speed, phase)]
    assert any(f"{speed}-speed {{control in/out bulk-in bulk-out}}" in line for line in log)


@pytest.mark.parametrize("speed", usbtest.SPEEDS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(lane, speed, case):
    assert usbtest.check(lane, speed, speed, case, PHASES)


def test_single_urbs_of_a_queue_are_taken_back(lane):
    lane.step("ehci").ok()
    (case,) = (case for case in EVERY_CASE if unlinks(case, None))
    assert usbtest.check(lane, "ehci", "high", case, PHASES[:1])
    assert not usbtest.complaints(usbtest.log_of(lane, "ehci", PHASES[0]), "high")


@pytest.mark.parametrize("speed", usbtest.SPEEDS)
@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_the_kernel_has_no_complaint(lane, speed, phase):
    log = usbtest.log_of(lane, speed, phase)
    assert any(" TEST " in line for line in log)
    assert not [line for line in usbtest.complaints(log, speed) if not re.search(FILLING, line)]


@pytest.mark.parametrize("speed,version", [("full", "1.10|2.00"), ("high", "2.00"),
                                           ("super", "3.[0-9]+")])
def test_lsusb_reads_every_descriptor(lane, speed, version):
    text = lane.step(f"lsusb-{speed}").ok().text
    assert re.search(rf"^  bcdUSB +({version})$", text, re.M)
    assert len(re.findall(r"^ +Endpoint Descriptor:", text, re.M)) == 12
    assert not re.search(r"can't|error|invalid|short|unknown", text, re.I)
