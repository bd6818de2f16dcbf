"""What a hostile or broken client can send to papsim's USB/IP server, end to end: each case ends
with an answer or a closed connection as the rules say, and the next client is served as if nothing
had been. The cases are those of the kernel's and other servers' histories."""
import os
import random
import struct
import threading
import time

import pytest

import tree
import usbip_client as usbip
from papsim import Papsim
from usbip_client import BULK, IN, INTERRUPT, OUT, RET_SUBMIT, RET_UNLINK, Connection

DEVICE_REQUEST = usbip.setup(0x80, 6, 0x0100, 0, 18)
MIB = 1 << 20


@pytest.fixture(scope="module")
def server():
    """Two players; nothing that happens to the first may be felt at the second."""
    with Papsim("mtp", "pap-winusb") as one:
        yield one


@pytest.fixture(autouse=True)
def serves_on(server):
    """After each case the device enumerates, for a client that tries until what the last one sent
    has been worked off."""
    yield
    with server.imported() as connection:
        assert connection.descriptor(1, 18).data[:2] == b"\x12\x01"
    server.free("1-1", "1-2")


def closes(connection):
    """The server ends the connection without a word."""
    assert connection.rest() == b""


def refused(connection, data):
    connection.send(data)
    closes(connection)


# ---- list and import


@pytest.mark.parametrize("version", [0, 0x0100, 0x0110, 0x1101, 0xFFFF])
@pytest.mark.parametrize("code", [usbip.OP_REQ_DEVLIST, usbip.OP_REQ_IMPORT])
def test_another_version_is_closed(server, version, code):
    with server.connect() as connection:
        refused(connection, usbip.op(code, bytes(32), version=version))


@pytest.mark.parametrize("code", [0, 1, 3, 5, 0x8000, 0x8002, 0x8004, 0x8006, 0xFFFF])
def test_unknown_operation_is_closed(server, code):
    with server.connect() as connection:
        refused(connection, usbip.op(code, bytes(32)))


@pytest.mark.parametrize("text", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                                  bytes.fromhex("16030100c8010000c4030352"), b"\0" * 64,
                                  b"\xff" * 64], ids=["http", "tls", "zeroes", "ones"])
def test_other_protocols_are_closed(server, text):
    with server.connect() as connection:
        refused(connection, text)


def test_urbs_before_an_import_are_closed(server):
    with server.connect() as connection:
        refused(connection, usbip.submit(1, 0, IN, 18, setup=DEVICE_REQUEST, devid=0x10002))
    with server.connect() as connection:
        refused(connection, usbip.unlink(1, 1, devid=0x10002))


@pytest.mark.parametrize("end", [Connection.half_close, Connection.reset], ids=["fin", "rst"])
@pytest.mark.parametrize("request_bytes", [usbip.op(usbip.OP_REQ_DEVLIST),
                                           usbip.import_request(b"1-1")], ids=["list", "import"])
def test_requests_cut_short_get_no_answer(server, request_bytes, end):
    for length in range(len(request_bytes)):
        with server.connect() as connection:
            connection.send(request_bytes[:length])
            end(connection)
            if end is Connection.half_close:
                closes(connection)


def test_byte_by_byte_is_as_good_as_whole(server):
    def dribble(connection, data):
        for at in range(len(data)):
            connection.send(data[at:at + 1])

    with server.connect() as connection:
        dribble(connection, usbip.op(usbip.OP_REQ_DEVLIST))
        assert len(connection.read_devices()) == 2
        closes(connection)
    with server.connect() as connection:
        dribble(connection, usbip.import_request(b"1-1"))
        assert connection.read_import() == 0
        dribble(connection, connection.urb(0, IN, 18, setup=DEVICE_REQUEST))
        assert connection.reply().actual == 18
        dribble(connection, connection.urb(0, OUT, 0, setup=usbip.setup(0, 9, 1, 0, 0)))
        assert connection.reply().status == 0
        dribble(connection, connection.urb(9, OUT, 100, bytes(100)))
        assert connection.reply().status == usbip.ENOENT
        dribble(connection, connection.cancel(1))
        assert connection.reply().command == RET_UNLINK


