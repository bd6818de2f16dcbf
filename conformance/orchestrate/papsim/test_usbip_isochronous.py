"""Isochronous transfers on the wire, against the player `zero`: its setting with isochronous
endpoints is found in the descriptors, nothing else is known of it."""
import random
import struct
import time

import pytest

import tree
import usbip_client as usbip
from papsim import Papsim
from usbip_client import IN, ISOCHRONOUS, OUT, RET_SUBMIT, RET_UNLINK

EINVAL, EOVERFLOW = -22, -75


@pytest.fixture(scope="module")
def server():
    with Papsim("zero") as one:
        yield one


class Stream:
    """An imported device with the setting chosen that has isochronous endpoints."""

    def __init__(self, connection):
        self.usb, self.numbers, self.sizes, self.setting = connection, {}, {}, None
        self.idle = []  # types of setting 0's endpoints on that interface
        total = struct.unpack("<H", connection.descriptor(2, 9).data[2:4])[0]
        data, at, here = connection.descriptor(2, total).data, 0, None
        settings = {}
        while at < len(data):
            if data[at + 1] == 4:
                here = (data[at + 2], data[at + 3])
                settings[here] = []
            elif data[at + 1] == 5:
                settings[here].append(data[at + 2:at + 7])
            at += data[at]
        for (interface, setting), ends in settings.items():
            found = [one for one in ends if one[1] & 3 == ISOCHRONOUS]
            if found and self.setting is None:
                self.setting = (interface, setting)
                self.idle = [one[1] & 3 for one in settings[interface, 0]]
                for one in found:
                    size = struct.unpack("<H", one[2:4])[0]
                    self.numbers[one[0] >> 7] = one[0] & 15
                    self.sizes[one[0] >> 7] = (size & 0x7FF) * (1 + (size >> 11 & 3))
                    self.interval = 2 ** (one[4] - 1) * 125e-6  # high speed: USB 2.0, 9.6.6
        assert self.setting, "no isochronous endpoint at all"

    def choose(self):
        interface, setting = self.setting
        assert self.usb.control(0x01, 11, setting, interface, 0).status == 0
        return self


@pytest.fixture
def stream(server):
    """Set up; afterwards the connection still answers, unless the test saw it closed."""
    with server.connect() as connection:
        deadline = time.monotonic() + tree.SECONDS
        while connection.take() != 0:
            assert time.monotonic() < deadline
            connection = server.connect()
        connection.configure()
        yield Stream(connection)
        connection.close()


def packets_of(size, count, gap=0):
    return [(number * (size + gap), size) for number in range(count)]


def check(answer, packets, direction):
    """What hosts insist on (Linux, drivers/usb/usbip: usbip_recv_iso, usbip_pad_iso)."""
    assert answer.status == 0
    assert answer.packets == len(packets) == len(answer.descriptors)
    for (offset, length), (said_offset, said_length, actual, status) in zip(packets,
                                                                           answer.descriptors):
        assert (said_offset, said_length) == (offset, length)
        assert actual <= length
        assert status == 0
    assert sum(one[2] for one in answer.descriptors) == answer.actual
    assert len(answer.data) == (answer.actual if direction == IN else 0)


@pytest.mark.parametrize("gap", [0, 7])
@pytest.mark.parametrize("count", [1, 8, 100])
def test_in_packets_come_packed_and_add_up(stream, count, gap):
    stream.choose()
    packets = packets_of(stream.sizes[IN], count, gap)
    answer = stream.usb.iso(stream.numbers[IN], IN, packets)
    check(answer, packets, IN)
    assert answer.actual == count * stream.sizes[IN], "the source fills its packets"
    assert stream.usb.descriptor(1, 18).actual == 18


@pytest.mark.parametrize("count", [1, 8, 100])
def test_out_packets_are_counted_and_none_comes_back(stream, count):
    stream.choose()
    packets = packets_of(stream.sizes[OUT], count)
    data = bytes(count * stream.sizes[OUT])
    answer = stream.usb.iso(stream.numbers[OUT], OUT, packets, data)
    check(answer, packets, OUT)
    assert answer.actual == len(data)
    assert stream.usb.descriptor(1, 18).actual == 18


def test_short_packets_take_what_fits(stream):
    """A packet smaller than the device's: never more than its place."""
    stream.choose()
    packets = [(0, 0), (0, 1), (1, 16), (17, 0), (17, 3)]
    answer = stream.usb.iso(stream.numbers[IN], IN, packets)
    assert answer.packets == len(packets)
    assert [one[:2] for one in answer.descriptors] == packets
    assert all(actual <= length for _, length, actual, _ in answer.descriptors)
    assert {status for *_, status in answer.descriptors} <= {0, EOVERFLOW}
    assert sum(one[2] for one in answer.descriptors) == answer.actual == len(answer.data)


@pytest.mark.parametrize("direction", [IN, OUT])
def test_no_packets_complete_with_nothing(stream, direction):
    stream.choose()
    answer = stream.usb.iso(stream.numbers[direction], direction, [])
    assert (answer.status, answer.actual, answer.packets) == (0, 0, 0)
    assert stream.usb.descriptor(1, 18).actual == 18


