"""The usbredir front as an emulator meets it: what a player says of itself, transfers of all
kinds, and its coming and going while a guest runs."""
import socket
import struct
import time

import pytest

import tree
import usbredir_guest as redir
from mtp_client import Mtp
from papsim import Papsim, papsim, refused
from usbip_client import BULK, IN, INTERRUPT, OUT
from usbredir_guest import Guest, attach

HERE = "127.0.0.1:0"


@pytest.fixture(scope="module")
def mtp():
    with Papsim("mtp", options=("--usbredir", HERE)) as one:
        yield one


@pytest.fixture(scope="module")
def zero():
    with Papsim("zero", options=("--usbredir", HERE)) as one:
        yield one


def zero_guest(zero, setting=0):
    guest = attach(zero.usbredir()).configure()
    if setting:
        guest.set_alt(0, setting)
    return guest


# ---- the player as the guest is told of it


@pytest.mark.parametrize("name,speed", [("mtp", 2), ("mtp-full-speed", 1), ("mtp-super-speed", 3)])
def test_the_player_is_described_before_it_is_connected(name, speed):
    with Papsim(name, options=("--usbredir", HERE)) as one, Guest(one.usbredir()) as guest:
        kinds = [guest.hear().kind for _ in range(4)]
        assert kinds[0] == redir.HELLO and kinds[3] == redir.CONNECT
        assert sorted(kinds[1:3]) == [redir.INTERFACES, redir.ENDPOINTS]
        assert guest.peer == redir.EVERYTHING
        said = guest.descriptor(1, 18).data
        # speed, class triple, ids and release: those of the device descriptor
        assert guest.device == (speed, *said[4:7], *struct.unpack("<HHH", said[8:14]))
        total = guest.descriptor(2, 65535).data
        assert guest.interfaces == [(total[9 + 2], *total[9 + 5:9 + 8])]
        assert set(guest.endpoints()) == {(0, BULK), (1, BULK), (1, INTERRUPT)}
        size = guest.packet_size(0x80 | guest.endpoints()[1, BULK])
        assert size == {1: 64, 2: 512, 3: 1024}[speed]
        assert guest.eps[0] == guest.eps[16] == 0


@pytest.mark.parametrize("caps", [0, redir.caps_of(redir.CAP_VERSION), redir.UNSIZED,
                                  redir.caps_of(redir.CAP_64), redir.caps_of(redir.CAP_32)])
def test_a_guest_that_can_less_is_spoken_to_so(mtp, caps):
    with Guest(mtp.usbredir(), caps=caps) as guest:
        lengths = {packet.kind: len(packet.body) for packet in (guest.hear() for _ in range(4))}
        assert lengths[redir.CONNECT] == (10 if caps & 1 << redir.CAP_VERSION else 8)
        assert lengths[redir.ENDPOINTS] == 96 + (64 if caps & 1 << redir.CAP_PACKET_SIZE else 0) + (
            128 if caps & 1 << redir.CAP_STREAMS else 0)
        guest.eps = bytes(96)
        guest.configure()
        out, into = 2, 1
        command = struct.pack("<IHHI", 12, 1, 0x1001, 0)  # GetDeviceInfo
        assert guest.transfer(out, OUT, len(command), command).status == redir.SUCCESS
        data = guest.transfer(into, IN, 4096)
        assert struct.unpack("<IHH", data.data[:8]) == (data.actual, 2, 0x1001)


# ---- transfers


def test_a_session_goes_as_over_usbip(mtp):
    with attach(mtp.usbredir()) as guest:
        mine = Mtp(guest.configure())
        listed = mine.ask(0x1001).data
    with mtp.imported() as usb:
        usb.configure()
        assert Mtp(usb).ask(0x1001).data == listed


@pytest.mark.parametrize("size", [0, 1, 511, 512, 65535, 65536, 1 << 20, (1 << 20) + 1])
def test_payloads_go_both_ways(zero, size):
    size_in = size // 512 * 512
    with zero_guest(zero) as guest:
        sent = guest.transfer(1, OUT, size, bytes(size))
        assert (sent.status, sent.actual, sent.data) == (redir.SUCCESS, size, b"")
        got = guest.transfer(1, IN, size_in)
        assert (got.status, got.actual, len(got.data)) == (redir.SUCCESS, size_in, size_in)