def test_a_list_is_answered_after_a_half_close(server):
    with server.connect() as connection:
        connection.send(usbip.op(usbip.OP_REQ_DEVLIST))
        connection.half_close()
        assert len(connection.read_devices()) == 2
        closes(connection)


def test_everything_in_one_write(server):
    """Import, requests and unlinks in one segment: answered in order, as if one by one."""
    with server.connect() as connection:
        connection.devid = 0x10002
        frames = [connection.urb(0, IN, 18, setup=DEVICE_REQUEST),
                  connection.urb(0, OUT, 0, setup=usbip.setup(0, 9, 1, 0, 0)),
                  connection.urb(0, IN, 1, setup=usbip.setup(0x80, 8, 0, 0, 1)),
                  connection.cancel(1)]
        connection.send(usbip.import_request(b"1-1") + b"".join(frames))
        assert connection.read_import() == 0
        replies = [connection.reply() for _ in frames]
        assert [one.seqnum for one in replies] == [1, 2, 3, 4]
        assert [one.status for one in replies] == [0, 0, 0, 0]
        assert replies[2].data == b"\1"
        assert replies[3].command == RET_UNLINK


BUSIDS = [b"", b"9-9", b"1-", b"1", b"1-11", b"1-1 ", b" 1-1", b"1-1\n", b"1-01", b"A" * 32,
          b"1-1" + b"A" * 29, b"\xff" * 32, b"../../1-1", b"%s%n%s%n", b"\0" + b"1-1"]


@pytest.mark.parametrize("busid", BUSIDS, ids=[repr(one)[1:12] + str(len(one)) for one in BUSIDS])
def test_unknown_busid_is_refused_with_a_bare_header(server, busid):
    with server.connect() as connection:
        assert connection.take(busid) == 4
        closes(connection)


def test_second_import_is_told_that_the_device_is_busy(server):
    with server.imported() as first:
        with server.connect() as second:
            assert second.take(b"1-1") == 2
            closes(second)
        with server.connect() as lister:
            assert [busid for busid, _, _ in lister.devices()] == ["1-2"]
        assert first.descriptor(1, 18).actual == 18


def test_an_import_inside_an_import_is_closed(server):
    with server.imported() as connection:
        connection.send(usbip.import_request(b"1-1") + bytes(8))
        closes(connection)


def test_of_eight_importers_at_once_one_wins(server):
    for _ in range(20):
        connections = [server.connect() for _ in range(8)]
        start = threading.Barrier(8)

        def take(connection, results):
            start.wait(tree.SECONDS)
            results.append(connection.take())

        results = []
        threads = [threading.Thread(target=take, args=(one, results)) for one in connections]
        for one in threads:
            one.start()
        for one in threads:
            one.join(tree.SECONDS)
        for one in connections:
            one.close()
        assert sorted(results) == [0] + [2] * 7
        server.free("1-1", "1-2")


def test_silent_connections_block_nobody_and_end(server):
    """300 that say nothing or half a request: lists go on; the server gives each up by itself."""
    connections = []
    for at in range(300):
        connections.append(server.connect())
        connections[-1].send(usbip.import_request(b"1-1")[:at % 40])
    with server.connect() as lister:
        assert len(lister.devices()) == 2
    with server.imported() as connection:
        assert connection.descriptor(1, 18).actual == 18
    for connection in connections:
        closes(connection)
        connection.close()


# ---- URBs: what is absurd

ABSURD = [16 * MIB + 1, 1 << 30, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]


@pytest.mark.parametrize("direction", [OUT, IN])
@pytest.mark.parametrize("endpoint", [0, 1, 2, 9])
@pytest.mark.parametrize("length", ABSURD)
def test_absurd_length_is_closed_without_memory_for_it(server, length, endpoint, direction):
    with server.configured() as connection:
        before = server.memory("VmPeak")
        refused(connection, connection.urb(endpoint, direction, length))
        assert server.memory("VmPeak") - before < 64 * 1024


def test_sixteen_mib_to_an_absent_endpoint_stay_in_step(server):
    with server.configured() as connection:
        answer = connection.transfer(9, OUT, 16 * MIB, bytes(16 * MIB))
        assert (answer.status, answer.actual) == (usbip.ENOENT, 0)
        assert connection.descriptor(1, 18).actual == 18


