"""Rules a virtual device must keep towards hosts it does not know, each against a running papsim:
docs/usbip-cases.md says which row of it each test is for."""
import re
import socket
import struct
import time

import pytest

import tree
import usbip_client as usbip
from papsim import Papsim
from usbip_client import BULK, IN, INTERRUPT, OUT, RET_SUBMIT, RET_UNLINK

DEVICE_REQUEST = usbip.setup(0x80, 6, 0x0100, 0, 18)
GET_DEVICE_INFO = bytes.fromhex("0c0000000100011000000000")
ESHUTDOWN = -108


@pytest.fixture(scope="module")
def server():
    with Papsim("mtp", "pap-composite") as one:
        yield one


@pytest.fixture(autouse=True)
def frees_the_device(server):
    """The next test finds the device free once the last connection has been worked off."""
    for _ in range(1000):
        with server.connect() as connection:
            if connection.take() == 0:
                return
    pytest.fail("still in use")


# ---- what leaves the server


def addresses(server):
    """[(first, last)] of what the process has mapped, but for a sanitizer's tables: terabytes, of
    which any number is a part."""
    lines = server.proc("maps").read_text().splitlines()
    mapped = [tuple(int(part, 16) for part in line.split()[0].split("-")) for line in lines]
    return [(first, last) for first, last in mapped if last - first < 1 << 30]


def pointers(data, ranges):
    """Words of `data`, at any offset and in either byte order, that point into the process."""
    low = min(first for first, _ in ranges)
    found = []
    for at in range(len(data) - 7):
        for order in ("<Q", ">Q"):
            word = struct.unpack_from(order, data, at)[0]
            if word >= low and any(first <= word < last for first, last in ranges):
                found.append((at, hex(word)))
    return found


def test_no_address_of_the_process_leaves_it(server):
    """Lists, records, descriptors, errors, MTP data, unlinks and the control socket's answers."""
    with server.connect() as connection:
        connection.devices()
        said = [data for direction, data in connection.log if direction == IN]
    with server.configured() as connection:
        ends = connection.endpoints()
        for kind in range(1, 16):
            for index in range(4):
                connection.descriptor(kind, 4096, index, 0x0409)
        connection.transfer(ends[OUT, BULK], OUT, 12, GET_DEVICE_INFO)
        connection.transfer(ends[IN, BULK], IN, 16384)
        connection.transfer(ends[IN, BULK], IN, 16384)
        connection.transfer(9, IN, 64)
        connection.send(connection.urb(ends[IN, INTERRUPT], IN, 64))
        connection.send(connection.cancel(connection.seqnum))
        connection.reply()
        said += [data for direction, data in connection.log if direction == IN]
    said.append(server.ask("status")[1].encode())
    ranges = addresses(server)
    assert len(b"".join(said)) > 2000
    assert pointers(struct.pack("<Q", ranges[0][0]), ranges), "the search finds nothing at all"
    assert not pointers(b"".join(said), ranges)


def test_in_urb_of_no_length_carries_no_data(server):
    with server.configured() as connection:
        answer = connection.transfer(0, IN, 0, setup=DEVICE_REQUEST)
        assert (answer.actual, answer.data) == (0, b"")
        ends = connection.endpoints()
        connection.transfer(ends[OUT, BULK], OUT, 12, GET_DEVICE_INFO)
        answer = connection.transfer(ends[IN, BULK], IN, 0)
        assert answer.actual == 0
        assert connection.descriptor(1, 18).actual == 18


def info(connection):
    """(data segments received, data segments sent) of the socket (struct tcp_info)."""
    text = connection.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    return struct.unpack_from("=II", text, 152)


def test_a_reply_and_its_data_are_one_segment(server):
    """Two writes would be two segments, and without TCP_NODELAY wait for an acknowledgement."""
    with server.configured() as connection:
        ends = connection.endpoints()
        before = info(connection)[0]
        for _ in range(50):
            assert connection.descriptor(2, 255).actual > 9
        assert info(connection)[0] - before == 50
        connection.transfer(ends[OUT, BULK], OUT, 12, GET_DEVICE_INFO)
        before = info(connection)[0]
        connection.transfer(ends[IN, BULK], IN, 16384)
        assert info(connection)[0] - before == 1