def test_ids_have_64_bits(zero):
    with zero_guest(zero) as guest:
        guest.ids = (1 << 63) + 5
        assert guest.transfer(1, IN, 512).status == redir.SUCCESS
        guest.ids = (1 << 64) - 2
        assert guest.transfer(1, IN, 512).status == redir.SUCCESS


def test_a_stall_a_babble_and_an_absent_endpoint_have_their_names(zero):
    with zero_guest(zero) as guest:
        assert guest.control(0xC0, 0x77, 0, 0, 8).status == redir.STALL
        assert guest.transfer(1, IN, 700).status == redir.BABBLE
        assert guest.transfer(9, IN, 512).status == redir.INVAL
        assert guest.control(0x02, 3, 0, 0x81, 0).status == redir.SUCCESS
        assert guest.transfer(1, IN, 512).status == redir.STALL
        assert guest.control(0x02, 1, 0, 0x81, 0).status == redir.SUCCESS
        assert guest.transfer(1, IN, 512).status == redir.SUCCESS


def test_cancelled_packets_are_answered_once(zero):
    """The loopback has nothing to give: these wait."""
    with zero_guest(zero) as guest:
        waiting = [guest.bulk(4, IN, 512) for _ in range(3)]
        guest.say(redir.CANCEL, number=waiting[1])
        answer = guest.bulk_reply(waiting[1])
        assert (answer.status, answer.actual, answer.data) == (redir.CANCELLED, 0, b"")
        guest.say(redir.CANCEL, number=waiting[1])  # it is over
        guest.say(redir.CANCEL, number=4711)  # there never was one
        assert guest.transfer(4, OUT, 512, b"x" * 512).status == redir.SUCCESS
        assert guest.bulk_reply(waiting[0]).data == b"x" * 512
        guest.say(redir.CANCEL, number=waiting[2])
        assert guest.bulk_reply(waiting[2]).status == redir.CANCELLED
        assert guest.descriptor(1, 18).actual == 18
        assert redir.BULK_PACKET not in {packet.kind for packet in guest.kept}


def test_configurations_and_settings(zero):
    with attach(zero.usbredir()) as guest:
        number = guest.number()
        guest.say(redir.GET_CONFIGURATION, number=number)
        assert guest.expect(redir.CONFIGURED, number).body == bytes([redir.SUCCESS, 0])
        guest.configure()
        guest.set_alt(0, 2)
        assert (1, INTERRUPT) in guest.endpoints()
        guest.say(redir.GET_ALT, b"\0", guest.number())
        assert guest.expect(redir.ALT).body == bytes([redir.SUCCESS, 0, 2])
        guest.say(redir.SET_ALT, b"\0\7", guest.number())
        assert guest.expect(redir.ALT).body == bytes([redir.STALL, 0, 7])
        guest.say(redir.SET_CONFIGURATION, b"\7", guest.number())
        assert guest.expect(redir.CONFIGURED).body == bytes([redir.STALL, 7])
        guest.configure(0)
        assert not guest.endpoints() and not guest.interfaces


def test_interrupt_packets_come_by_themselves(zero):
    with zero_guest(zero, 2) as guest:
        guest.say(redir.START_INTERRUPT, b"\x83", guest.number())
        assert guest.expect(redir.INTERRUPT_STATUS).body == bytes([redir.SUCCESS, 0x83])
        for number in range(20):
            packet = guest.expect(redir.INTERRUPT_PACKET)
            assert (packet.id, packet.body[:4]) == (number, struct.pack("<BBH", 0x83, 0, 1024))
            assert len(packet.body) == 4 + 1024
        guest.say(redir.STOP_INTERRUPT, b"\x83", guest.number())
        assert guest.expect(redir.INTERRUPT_STATUS).body == bytes([redir.SUCCESS, 0x83])
        sent = struct.pack("<BBH", 3, 0, 9) + bytes(9)
        number = guest.number()
        guest.say(redir.INTERRUPT_PACKET, sent, number)
        assert guest.expect(redir.INTERRUPT_PACKET, number).body == sent[:4]