def test_what_a_connection_holds_is_bounded(server):
    """OUT data for an endpoint that takes none pile up only so far."""
    with server.configured() as connection:
        out = connection.endpoints()[OUT, BULK]
        before = server.memory()
        connection.socket.settimeout(tree.SECONDS)
        try:
            for _ in range(64):
                connection.send(connection.urb(out, OUT, 8 * MIB, bytes(8 * MIB)))
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert server.memory() - before < 256 * 1024


@pytest.mark.parametrize("packets", [0, 1, 1024, 1025, 0x7FFFFFFF, 0x80000000, 0xDEADBEEF])
def test_number_of_packets_counts_for_isochronous_only(server, packets):
    with server.imported() as connection:
        answer = connection.transfer(0, IN, 18, setup=DEVICE_REQUEST, packets=packets,
                                     start_frame=77)
        assert (answer.status, answer.actual) == (0, 18)
        assert (answer.packets, answer.start_frame) == (0, 0)


@pytest.mark.parametrize("endpoint", [9, 15, 16, 17, 31, 32, 129, 1 << 16, 1 << 31, 0xFFFFFFFF])
@pytest.mark.parametrize("direction", [OUT, IN])
def test_absent_endpoint_is_answered(server, endpoint, direction):
    with server.configured() as connection:
        data = bytes(64) if direction == OUT else b""
        answer = connection.transfer(endpoint, direction, 64, data)
        assert answer.status in (usbip.ENOENT, usbip.EPIPE)
        assert answer.actual == 0
        assert connection.descriptor(1, 18).actual == 18


def test_an_endpoint_of_the_other_direction_is_absent(server):
    with server.configured() as connection:
        ends = connection.endpoints()
        for (direction, _), number in ends.items():
            if (1 - direction, BULK) in ends and ends[1 - direction, BULK] == number:
                continue
            data = b"" if direction == OUT else bytes(64)
            assert connection.transfer(number, 1 - direction, 64, data).status == usbip.ENOENT


def test_endpoints_are_absent_before_configuration(server):
    with server.configured() as connection:
        ends = connection.endpoints()
    with server.imported() as connection:
        for (direction, _), number in ends.items():
            data = bytes(64) if direction == OUT else b""
            assert connection.transfer(number, direction, 64, data).status == usbip.ENOENT


@pytest.mark.parametrize("direction", [2, 3, 0x80, 0xFFFFFFFF])
def test_a_third_direction_is_closed(server, direction):
    with server.imported() as connection:
        refused(connection, connection.urb(0, direction, 18, setup=DEVICE_REQUEST))


@pytest.mark.parametrize("command", [0, 3, 4, 5, 0x99, 0x01000000, 0xFFFFFFFF])
def test_unknown_command_is_closed(server, command):
    with server.imported() as connection:
        refused(connection, connection.urb(0, IN, 18, setup=DEVICE_REQUEST, command=command))


@pytest.mark.parametrize("wrong", [0, 0x00010003, 0x00020002, 0x0001, 0xFFFFFFFF])
def test_foreign_devid_is_closed(server, wrong):
    with server.imported() as connection:
        assert connection.devid == 0x00010002
        refused(connection, connection.urb(0, IN, 18, setup=DEVICE_REQUEST, devid=wrong))


# ---- control: wLength, direction and buffer disagree


def test_in_buffer_smaller_than_the_answer(server):
    with server.imported() as connection:
        answer = connection.control(0x80, 6, 0x0100, 0, 18, room=8)
        assert (answer.status, len(answer.data)) == (usbip.EOVERFLOW, 8)


def test_in_buffer_larger_than_wlength(server):
    with server.imported() as connection:
        answer = connection.control(0x80, 6, 0x0100, 0, 8, room=4096)
        assert (answer.status, len(answer.data)) == (0, 8)


# Still Image, 5.2: Cancel is 0x21/0x64 with six bytes; the others are nobody's.
@pytest.mark.parametrize("request_type,request_code", [(0x21, 0x64), (0x40, 0x01), (0x00, 0x07)])
@pytest.mark.parametrize("announced,sent", [(6, 0), (6, 5), (65535, 6), (65535, 65534), (0, 6)])
def test_out_data_that_are_not_wlength_bytes_stall(server, request_type, request_code, announced,
                                                   sent):
    with server.configured() as connection:
        answer = connection.control(request_type, request_code, 0, 0, announced, bytes(sent),
                                    room=sent)
        assert (answer.status, answer.actual) == (usbip.EPIPE, 0)
        assert connection.descriptor(1, 18).actual == 18