def keepalive(server, connection):
    """The timer of the server's end of the connection, as the kernel shows it: (kind, ticks)."""
    ours, theirs = connection.socket.getsockname()[1], server.port
    for line in server.proc("net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[1].endswith(f":{theirs:04X}") and words[2].endswith(f":{ours:04X}"):
            kind, ticks = words[5].split(":")
            return int(kind, 16), int(ticks, 16)
    raise AssertionError("no such connection")


def test_an_idle_importer_is_probed(server):
    """A pulled cable says nothing: the kernel's keep-alive timer (2) runs, and soon."""
    with server.configured() as connection:
        # Left waiting; it also acknowledges what the server sent, whose own timer would be shown.
        connection.send(connection.urb(connection.endpoints()[IN, INTERRUPT], IN, 64))
        deadline = time.monotonic() + tree.SECONDS
        while True:
            kind, ticks = keepalive(server, connection)
            if kind != 1:
                break
            assert time.monotonic() < deadline
        assert kind == 2
        assert 0 < ticks <= 30 * 100


# ---- configuration and pending transfers


@pytest.mark.parametrize("value", [0, 1])
def test_configuring_again_answers_what_is_pending(server, value):
    """Taken away or begun anew: each URB is answered, none is forgotten, none is served."""
    with server.configured() as connection:
        ends = connection.endpoints()
        pending = []
        for number in (ends[IN, INTERRUPT], ends[IN, BULK], ends[IN, INTERRUPT]):
            connection.send(connection.urb(number, IN, 64))
            pending.append(connection.seqnum)
        connection.send(connection.urb(0, OUT, 0, setup=usbip.setup(0, 9, value, 0, 0)))
        replies = [connection.reply() for _ in range(4)]
        assert {one.seqnum for one in replies} == {*pending, connection.seqnum}
        for one in replies:
            assert one.command == RET_SUBMIT
            assert one.actual == 0
            assert one.status == (0 if one.seqnum == connection.seqnum else ESHUTDOWN)
        assert connection.control(0x80, 8, 0, 0, 1).data == bytes([value])


def test_configuring_again_clears_halts(server):
    with server.configured() as connection:
        number = connection.endpoints()[IN, BULK]
        assert connection.control(0x02, 3, 0, 0x80 | number, 0).status == 0
        assert connection.transfer(number, IN, 64).status == usbip.EPIPE
        connection.configure()
        assert connection.control(0x82, 0, 0, 0x80 | number, 2).data == b"\0\0"


def test_an_event_endpoint_without_events_says_nothing(server):
    """Not even an empty reply: hosts would ask again at once, for ever."""
    with server.configured() as connection:
        connection.send(connection.urb(connection.endpoints()[IN, INTERRUPT], IN, 64))
        waiting = connection.seqnum
        for _ in range(500):
            assert connection.descriptor(1, 18).seqnum == connection.seqnum
        connection.send(connection.cancel(waiting))
        answer = connection.reply()
        assert (answer.command, answer.status) == (RET_UNLINK, usbip.ECONNRESET)


@pytest.mark.parametrize("request_type", [0x00, 0x01, 0x02, 0x20, 0x21, 0x40, 0x41, 0x42, 0x60])
def test_data_of_an_unknown_request_are_taken_then_it_stalls(server, request_type):
    with server.configured() as connection:
        for length in (1, 64, 4096):
            # What looks like a frame must not be read as one.
            data = usbip.submit(1, 0, IN, 18, devid=connection.devid, setup=DEVICE_REQUEST)
            sent = data.ljust(length, b"\1")[:length]
            answer = connection.control(request_type, 0x55, 0, 0, length, sent)
            assert (answer.status, answer.actual) == (usbip.EPIPE, 0)
            assert connection.descriptor(1, 18).actual == 18


# ---- as other hosts ask


def test_strings_in_the_lengths_windows_asks_for(server):
    """255, then the head of 2, then 4 of the list of languages: cut, never refused."""
    with server.imported() as connection:
        device = connection.descriptor(1, 18).data
        for index in (0, *device[14:17]):
            whole = connection.descriptor(3, 255, index, 0x0409 if index else 0).data
            assert whole[0] == len(whole) > 2 and whole[1] == 3
            for length in (2, 4, 255):
                part = connection.descriptor(3, length, index, 0x0409 if index else 0)
                assert (part.status, part.data) == (0, whole[:length])


def test_configuration_in_the_lengths_windows_asks_for(server):
    with server.imported() as connection:
        head = connection.descriptor(2, 9).data
        total = struct.unpack("<H", head[2:4])[0]
        whole = connection.descriptor(2, 255).data
        assert len(whole) == total and whole[:9] == head
        assert connection.descriptor(2, total).data == whole
        qualifier = connection.descriptor(6, 10)
        assert (qualifier.status, qualifier.data[:2]) == (0, b"\x0a\x06")


def test_the_serial_number_is_one_windows_takes(server):
    for busid in (b"1-1", b"1-2"):
        with server.imported(busid) as connection:
            index = connection.descriptor(1, 18).data[16]
            text = connection.descriptor(3, 255, index, 0x0409).data[2:].decode("utf-16-le")
            assert re.fullmatch(r"[\x21-\x2b\x2d-\x7f]+", text)


def test_the_first_descriptor_is_served_without_an_address(server):
    """As a hub driver asks a device it has just reset: 64 bytes, 18 come; then all over again."""
    with server.imported() as connection:
        for _ in range(3):
            answer = connection.descriptor(1, 64)
            assert (answer.status, answer.actual, answer.data[0]) == (0, 18, 18)
            connection.configure()


# ---- the record


def test_a_record_counts_interfaces_not_settings(server):
    with server.connect() as connection:
        records = {busid: (record, triples) for busid, record, triples in connection.devices()}
    for busid, count in (("1-1", 1), ("1-2", 2)):
        record, triples = records[busid]
        assert record[311] == len(triples) == count
        with server.imported(busid.encode()) as connection:
            total = struct.unpack("<H", connection.descriptor(2, 9).data[2:4])[0]
            data = connection.descriptor(2, total).data
        at, described = 0, []
        while at < len(data):
            if data[at + 1] == 4 and data[at + 3] == 0:
                described.append(data[at + 5:at + 8])
            at += data[at]
        assert described == triples


def test_a_record_names_place_and_speed(server):
    with server.connect() as connection:
        for _, record, _ in connection.devices():
            busnum, devnum, speed = struct.unpack(">III", record[288:300])
            assert 0 < busnum <= 0xFFFF and 0 < devnum <= 0xFFFF
            assert speed == 3