@pytest.mark.parametrize("count", [1025, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
@pytest.mark.parametrize("direction", [IN, OUT])
def test_absurd_packet_count_is_closed_without_memory_for_it(server, stream, direction, count):
    stream.choose()
    before = server.memory("VmPeak")
    stream.usb.send(stream.usb.iso_urb(stream.numbers[direction], direction, [(0, 8)], length=8,
                                         packets=count))
    assert stream.usb.rest() == b""
    assert server.memory("VmPeak") - before < 16 * 1024


OUTSIDE = [(65, 0), (60, 5), (0, 65), (0xFFFFFFFF, 1), (0, 0xFFFFFFFF)]


@pytest.mark.parametrize("direction", [IN, OUT])
@pytest.mark.parametrize("packets", [*([one] for one in OUTSIDE), [(0, 64), (32, 32)],
                                     [(32, 32), (0, 32)]],
                         ids=[*(f"{one[0]:x}+{one[1]:x}" for one in OUTSIDE), "overlap",
                              "disorder"])
def test_packets_that_do_not_fit_are_refused(stream, packets, direction):
    """Nothing moves; the framing is not in doubt, so the connection goes on."""
    stream.choose()
    data = bytes(64) if direction == OUT else b""
    answer = stream.usb.iso(stream.numbers[direction], direction, packets, data, length=64)
    assert answer.status == EINVAL
    assert answer.actual == 0
    assert answer.packets == len(packets)
    assert not any(actual for _, _, actual, _ in answer.descriptors)
    assert stream.usb.descriptor(1, 18).actual == 18


def test_a_pending_stream_is_cancelled_whole(stream):
    stream.choose()
    connection = stream.usb
    packets = packets_of(stream.sizes[IN], 1000)
    connection.send(connection.iso_urb(stream.numbers[IN], IN, packets))
    victim = connection.seqnum
    connection.send(connection.cancel(victim))
    answer = connection.iso_reply()
    if answer.command == RET_SUBMIT:
        check(answer, packets, IN)
        answer = connection.reply()
    assert answer.command == RET_UNLINK
    assert answer.status in (0, usbip.ECONNRESET)
    assert connection.descriptor(1, 18).seqnum == connection.seqnum


def test_packets_of_any_shape_are_answered_as_they_were_asked(stream):
    """Counts, places and lengths by dice, many at once; microseconds apart or together."""
    stream.choose()
    connection, dice, asked, order = stream.usb, random.Random(11), {}, {IN: [], OUT: []}
    for _ in range(300):
        direction, room = dice.choice([IN, OUT]), dice.choice([0, 1, 64, 3000])
        places = [(dice.choice([0, dice.randrange(room + 2), dice.getrandbits(32)]),
                   dice.choice([0, 1, dice.randrange(room + 2), dice.getrandbits(32)]))
                  for _ in range(dice.choice([0, 1, 2, 5]))]
        connection.send(connection.iso_urb(stream.numbers[direction], direction, places,
                               bytes(room) if direction == OUT else b"", length=room))
        asked[connection.seqnum] = (direction, room, places)
    for _ in range(len(asked)):
        answer = connection.iso_reply()
        direction, room, places = asked.pop(answer.seqnum)
        order[direction].append(answer.seqnum)
        assert answer.status in (0, EINVAL)
        assert [one[:2] for one in answer.descriptors] == places
        assert answer.actual == sum(one[2] for one in answer.descriptors) <= room
        assert all(one[2] <= one[1] for one in answer.descriptors)
    assert connection.descriptor(1, 18).actual == 18


def test_answers_are_paced_by_the_bus(stream):
    """A packet an interval: not sooner (later is the machine's affair)."""
    stream.choose()
    count = max(8, int(0.1 / stream.interval))
    packets = packets_of(stream.sizes[IN], min(count, 1024))
    stream.usb.iso(stream.numbers[IN], IN, packets[:1])  # the first has no predecessor
    begin = time.monotonic()
    for _ in range(2):
        check(stream.usb.iso(stream.numbers[IN], IN, packets), packets, IN)
    assert time.monotonic() - begin >= 0.8 * len(packets) * stream.interval


def test_setting_0_takes_no_bandwidth(stream):
    assert stream.setting[1] != 0
    assert ISOCHRONOUS not in stream.idle


def test_choosing_another_setting_answers_what_is_pending(stream):
    stream.choose()
    connection = stream.usb
    connection.send(connection.iso_urb(stream.numbers[IN], IN, packets_of(stream.sizes[IN], 1000)))
    pending = connection.seqnum
    connection.send(connection.urb(0, OUT, 0, setup=usbip.setup(1, 11, 0, stream.setting[0], 0)))
    seen = {}
    for _ in range(2):
        answer = connection.iso_reply()
        seen[answer.seqnum] = answer
    assert seen[connection.seqnum].status == 0
    assert seen[pending].status in (0, -108, usbip.ECONNRESET)
    assert connection.descriptor(1, 18).actual == 18