def test_a_halted_interrupt_endpoint_says_so_once_and_goes_on(zero):
    with zero_guest(zero, 2) as guest:
        for _ in range(2):
            assert guest.control(0x02, 3, 0, 0x83, 0).status == redir.SUCCESS
            guest.say(redir.START_INTERRUPT, b"\x83", guest.number())
            assert guest.expect(redir.INTERRUPT_STATUS).body == bytes([redir.SUCCESS, 0x83])
            packet = guest.expect(redir.INTERRUPT_PACKET)
            assert packet.body == struct.pack("<BBH", 0x83, redir.STALL, 0)
            assert guest.descriptor(1, 18).actual == 18
            assert redir.INTERRUPT_PACKET not in {packet.kind for packet in guest.kept}
            assert guest.control(0x02, 1, 0, 0x83, 0).status == redir.SUCCESS
            packets = [guest.expect(redir.INTERRUPT_PACKET) for _ in range(9)]
            assert {packet.body[1] for packet in packets} == {redir.SUCCESS}
            guest.say(redir.STOP_INTERRUPT, b"\x83", guest.number())
            guest.expect(redir.INTERRUPT_STATUS)
            guest.kept.clear()


def test_isochronous_packets_are_paced(zero):
    """One packet a millisecond."""
    with zero_guest(zero, 1) as guest:
        begin = time.monotonic()
        guest.say(redir.START_ISO, bytes([0x82, 8, 3]), guest.number())
        assert guest.expect(redir.ISO_STATUS).body == bytes([redir.SUCCESS, 0x82])
        for number in range(80):
            packet = guest.expect(redir.ISO_PACKET)
            assert packet.id == number
            assert packet.body == struct.pack("<BBH", 0x82, redir.SUCCESS, 1024) + bytes(1024)
        assert time.monotonic() - begin >= 0.070
        guest.say(redir.STOP_ISO, b"\x82", guest.number())
        assert guest.expect(redir.ISO_STATUS).body == bytes([redir.SUCCESS, 0x82])
        guest.say(redir.START_ISO, bytes([0x02, 8, 3]), guest.number())
        assert guest.expect(redir.ISO_STATUS).body == bytes([redir.SUCCESS, 0x02])
        for _ in range(50):
            guest.say(redir.ISO_PACKET, struct.pack("<BBH", 2, 0, 100) + bytes(100),
                      guest.number())
        assert guest.descriptor(1, 18).actual == 18


def test_bulk_receiving(zero):
    with zero_guest(zero) as guest:
        guest.say(redir.START_BULK, struct.pack("<IIBB", 0, 1024, 0x81, 4), guest.number())
        assert guest.expect(redir.BULK_STATUS).body == struct.pack("<IBB", 0, 0x81, redir.SUCCESS)
        for number in range(100):
            packet = guest.expect(redir.BUFFERED)
            assert (packet.id, len(packet.body)) == (number, 10 + 1024)
        # one reader of an endpoint at a time
        assert guest.bulk_reply(guest.bulk(1, IN, 512)).status == redir.INVAL
        guest.say(redir.STOP_BULK, struct.pack("<IB", 0, 0x81), guest.number())
        assert guest.expect(redir.BULK_STATUS).body[5] == redir.SUCCESS
        assert guest.transfer(1, IN, 512).status == redir.SUCCESS


def test_streams_are_refused(zero):
    with zero_guest(zero) as guest:
        guest.say(redir.ALLOC_STREAMS, struct.pack("<II", 1 << 17, 4), 77)
        assert guest.expect(redir.STREAMS_STATUS, 77).body == struct.pack("<IIB", 1 << 17, 4,
                                                                          redir.INVAL)
        guest.say(redir.FREE_STREAMS, struct.pack("<I", 1 << 17), 78)
        assert guest.expect(redir.STREAMS_STATUS, 78).body[8] == redir.INVAL
        assert guest.bulk_reply(guest.bulk(1, IN, 512, stream=3)).status == redir.INVAL


