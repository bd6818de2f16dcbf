"""What a hostile or broken emulator can send to papsim's usbredir front: each case ends with an
answer or a closed connection, memory stays within bounds, and the next guest is served as if
nothing had been."""
import random
import socket
import struct

import pytest

import usbredir_guest as redir
from papsim import Papsim
from usbip_client import IN
from usbredir_guest import Closed, Guest, attach

MIB = 1 << 20


@pytest.fixture(scope="module")
def server():
    with Papsim("zero", "mtp",
                options=("--usbredir", "127.0.0.1:0", "--usbredir", "127.0.0.1:0")) as one:
        yield one


@pytest.fixture(autouse=True)
def serves_on(server):
    """After each case the player enumerates over either front, and nothing is left over."""
    yield
    with attach(server.usbredir()) as guest:
        assert guest.descriptor(1, 18).data[:2] == b"\x12\x01"
    server.free("1-1", "1-2")


def bulk_body(endpoint, length, stream=0):
    return struct.pack("<BBHIH", endpoint, 0, length & 0xFFFF, stream, length >> 16)


def control_body(endpoint, request_type, length):
    return struct.pack("<BBBBHHH", endpoint, 6, request_type, 0, 0x100, 0, length)


# ---- the greeting


@pytest.mark.parametrize("text", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                                  bytes.fromhex("16030100c8010000c4030352"), b"\0" * 64,
                                  b"\xff" * 64], ids=["http", "tls", "zeroes", "ones"])
def test_other_protocols_are_closed(server, text):
    with Guest(server.usbredir(), hello=False) as guest:
        guest.send(text)
        assert guest.closed()


@pytest.mark.parametrize("kind,body", [
    (redir.BULK_PACKET, bulk_body(0x81, 512)[:8]), (redir.CONTROL, control_body(0x80, 0x80, 18)),
    (redir.SET_CONFIGURATION, b"\1"), (redir.START_ISO, bytes([0x82, 8, 3])),
    (redir.START_INTERRUPT, b"\x83"), (redir.INTERRUPT_PACKET, struct.pack("<BBH", 3, 0, 0)),
])
def test_nothing_is_done_before_the_greeting(server, kind, body):
    with Guest(server.usbredir(), hello=False) as guest:
        guest.say(kind, body, 1)
        assert guest.closed()


def test_a_second_greeting_changes_nothing(server):
    with attach(server.usbredir()) as guest:
        guest.say(redir.HELLO, b"again".ljust(64) + bytes(4))
        assert guest.descriptor(1, 18).actual == 18


def test_half_a_greeting_has_a_deadline(server):
    """5 s; the others are served meanwhile."""
    slow = [Guest(server.usbredir(), hello=False) for _ in range(6)]
    for guest, part in zip(slow, (0, 1, 11, 12, 40, 79)):
        guest.send(guest.packet(redir.HELLO, guest.greeting())[:part])
    with attach(server.usbredir()) as guest:
        assert guest.descriptor(1, 18).actual == 18
    for guest in slow:
        assert guest.closed()
        guest.close()


def test_a_greeting_without_end_is_cut(server):
    with Guest(server.usbredir(), hello=False) as guest:
        guest.send(guest.packet(redir.HELLO, bytes(100), length=100 * MIB))
        assert guest.closed()
    assert server.memory() < 100 * 1024 or server.asan()


def test_many_connections_are_bounded(server):
    guests = [Guest(server.usbredir(), hello=False) for _ in range(20)]
    try:
        ends = 0
        for guest in guests[8:]:
            ends += guest.closed()
        assert ends == 12
    finally:
        for guest in guests:
            guest.close()


# ---- packets


@pytest.mark.parametrize("kind", [1, 2, 4, 5, 8, 11, 14, 17, 20, 27, 28, 50, 99, 104, 105,
                                  0x7FFFFFFF, 0xFFFFFFFF])
def test_packets_that_are_not_for_a_host_are_closed(server, kind):
    with attach(server.usbredir()) as guest:
        guest.say(kind, bytes(64), 1)
        assert guest.closed()


@pytest.mark.parametrize("kind,length", [
    (redir.RESET, 1), (redir.SET_CONFIGURATION, 0), (redir.SET_CONFIGURATION, 2),
    (redir.CANCEL, 4), (redir.START_ISO, 2), (redir.CONTROL, 9), (redir.BULK_PACKET, 9),
    (redir.ISO_PACKET, 3), (redir.FILTER, 0), (redir.BULK_PACKET, 0xFFFFFFFF),
    (redir.BULK_PACKET, 0x80000000), (redir.BULK_PACKET, 1 << 28), (redir.CONTROL, 1 << 27),
    (redir.FILTER, 1 << 27), (redir.INTERRUPT_PACKET, 1 << 26)])
