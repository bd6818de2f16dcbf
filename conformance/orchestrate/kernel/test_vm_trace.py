"""What Linux's host asked a player and was answered, asked again by a client in user space: the
same answers, byte for byte (USBIP-URB-021). The record is papsim's own, of each URB."""
import contextlib
import dataclasses
import struct

import pytest

import usbip_client as usbip
import vm
from papsim import Papsim

pytestmark = pytest.mark.vm

PERSONAS = ["mtp", "mtp-full-speed", "mtp-super-speed", "pap-winusb", "pap-composite", "pap-inf",
            "zero", "zero-super"]
PACKET_BLOCK = 6  # pcapng's enhanced packet block
MON_HEADER = 64   # usbmon's binary header (Linux, Documentation/usb/usbmon.rst)
CONTROL = 2


@dataclasses.dataclass
class Urb:
    """A control transfer of the record."""
    setup: bytes
    sent: bytes
    room: int
    status: int = None
    answer: bytes = b""


def control_transfers(path):
    """Of a capture file, in the order they were asked; all of them were answered."""
    data, at, found, open_ones = path.read_bytes(), 0, [], {}
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if kind == PACKET_BLOCK:
            captured = struct.unpack_from("<I", data, at + 20)[0]
            header, payload = data[at + 28:at + 92], data[at + 92:at + 28 + captured]
            number, event, transfer = struct.unpack_from("<QBB", header)
            status, room = struct.unpack_from("<iI", header, 28)
            if transfer == CONTROL and event == ord("S"):
                open_ones[number] = Urb(header[40:48], payload, room)
                found.append(open_ones[number])
            elif transfer == CONTROL:
                open_ones[number].status, open_ones[number].answer = status, payload
        at += length
    assert all(one.status is not None for one in found)
    return found


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """{persona: what the kernel asked while it enumerated and lsusb read everything}."""
    folder = tmp_path_factory.mktemp("trace")
    with contextlib.ExitStack() as stack:
        steps = {}
        for name in PERSONAS:
            player = stack.enter_context(vm.player(name, "--capture",
                                                   folder / f"{name}.pcapng"))
            steps[name] = (f"attach {player.where} && "
                           f"lsusb -v -d {player.vid_pid} > /dev/null && detach {player.vid_pid}")
        lane = vm.boot(folder, steps)
    for name in PERSONAS:
        lane.step(name).ok()
    return {name: control_transfers(folder / f"{name}.pcapng") for name in PERSONAS}


def answered_otherwise(asked, name):
    """Transfers of the record that a player answers to us in another way."""
    different = []
    with Papsim(name) as server, server.imported() as connection:
        for one in asked:
            direction = usbip.IN if one.setup[0] & 0x80 else usbip.OUT
            answer = connection.transfer(0, direction, one.room, one.sent, setup=one.setup)
            if (answer.status, answer.data) != (one.status, one.answer):
                different.append((one, answer))
    return different


@pytest.mark.parametrize("name", PERSONAS)
def test_a_client_in_user_space_gets_the_same_bytes(records, name):
    asked = records[name]
    assert len(asked) >= 12, "that is no enumeration"
    assert any(one.setup[:2] == b"\0\x09" for one in asked), "nothing was configured"
    assert not answered_otherwise(asked, name)


def test_another_player_is_told_apart(records):
    assert answered_otherwise(records["mtp"], "mtp-full-speed")
