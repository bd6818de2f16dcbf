"""The kernel's usbtest module against Linux's own "gadget zero" on the kernel's dummy controller:
the third voice of test_vm_usbtest.py. What that demands of papsim, Linux's own device passes here,
as far as the dummy controller goes: it has neither isochronous nor interrupt endpoints for the
gadget."""
import pytest

import usbtest
import vm

pytestmark = pytest.mark.vm

SPEEDS = ["full", "high", "super"]
# Pattern 0 alone: Linux's source fills requests of 4096 bytes, and the other pattern would be in
# step with the host only for reads of just that size.
PHASE = usbtest.Phase(0, ("bulk",), 0, ("control", "bulk"))

GADGET = r"""
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
# gadget SPEED PATTERN: plugs gadget zero's source/sink in
gadget() {
    cd /sys/kernel/config/usb_gadget && mkdir zero && cd zero || return 1
    echo 0x0525 > idVendor; echo 0xa4a0 > idProduct; echo "$1-speed" > max_speed
    mkdir configs/c.3 functions/SourceSink.0
    echo "$2" > functions/SourceSink.0/pattern
    ln -s functions/SourceSink.0 configs/c.3
    echo dummy_udc.0 > UDC
    cd "$OLDPWD"
}
unplug() {
    cd /sys/kernel/config/usb_gadget/zero && echo > UDC && rm configs/c.3/SourceSink.0 &&
        rmdir configs/c.3 functions/SourceSink.0 && cd .. && rmdir zero
}
"""


@pytest.fixture(scope="module")
def lane(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference")
    steps = {}
    for speed in SPEEDS:
        run = usbtest.write_plan(folder, speed, speed, PHASE)
        steps[speed] = (usbtest.PRELUDE + GADGET + f"here=$PWD; any_alternate; dmesg --clear; "
                        f"gadget {speed} 0 && wait_for 20 node {usbtest.VID_PID} && "
                        f"cd $here && {run}\n"
                        f"ended=$?; unplug && wait_for 20 gone {usbtest.VID_PID} && exit $ended")
    return vm.boot(folder, steps,
                   modules="dummy_hcd:is_super_speed=1,libcomposite,usb_f_ss_lb,usbtest")


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("case", usbtest.CASES, ids=str)
def test_linux_own_gadget_passes(lane, speed, case):
    lane.step(speed).ok()
    usbtest.check(lane, speed, speed, case, [PHASE])


@pytest.mark.parametrize("speed", SPEEDS)
def test_the_kernel_has_no_complaint(lane, speed):
    log = usbtest.log_of(lane, speed, PHASE)
    assert any("tests" in line for line in log)
    assert not usbtest.complaints(log, speed)