def test_lengths_that_cannot_be_are_closed(server, kind, length):
    with attach(server.usbredir()) as guest:
        guest.send(guest.packet(kind, bytes(min(length, 64)), 1, length))
        assert guest.closed()
    assert server.memory() < 100 * 1024 or server.asan()


@pytest.mark.parametrize("body", [
    bulk_body(0x01, 4) + b"x" * 3, bulk_body(0x01, 4) + b"x" * 5, bulk_body(0x81, 4) + b"x" * 4,
    bulk_body(0x81, (16 << 20) + 1), bulk_body(0x81, 0xFFFFFFFF), bulk_body(0x81, 1 << 27)])
def test_bulk_lengths_that_disagree_are_closed(server, body):
    with attach(server.usbredir()) as guest:
        guest.configure()
        guest.say(redir.BULK_PACKET, body, 1)
        assert guest.closed()


@pytest.mark.parametrize("kind,body", [
    (redir.CONTROL, control_body(0x00, 0x00, 4) + b"x" * 3),
    (redir.CONTROL, control_body(0x80, 0x80, 4) + b"x" * 4),
    (redir.ISO_PACKET, struct.pack("<BBH", 0x82, 0, 4)),
    (redir.INTERRUPT_PACKET, struct.pack("<BBH", 0x83, 0, 4)),
    (redir.START_INTERRUPT, b"\x03"), (redir.STOP_INTERRUPT, b"\x03"),
    (redir.START_BULK, struct.pack("<IIBB", 0, 1024, 0x01, 4)),
    (redir.START_BULK, struct.pack("<IIBB", 0, 0xFFFFFFFF, 0x81, 4)),
    (redir.FILTER, b"no end"),
])
def test_what_the_protocol_rules_out_is_closed(server, kind, body):
    with attach(server.usbredir()) as guest:
        guest.configure()
        guest.say(kind, body, 1)
        assert guest.closed()


@pytest.mark.parametrize("endpoint", [0x00, 0x80, 0x0F, 0x8F, 0x11, 0x91, 0x7F, 0xFF, 0x82, 0x02])
def test_endpoints_that_are_not_there_are_refused(server, endpoint):
    with attach(server.usbredir()) as guest:
        guest.configure()
        guest.say(redir.BULK_PACKET, bulk_body(endpoint, 0), guest.number())
        assert guest.bulk_reply(guest.ids).status == redir.INVAL
        guest.say(redir.INTERRUPT_PACKET, struct.pack("<BBH", endpoint & 0x7F, 0, 0),
                  guest.number())
        assert guest.expect(redir.INTERRUPT_PACKET, guest.ids).body[1] == redir.INVAL
        assert guest.descriptor(1, 18).actual == 18


@pytest.mark.parametrize("endpoint", [0x01, 0x81, 0x7F, 0xFF])
def test_control_requests_go_to_endpoint_0(server, endpoint):
    with attach(server.usbredir()) as guest:
        guest.say(redir.CONTROL, control_body(endpoint, endpoint & 0x80, 0), guest.number())
        assert guest.expect(redir.CONTROL, guest.ids).body[3] == redir.INVAL


@pytest.mark.parametrize("text", [b"\0", b"x\0", b"-1,-1,-1,-1\0", b"|||\0", b",,,,\0",
                                  b"-1,-1,-1,-1,0|" * 4000 + b"\0", b"999,-1,-1,-1,1\0"])
def test_filters_that_make_no_sense(server, text):
    with attach(server.usbredir()) as guest:
        guest.say(redir.FILTER, text)
        try:
            guest.descriptor(1, 18)
        except Closed:
            pass


def test_an_id_in_flight_is_not_used_again(server):
    with attach(server.usbredir()) as guest:
        guest.configure()
        for _ in range(2):
            guest.say(redir.BULK_PACKET, bulk_body(0x84, 512), 7)
        assert guest.closed()


# ---- floods


def test_what_one_guest_holds_is_bounded(server):
    """16 MiB each, on a loopback that is full: at most 128 MiB are held."""
    with attach(server.usbredir()) as guest:
        guest.configure()
        piece = bytes(MIB)
        try:
            for _ in range(20):
                guest.send(guest.packet(redir.BULK_PACKET, bulk_body(0x04, 16 * MIB),
                                        guest.number(), 10 + 16 * MIB))
                for _ in range(16):
                    guest.send(piece)
            guest.rest()
        except (BrokenPipeError, ConnectionResetError, Closed):
            pass
        assert server.memory() < (128 + 40) * 1024 or server.asan()