@pytest.mark.parametrize("kind,body,told,status", [
    (redir.START_ISO, bytes([0x82, 0, 3]), redir.ISO_STATUS, redir.INVAL),
    (redir.START_ISO, bytes([0x82, 8, 0]), redir.ISO_STATUS, redir.INVAL),
    (redir.START_ISO, bytes([0x82, 8, 200]), redir.ISO_STATUS, redir.INVAL),
    (redir.START_ISO, bytes([0x81, 8, 3]), redir.ISO_STATUS, redir.INVAL),
    (redir.START_INTERRUPT, b"\x81", redir.INTERRUPT_STATUS, redir.INVAL),
    (redir.START_INTERRUPT, b"\x83", redir.INTERRUPT_STATUS, redir.INVAL),
])
def test_what_cannot_be_started_says_so(zero, kind, body, told, status):
    with zero_guest(zero, 1) as guest:
        guest.say(kind, body, guest.number())
        assert guest.expect(told).body[0] == status


# ---- coming and going


def test_a_reset_leaves_it_unconfigured(zero):
    with zero_guest(zero) as guest:
        waiting = guest.bulk(4, IN, 512)
        guest.say(redir.RESET)
        assert guest.bulk_reply(waiting).status == redir.CANCELLED
        assert guest.control(0x80, 8, 0, 0, 1).data == b"\0"
        guest.configure()
        assert guest.transfer(1, IN, 512).status == redir.SUCCESS


@pytest.mark.parametrize("acks", [True, False])
def test_it_is_unplugged_and_plugged_in_while_the_guest_runs(acks):
    caps = redir.EVERYTHING & ~(0 if acks else 1 << redir.CAP_ACK)
    with Papsim("zero", options=("--usbredir", HERE)) as one, \
            Guest(one.usbredir(), caps=caps) as guest:
        for _ in range(3):
            guest.connected().configure()
            waiting = guest.bulk(4, IN, 512)
            assert guest.descriptor(1, 18).actual == 18
            one.tell("unplug")
            assert guest.bulk_reply(waiting).status == redir.CANCELLED
            guest.expect(redir.DISCONNECT)
            late = guest.bulk(1, IN, 512)
            assert guest.bulk_reply(late).status == redir.IOERROR
            one.tell("plug")
            if acks:
                guest.say(redir.ACK)


def test_one_importer_whichever_front(mtp):
    with mtp.imported() as usb, Guest(mtp.usbredir()) as guest:
        guest.expect(redir.HELLO)
        assert guest.device is None
        usb.close()
        guest.connected()
        with mtp.connect() as other:
            assert other.take(b"1-1") == 2  # in use
        with Guest(mtp.usbredir()) as second:
            second.expect(redir.HELLO)
            guest.close()
            second.connected()
    mtp.free("1-1")


@pytest.mark.parametrize("how", [Guest.close, Guest.reset])
def test_a_guest_that_vanishes_leaves_the_player_and_what_it_acknowledged(how, tmp_path):
    with Papsim("mtp", options=("--usbredir", HERE), state=tmp_path) as one:
        sent = []
        for turn in range(3):
            mine = Mtp(attach(one.usbredir()).configure())
            sent.append(mine.send(f"kept-{turn}.bin", bytes([turn]) * 100_000))
            mine.announce("lost.bin", 100_000)
            mine.command(0x100D)
            # a transfer that is half there, at the end of a connection
            mine.usb.send(mine.usb.packet(
                redir.BULK_PACKET, struct.pack("<BBHIH", mine.bulk_out, 0, 16384, 0, 0) + b"x" * 9,
                99, 10 + 16384))
            how(mine.usb)
            one.free("1-1")
        with attach(one.usbredir()) as guest:
            mine = Mtp(guest.configure())
            for turn, handle in enumerate(sent):
                assert mine.content(handle) == bytes([turn]) * 100_000
            assert "lost.bin" not in str(mine.objects())


def test_a_filter_of_the_guest_refuses_it():
    with Papsim("mtp", options=("--usbredir", HERE)) as one, Guest(one.usbredir()) as guest:
        guest.connected()
        guest.say(redir.FILTER, b"0x06,-1,-1,-1,0|-1,-1,-1,-1,1\0")
        guest.expect(redir.DISCONNECT)
        one.free("1-1")
        guest.say(redir.ACK)
        guest.say(redir.FILTER, b"-1,-1,-1,-1,1\0")
        guest.connected()
        guest.say(redir.FILTER_REJECT)
        guest.expect(redir.DISCONNECT)
        one.free("1-1")
        assert one.log.count("refuses") == 2


# ---- sockets