@pytest.mark.parametrize("request_type", [0x00, 0x21, 0x40, 0x42])
def test_out_request_in_an_in_urb_stalls(server, request_type):
    with server.configured() as connection:
        answer = connection.transfer(0, IN, 6, setup=usbip.setup(request_type, 0x64, 0, 0, 6))
        assert (answer.status, answer.data) == (usbip.EPIPE, b"")


def test_in_request_in_an_out_urb_stalls_and_its_data_are_consumed(server):
    with server.configured() as connection:
        answer = connection.transfer(0, OUT, 18, bytes(18), setup=DEVICE_REQUEST)
        assert (answer.status, answer.actual) == (usbip.EPIPE, 0)
        assert connection.descriptor(1, 18).actual == 18


def test_in_request_without_data_goes_either_way(server):
    """Linux sends a control URB without data stage as OUT, whatever the request says."""
    with server.imported() as connection:
        answer = connection.transfer(0, OUT, 0, setup=usbip.setup(0x80, 6, 0x0100, 0, 0))
        assert (answer.status, answer.actual) == (0, 0)


def test_every_control_request_is_answered_within_its_buffer(server):
    """All 256 request codes for every type and recipient, with data where the request has some."""
    with server.configured() as connection:
        for request_type in range(256):
            frames = []
            for code in range(256):
                if (request_type, code) in ((0x00, 9), (0x01, 11)):
                    continue
                data = b"" if request_type & 0x80 else bytes(16)
                frames.append(connection.urb(0, request_type >> 7, 16, data, setup=usbip.setup(
                    request_type, code, 0x0305, 0x0004, 16)))
            connection.send(b"".join(frames))
            for _ in frames:
                answer = connection.reply()
                assert answer.actual <= 16
                assert answer.status in (0, usbip.EPIPE, usbip.EOVERFLOW)
                assert answer.status == 0 or answer.actual in (0, 16)


# ---- unlink and seqnums


def test_unlink_of_what_never_was_is_answered_once(server):
    with server.configured() as connection:
        connection.send(connection.cancel(0xDEADBEEF) + connection.cancel(0) +
                        connection.urb(0, IN, 18, setup=DEVICE_REQUEST))
        first, second, third = connection.reply(), connection.reply(), connection.reply()
        assert (first.command, first.status) == (RET_UNLINK, 0)
        assert (second.command, second.status) == (RET_UNLINK, 0)
        assert (third.command, third.actual) == (RET_SUBMIT, 18)


def test_unlink_of_itself_is_answered(server):
    with server.imported() as connection:
        connection.send(connection.cancel(connection.seqnum + 1))
        answer = connection.reply()
        assert (answer.command, answer.status) == (RET_UNLINK, 0)
        assert connection.descriptor(1, 18).actual == 18


def test_pending_urb_is_cancelled_and_never_answered(server):
    with server.configured() as connection:
        event = connection.endpoints()[IN, INTERRUPT]
        connection.send(connection.urb(event, IN, 64))
        victim = connection.seqnum
        connection.send(connection.cancel(victim))
        answer = connection.reply()
        assert (answer.command, answer.seqnum, answer.status) == (RET_UNLINK, connection.seqnum,
                                                                   usbip.ECONNRESET)
        assert (answer.devid, answer.direction, answer.endpoint) == (0, 0, 0)
        connection.send(connection.cancel(victim))
        again = connection.reply()
        assert (again.command, again.status) == (RET_UNLINK, 0)
        assert connection.descriptor(1, 18).seqnum == connection.seqnum


def test_unlink_behind_a_finished_urb_comes_second_and_says_0(server):
    """The race as a client sees it: one outcome each, RET_SUBMIT always first."""
    with server.imported() as connection:
        for _ in range(100):
            frames = []
            for _ in range(50):
                frames += [connection.urb(0, IN, 18, setup=DEVICE_REQUEST),
                           connection.cancel(connection.seqnum)]
            connection.send(b"".join(frames))
            for _ in range(50):
                done, cancelled = connection.reply(), connection.reply()
                assert (done.command, done.status) == (RET_SUBMIT, 0)
                assert (cancelled.command, cancelled.status) == (RET_UNLINK, 0)
                assert cancelled.seqnum == done.seqnum + 1