def test_a_flood_of_requests_is_bounded(server):
    with attach(server.usbredir()) as guest:
        guest.configure()
        try:
            for first in range(1, 60_000, 1000):
                guest.send(b"".join(guest.packet(redir.BULK_PACKET, bulk_body(0x84, 512), number)
                                    for number in range(first, first + 1000)))
            guest.rest()
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert server.memory() < 100 * 1024 or server.asan()


def test_a_flood_of_cancels_and_resets(server):
    with attach(server.usbredir()) as guest:
        guest.configure()
        for _ in range(20):
            waiting = [guest.bulk(4, IN, 512) for _ in range(50)]
            guest.send(b"".join(guest.packet(redir.CANCEL, b"", number)
                                for number in waiting[::2] * 3))
            guest.say(redir.RESET)
            for number in waiting:
                assert guest.bulk_reply(number).status == redir.CANCELLED
            guest.configure()
        assert guest.transfer(1, IN, 512).status == redir.SUCCESS


@pytest.mark.parametrize("start", [
    (redir.START_BULK, struct.pack("<IIBB", 0, 64 << 10, 0x81, 8)), None])
def test_who_does_not_read_gets_no_more(server, start):
    """Answers pile up to what the socket takes; the other player is served meanwhile."""
    with attach(server.usbredir(), buffer=4096) as guest:
        guest.configure()
        if start:
            guest.say(*start, guest.number())
        else:
            for _ in range(60):
                guest.bulk(1, IN, MIB)
        before = server.memory()
        for _ in range(20):
            with attach(server.usbredir("1-2")) as other:
                assert other.descriptor(1, 18).actual == 18
        assert server.memory() < before + 40 * 1024 or server.asan()


def test_streams_are_started_and_stopped_without_end(server):
    with attach(server.usbredir()) as guest:
        guest.configure()
        guest.set_alt(0, 1)
        for turn in range(100):
            guest.say(redir.START_ISO, bytes([0x82, 1 + turn % 200, 1 + turn % 64]),
                      guest.number())
            guest.say(redir.START_BULK, struct.pack("<IIBB", 0, 512 * (1 + turn % 9), 0x81, 3),
                      guest.number())
            if turn % 3:
                guest.say(redir.STOP_ISO, b"\x82", guest.number())
            if turn % 5 == 0:
                guest.say(redir.RESET)
                guest.configure()
                guest.set_alt(0, 1)
        assert guest.descriptor(1, 18).actual == 18


# ---- cut off


@pytest.mark.parametrize("how", [Guest.close, Guest.reset])
@pytest.mark.parametrize("part", [1, 15, 16, 20, 26, 27, 70_000])
def test_cut_at_any_byte(server, how, part):
    guest = attach(server.usbredir())
    guest.configure()
    guest.send(guest.packet(redir.BULK_PACKET, bulk_body(0x01, 100_000) + bytes(100_000),
                            1)[:part])
    how(guest)


def test_byte_by_byte(server):
    with attach(server.usbredir()) as guest:
        guest.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        guest.configure()
        for byte in guest.packet(redir.BULK_PACKET, bulk_body(0x01, 40) + bytes(40), 900):
            guest.send(bytes([byte]))
        assert guest.bulk_reply(900).actual == 40


def test_many_packets_at_once(server):
    with attach(server.usbredir()) as guest:
        guest.configure()
        guest.send(b"".join(guest.packet(redir.BULK_PACKET, bulk_body(0x01, 700) + bytes(700),
                                         number) for number in range(1000, 1400)))
        assert [guest.bulk_reply(number).actual for number in range(1000, 1400)] == [700] * 400


@pytest.mark.parametrize("seed", range(20))
def test_drawn_packets(server, seed):
    """Whatever comes, no other is touched."""
    lot = random.Random(seed)
    with attach(server.usbredir()) as guest:
        guest.configure()
        try:
            for _ in range(200):
                kind = lot.choice([*range(28), *range(100, 105)])
                body = lot.randbytes(lot.choice([0, 1, 2, 3, 4, 8, 10, 14, 30]))
                guest.send(guest.packet(kind, body, lot.randrange(1 << 64),
                                        len(body) if lot.random() < 0.9 else lot.randrange(64)))
        except (BrokenPipeError, ConnectionResetError):
            pass


def test_nothing_is_left_behind(server):
    descriptors = server.descriptors()
    for _ in range(100):
        attach(server.usbredir()).reset()
    server.free("1-1", "1-2")
    assert server.descriptors() <= descriptors + 1