def test_two_players_a_path_and_a_port(tmp_path):
    path = tmp_path / "socket"
    with Papsim("mtp", "zero",
                options=("--usbredir", f"1-2={path}", "--usbredir", HERE)) as one:
        assert one.usbredir("1-2") == str(path)
        with attach(str(path)) as guest, attach(one.usbredir("1-1")) as other:
            assert (guest.device[4], other.device[4]) == (0x0525, 0x1209)
        assert one.end()[0] == 0
        assert not path.exists()


def test_it_connects_and_connects_again(tmp_path):
    path = str(tmp_path / "emulator")
    with Papsim("zero", options=("--usbredir-to", path)) as one, \
            socket.socket(socket.AF_UNIX) as emulator:
        deadline = time.monotonic() + tree.SECONDS
        while "No such file or directory; it is tried again" not in one.log:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        emulator.bind(path)
        emulator.listen()
        emulator.settimeout(tree.SECONDS)
        for _ in range(2):
            accepted, _ = emulator.accept()
            accepted.settimeout(tree.SECONDS)
            with Guest(accepted) as guest:
                guest.connected().configure()
                assert guest.transfer(1, IN, 512).status == redir.SUCCESS


def test_it_connects_over_tcp():
    with socket.create_server(("127.0.0.1", 0)) as emulator:
        emulator.settimeout(tree.SECONDS)
        place = f"1-1=127.0.0.1:{emulator.getsockname()[1]}"
        with Papsim("zero", options=("--usbredir-to", place)):
            accepted, _ = emulator.accept()
            accepted.settimeout(tree.SECONDS)
            with Guest(accepted) as guest:
                assert guest.connected().descriptor(1, 18).actual == 18


@pytest.mark.parametrize("option,value,word", [
    ("--usbredir", "", "expected"), ("--usbredir", "localhost:1", "Invalid argument"),
    ("--usbredir", ":1", "expected"), ("--usbredir", "127.0.0.1:65536", "expected"),
    ("--usbredir", "1-9=127.0.0.1:0", "1-9"), ("--usbredir", "/nowhere/at/all", "No such file"),
    ("--usbredir", "/" + "x" * 200, "too long"), ("--usbredir-to", "/" + "x" * 200, "too long"),
    ("--usbredir-to", "127.0.0.1:0", "expected"),
    ("--usbredir-to", "nowhere:7", "Invalid argument"),
])
def test_what_cannot_be_is_said_in_a_line(option, value, word):
    done = papsim("serve", "--player", "zero", "--listen", "127.0.0.1:0", option, value)
    refused(done, option, word)


def test_more_ports_than_players():
    refused(papsim("serve", "--player", "zero", "--listen", "127.0.0.1:0", "--usbredir", HERE,
                   "--usbredir", HERE), "--usbredir", "no player left")


# ---- what is seen of it


def test_defects_work_over_either_front():
    with Papsim("mtp", options=("--usbredir", HERE)) as one, attach(one.usbredir()) as guest:
        mine = Mtp(guest.configure())
        assert mine.run(0x1001).code == 0x2001
        one.tell("deviate", name="device-info-not-in-session")
        assert mine.run(0x1001).code != 0x2001


def test_the_capture_shows_both_fronts_alike(tmp_path):
    """Submitted and completed: as many blocks of each endpoint and the same lengths."""
    def blocks(file):
        data, at, found = file.read_bytes(), 0, []
        while at < len(data):
            kind, length = struct.unpack_from("<II", data, at)
            if kind == 6:
                mon = data[at + 28:at + 28 + 64]
                found.append((chr(mon[8]), mon[9], mon[10], *struct.unpack_from("<iI", mon, 28)))
            at += length
        return found

    def session(usb):
        mine = Mtp(usb)
        mine.ask(0x1001)
        mine.ask(0x1004)
        return usb

    files = tmp_path / "redir", tmp_path / "usbip"
    with Papsim("mtp", options=("--usbredir", HERE, "--capture", files[0])) as one, \
            attach(one.usbredir()) as guest:
        guest.configure()
        session(guest)
    with Papsim("mtp", options=("--capture", files[1])) as one, one.imported() as usb:
        usb.control(0x00, 9, 1, 0, 0)
        usb.endpoints = guest.endpoints  # it would read descriptors
        session(usb)
    assert blocks(files[0]) == blocks(files[1])