def test_unlink_flood(server):
    with server.imported() as connection:
        for _ in range(20):
            connection.send(b"".join(connection.cancel(number) for number in range(1000)))
            assert {connection.reply().status for _ in range(1000)} == {0}


def test_a_seqnum_in_flight_is_not_taken_twice(server):
    with server.configured() as connection:
        event = connection.endpoints()[IN, INTERRUPT]
        connection.send(connection.urb(event, IN, 64))
        connection.seqnum -= 1
        refused(connection, connection.urb(event, IN, 64))


@pytest.mark.parametrize("seqnum", [0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_any_seqnum_is_echoed_and_may_come_again(server, seqnum):
    with server.imported() as connection:
        for _ in range(3):
            connection.seqnum = seqnum - 1
            assert connection.descriptor(1, 18).seqnum == seqnum


def test_twenty_thousand_in_flight(server):
    """All stay pending while the control endpoint answers; each unlink finds its own."""
    count = 20000
    with server.configured() as connection:
        event = connection.endpoints()[IN, INTERRUPT]
        first = connection.seqnum + 1
        for _ in range(count // 1000):
            connection.send(b"".join(connection.urb(event, IN, 64) for _ in range(1000)))
        assert connection.descriptor(1, 18).actual == 18
        victims = list(range(first, first + count))
        random.Random(7).shuffle(victims)
        for at in range(0, count, 1000):
            connection.send(b"".join(connection.cancel(one) for one in victims[at:at + 1000]))
            answers = [connection.reply() for _ in range(1000)]
            assert {(one.command, one.status) for one in answers} == {(RET_UNLINK,
                                                                      usbip.ECONNRESET)}
        assert connection.descriptor(1, 18).actual == 18


# ---- how connections end


@pytest.mark.parametrize("end", [Connection.half_close, Connection.reset], ids=["fin", "rst"])
def test_urbs_cut_short(server, end):
    whole = usbip.submit(7, 2, OUT, 32, bytes(32), devid=0x10002)
    for length in (1, 4, 20, 47, 48, 49, 79):
        connection = server.configured()
        connection.send(whole[:length])
        end(connection)
        if end is Connection.half_close:
            closes(connection)
            connection.close()


def test_a_half_sent_urb_blocks_only_its_sender(server):
    with server.configured() as slow:
        slow.send(slow.urb(2, OUT, 4096, bytes(10)))
        with server.configured(b"1-2") as other:
            assert other.descriptor(1, 18).actual == 18
        slow.send(bytes(4086))
        assert slow.reply().seqnum == slow.seqnum


def test_two_hundred_drops_leak_nothing(server):
    """FIN and RST in turn, with URBs pending: importable again at once, nothing kept."""
    def drop(number):
        connection = server.configured()
        event = connection.endpoints()[IN, INTERRUPT]
        connection.send(b"".join(connection.urb(event, IN, 64) for _ in range(100)))
        connection.send(connection.urb(2, OUT, 1000)[:60])
        if number % 2:
            connection.reset()
        else:
            connection.close()

    drop(0)
    drop(1)
    with server.imported() as connection:
        connection.descriptor(1, 18)
        held, memory = server.descriptors(), server.memory()
    for number in range(200):
        drop(number)
    with server.imported() as connection:
        connection.descriptor(1, 18)
        deadline = time.monotonic() + tree.SECONDS
        while server.descriptors() > held:
            assert time.monotonic() < deadline, (server.descriptors(), held)
        assert server.memory() - memory < 8 * 1024
    assert server.threads() == 1


def test_a_reader_that_never_reads(server):
    """Its answers stop being made once its socket is full; the others are served."""
    with server.connect(buffer=4096) as deaf:
        assert deaf.take() == 0
        before = server.memory()
        deaf.socket.settimeout(0.5)
        frames = b"".join(deaf.urb(0, IN, 255, setup=usbip.setup(0x80, 6, 0x0200, 0, 255))
                          for _ in range(1000))
        sent = 0
        try:
            while sent < 64 * MIB:
                sent += deaf.socket.send(frames[sent % len(frames):])
        except TimeoutError:
            pass
        assert sent < 64 * MIB
        with server.configured(b"1-2") as other:
            for _ in range(100):
                assert other.descriptor(1, 18).actual == 18
            with server.connect() as lister:
                assert lister.devices() == []
        assert server.memory() - before < 32 * 1024


def test_unplug_ends_the_connection_and_plug_brings_the_device_back(server):
    with server.configured() as connection:
        connection.send(connection.urb(connection.endpoints()[IN, INTERRUPT], IN, 64))
        assert server.ask("unplug", "busid=1-1")[0] == 0
        left = connection.rest()
        assert left in (b"", struct.pack(">5Ii", RET_SUBMIT, connection.seqnum, 0, 0, 0, -108) +
                        struct.pack(">4I", 0, 0, 0, 0) + bytes(8))
    with server.connect() as connection:
        assert connection.take() == 4
    assert server.ask("plug", "busid=1-1")[0] == 0


def test_out_of_descriptors_the_server_waits_and_goes_on():
    with Papsim("mtp-small", descriptors=40) as small:
        connections = [small.connect() for _ in range(60)]
        for connection in connections:
            connection.close()
        with small.imported() as connection:
            assert connection.descriptor(1, 18).actual == 18


# ---- noise


@pytest.mark.parametrize("seed", range(3))
def test_noise_never_takes_the_server_down(server, seed):
    """Frames with one field or byte spoilt, and plain noise, before and after an import."""
    dice = random.Random(seed)
    for _ in range(150):
        connection = server.connect()
        connection.socket.settimeout(0.001)
        try:
            if dice.random() < 0.3:
                connection.send(dice.choice([usbip.op(dice.choice([0x8003, 0x8005])), b""]) +
                          dice.randbytes(dice.randrange(100)))
                continue
            connection.send(usbip.import_request(b"1-1"))
            for _ in range(dice.randrange(1, 20)):
                length = dice.choice([0, 1, 31, 512, 4096, 70000])
                direction = dice.randrange(2)
                frame = bytearray(usbip.submit(
                    dice.getrandbits(32), dice.choice([0, 0, 1, 2, 3, 9]), direction, length,
                    dice.randbytes(length) if direction == OUT else b"", devid=0x10002,
                    setup=dice.randbytes(8), flags=dice.choice([0, 1, 0x40, 0x41])))
                if dice.random() < 0.3:
                    frame[dice.randrange(min(len(frame), 48))] = dice.randrange(256)
                if dice.random() < 0.2:
                    frame = bytearray(usbip.unlink(dice.getrandbits(32), dice.randrange(50),
                                                   devid=0x10002))
                connection.send(frame)
        except (TimeoutError, BrokenPipeError, ConnectionResetError):
            pass
        finally:
            (connection.reset if dice.random() < 0.5 else connection.socket.close)()


def test_three_fuzzers_beside_an_honest_client(server):
    """An importer of the other player is served while three connections send noise."""
    over = threading.Event()

    def fuzz(seed):
        dice = random.Random(seed)
        while not over.is_set():
            connection = server.connect()
            try:
                connection.send(dice.choice([b"", usbip.import_request(b"1-1")]) +
                          dice.randbytes(dice.randrange(300)))
            except (BrokenPipeError, ConnectionResetError):
                pass
            connection.reset()

    threads = [threading.Thread(target=fuzz, args=(seed,)) for seed in range(3)]
    for one in threads:
        one.start()
    try:
        with server.configured(b"1-2") as connection:
            for _ in range(2000):
                assert connection.descriptor(1, 18).actual == 18
    finally:
        over.set()
        for one in threads:
            one.join(tree.SECONDS)


# ---- what others read of it


def test_usbip_list_shows_all_players(server):
    text = os.popen(f"{tree.tool('usbip')} --tcp-port {server.port} list -r 127.0.0.1").read()
    assert text.count("/sys/devices/papsim/") == 2
    assert " 1-1: " in text and " 1-2: " in text


def pcap(log, port):
    """The bytes of one connection as a capture file of raw IP packets (connection type 101)."""
    file = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101)
    sequence = [1000, 2000]
    turns = []
    for direction, data in log:  # what was read in pieces came as one
        if turns and turns[-1][0] == direction:
            turns[-1][1] += data
        else:
            turns.append([direction, data])
    for number, (direction, data) in enumerate(turns):
        for at in range(0, len(data), 32000):
            piece = data[at:at + 32000]
            ports = (40000, port) if direction == OUT else (port, 40000)
            tcp = struct.pack(">HHIIBBHHH", *ports, sequence[direction], sequence[1 - direction],
                              0x50, 0x18, 65535, 0, 0)
            sequence[direction] += len(piece)
            addresses = bytes([127, 0, 0, 1]) * 2
            packet = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(piece), number & 0xFFFF, 0, 64, 6,
                                 0) + addresses + tcp + piece
            file += struct.pack("<IIII", 1, number, len(packet), len(packet)) + packet
    return file


def tshark(path, *words):
    command = [tree.tool("tshark"), "-n", "-r", str(path), *words, "2>/dev/null"]
    with os.popen(" ".join(command)) as run:
        return run.read()


def test_wireshark_finds_nothing_malformed(server, tmp_path):
    """Good and refused requests; the dissector knows the protocol from elsewhere."""
    with server.connect() as connection:
        connection.devices()
        lists = connection.log
    with server.imported() as connection:
        connection.packets = 0
        connection.configure()
        ends = connection.endpoints()
        connection.descriptor(3, 255, 0xEE)
        connection.control(0x80, 0x55, 0, 0, 4)
        connection.transfer(ends[OUT, BULK], OUT, 12, bytes.fromhex("0c0000000100011000000000"))
        connection.transfer(ends[IN, BULK], IN, 16384)
        connection.transfer(9, IN, 64)
        connection.send(connection.urb(ends[IN, INTERRUPT], IN, 64))
        connection.send(connection.cancel(connection.seqnum))
        connection.reply()
        urbs = [(direction, data) for direction, data in connection.log]
    for name, log in (("lists", lists), ("urbs", urbs)):
        path = tmp_path / f"{name}.pcap"
        path.write_bytes(pcap(log, server.port))
        decode = ("-d", f"tcp.port=={server.port},usbip")
        seen = tshark(path, *decode, "-Y", "usbip")
        assert seen.count("USBIP") + seen.count("USB") >= len(log) // 2
        assert not tshark(path, *decode, "-Y", "'_ws.malformed || _ws.expert.severity == error'")


def test_a_capture_is_readable_although_papsim_was_killed(tmp_path):
    """Wireshark reads submit and complete of every URB: types, lengths, states."""
    path = tmp_path / "urbs.pcapng"
    with Papsim("mtp", options=["--capture", path]) as one, one.configured() as connection:
        ends = connection.endpoints()
        connection.transfer(ends[OUT, BULK], OUT, 12, bytes.fromhex("0c0000000100011000000000"))
        reply = connection.transfer(ends[IN, BULK], IN, 16384)
        connection.control(0x80, 0x55, 0, 0, 4)
        connection.send(connection.urb(ends[IN, INTERRUPT], IN, 64))
        connection.send(connection.cancel(connection.seqnum))
        connection.reply()
        one.kill()
    rows = [line.split(",") for line in tshark(
        path, "-T", "fields", "-E", "separator=,", "-e", "usb.urb_type", "-e", "usb.transfer_type",
        "-e", "usb.endpoint_address", "-e", "usb.urb_status", "-e", "usb.urb_len").splitlines()]
    assert [row[0] for row in rows] == ["'S'", "'C'"] * (len(rows) // 2)
    kinds = {"2": "control", "3": "bulk", "1": "interrupt"}
    seen = [(kinds[str(int(row[1], 0))], int(row[2], 0), int(row[3]), int(row[4]))
            for row in rows if row[0] == "'C'"]
    assert seen[0] == ("control", 0x00, 0, 0)
    assert seen[3] == ("bulk", ends[OUT, BULK], 0, 12)
    assert seen[4] == ("bulk", 0x80 | ends[IN, BULK], 0, reply.actual)
    assert seen[5][::2] == ("control", usbip.EPIPE)
    assert seen[6][:3] == ("interrupt", 0x80 | ends[IN, INTERRUPT], usbip.ECONNRESET)
    assert len(seen) == 7
    assert not tshark(path, "-Y", "'_ws.malformed'")
