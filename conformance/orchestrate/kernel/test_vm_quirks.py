"""Quirks that need a kernel between player and client: a driver of Linux's own takes the player for
a disk, and a session that outlives its client on one and the same bus."""
import re

import pytest

import vm
from papsim import Papsim
from quirks import KYOCERA_RISE, UNKNOWN, player
from tree import has

pytestmark = pytest.mark.vm

YH_920 = (0x04E8, 0x501D)  # UNLOAD_DRIVER, nothing else
PLAYERS = [  # busids 1-1, 1-2, …
    ("disk", ("unload-driver",), UNKNOWN),
    ("disk-flag", ("unload-driver",), YH_920),
    ("disk-off", (), UNKNOWN),
    ("reset", ("force-reset-on-close",), UNKNOWN),
    ("reset-flag", ("force-reset-on-close",), KYOCERA_RISE),
]
DISK = """
    bound() { [ "$(basename "$(readlink "$(node %(ids)s)"/*:1.0/driver)")" = usb-storage ]; }
    attach %(port)d %(busid)s %(ids)s || exit 1
    wait_for 60 bound && echo bound
    wait_for 60 sh -c 'dmesg | grep -q "papkit.*no medium"' && echo met
    dmesg | grep -i 'direct-access'
    mtp-files 2>&1"""
PLAIN = """
    attach %(port)d %(busid)s %(ids)s || exit 1
    readlink "$(node %(ids)s)"/*:1.0/driver
    mtp-files 2>&1"""
TWICE = """
    attach %(port)d %(busid)s %(ids)s || exit 1
    mtp-files > first 2>&1 || exit 1
    mtp-files 2>&1"""
END = """
    detach %(ids)s"""


def steps_of(server):
    scripts = {"disk": DISK, "disk-flag": DISK, "disk-off": PLAIN}
    steps = {}
    for number, (name, _, ids) in enumerate(PLAYERS, 1):
        facts = {"port": server.port, "busid": f"1-{number}", "ids": "%04x:%04x" % ids}
        steps[name] = scripts.get(name, TWICE) % facts
        steps[f"{name}-end"] = END % facts
    return steps


@pytest.fixture(scope="module")
def lane(tmp_path_factory):
    has("mtp-files", "usbip")
    folder = tmp_path_factory.mktemp("quirks")
    files = []
    for name, quirks, ids in PLAYERS:
        (folder / name).mkdir()
        files.append(player(folder / name, *quirks, ids=ids))
    with Papsim(*files) as server:
        return vm.boot(folder, steps_of(server), modules="vhci-hcd,usb-storage,sd_mod")


@pytest.mark.parametrize("name", ["disk", "disk-flag"])
def test_quirk_08_linux_takes_it_for_a_disk(lane, name):
    said = lane.step(name).ok().out
    assert "bound" in said and "met" in said
    assert re.search(r"Direct-Access +papkit +no medium", said), said


def test_quirk_08_libmtp_finds_its_interface_taken(lane):
    said = lane.step("disk").ok().out
    assert "libusb_claim_interface() reports device is busy" in said
    assert "Tone One.mp3" not in said


def test_quirk_08_libmtps_flag_drives_the_driver_out(lane):
    assert "Tone One.mp3" in lane.step("disk-flag").ok().out


def test_quirk_08_without_it_no_driver_wants_it(lane):
    said = lane.step("disk-off").ok().out
    assert "usb-storage" not in said and "Tone One.mp3" in said


def test_quirk_21_the_second_client_must_reset_it(lane):
    said = lane.step("reset").ok().out
    assert "trying again after resetting USB interface" in said and "Tone One.mp3" in said


def test_quirk_21_libmtps_flag_resets_it_at_the_end(lane):
    said = lane.step("reset-flag").ok().out
    assert "resetting" not in said and "Tone One.mp3" in said


@pytest.mark.parametrize("name", [name for name, _, _ in PLAYERS])
def test_each_can_be_detached(lane, name):
    lane.step(f"{name}-end").ok()
