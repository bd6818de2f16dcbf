"""A real Linux USB host accepts the player: vhci attaches it, the USB core enumerates it, lsusb
reads every descriptor, and it comes and goes as often as one likes. One boot, three personas."""
import contextlib
import re

import pytest

import tree
import vm

pytestmark = pytest.mark.vm

PERSONAS = ["mtp", "pap-winusb", "pap-inf"]
# A line lsusb prints when it cannot read or does not know something.
COMPLAINT = re.compile(r"warning|error|unknown|can.?t |couldn.?t|unrecogni[sz]ed|invalid|junk|\*\*",
                       re.I)
# The kernel's own words for a device in trouble (drivers/usb/core, drivers/usb/usbip).
TROUBLE = re.compile(r"\b(usb|vhci|hub|usbip)", re.I)


def steps_of(name, player):
    """One persona's way through the machine."""
    where = player.where
    return {
        f"list-{name}": f"usbip --tcp-port {player.port} list -r {vm.HOST_SEEN_FROM_GUEST}",
        f"attach-{name}": f"dmesg --clear; attach {where}",
        f"port-{name}": "usbip port",
        f"lsusb-{name}": f"lsusb -v -d {player.vid_pid}",
        f"sysfs-{name}": f"cd $(node {player.vid_pid}) && "
                         "grep -H . speed manufacturer product serial bNumInterfaces",
        f"again-{name}": "".join(f"detach {player.vid_pid} && attach {where} && " for _ in range(3))
                         + f"lsusb -v -d {player.vid_pid} >/dev/null",
        # Reset as a driver would: the kernel enumerates anew and compares what it reads.
        f"reset-{name}": f"""
            device=$(node {player.vid_pid}) || exit 1
            path=/dev/bus/usb/$(printf %03d/%03d $(cat $device/busnum) $(cat $device/devnum))
            /usr/bin/python3 -c 'import fcntl, sys
fcntl.ioctl(open(sys.argv[1], "wb"), 0x5514)' $path &&
            node {player.vid_pid}""",
        f"detach-{name}": f"detach {player.vid_pid}; usbip port",
        f"log-{name}": "dmesg --decode",
    }


@pytest.fixture(scope="module")
def lane(tmp_path_factory):
    tree.tool("lsusb")
    folder = tmp_path_factory.mktemp("host")
    with contextlib.ExitStack() as stack:
        steps = {}
        for name in PERSONAS:
            steps |= steps_of(name, stack.enter_context(vm.player(name)))
        lane = vm.boot(folder, steps)
    return lane


@pytest.mark.parametrize("name", PERSONAS)
def test_the_guest_lists_the_exported_player(lane, name):
    assert re.search(r"\([0-9a-f]{4}:[0-9a-f]{4}\)", lane.step(f"list-{name}").ok().out)


@pytest.mark.parametrize("name", PERSONAS)
def test_attach_works_and_the_port_is_shown_in_use(lane, name):
    lane.step(f"attach-{name}").ok()
    shown = lane.step(f"port-{name}").ok().out
    assert re.search(r"^Port \d+: <Port in Use> at (Full|High|Super) Speed", shown, re.M), shown


@pytest.mark.parametrize("name", PERSONAS)
def test_lsusb_reads_every_descriptor_without_a_complaint(lane, name):
    step = lane.step(f"lsusb-{name}").ok()
    assert "Interface Descriptor:" in step.out
    assert not [line for line in step.text.splitlines() if COMPLAINT.search(line)]


@pytest.mark.parametrize("name", PERSONAS)
def test_the_kernel_read_every_string(lane, name):
    shown = dict(line.split(":", 1) for line in lane.step(f"sysfs-{name}").ok().out.splitlines())
    assert all(shown.get(key) for key in ("manufacturer", "product", "serial", "speed")), shown


@pytest.mark.parametrize("name", PERSONAS)
def test_detach_and_attach_three_times_over(lane, name):
    lane.step(f"again-{name}").ok()


@pytest.mark.parametrize("name", PERSONAS)
def test_a_port_reset_leaves_the_same_device(lane, name):
    lane.step(f"reset-{name}").ok()


@pytest.mark.parametrize("name", PERSONAS)
def test_after_detach_no_port_is_in_use(lane, name):
    assert "Port in Use" not in lane.step(f"detach-{name}").ok().out


@pytest.mark.parametrize("name", PERSONAS)
def test_the_kernel_log_has_no_complaint(lane, name):
    """Anything at warning or above from the USB core or the virtual host controller."""
    lines = lane.step(f"log-{name}").ok().out.splitlines()
    assert any("New USB device found" in line for line in lines)
    bad = [line for line in lines
           if re.match(r"kern\s*:(warn|err|crit|alert|emerg)", line) and TROUBLE.search(line)]
    assert not bad
