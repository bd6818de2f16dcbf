"""What a player must survive: clients that die in mid-transfer, cancels at any byte, unplugging,
resets, sizes around every packet edge, events nobody fetches. Each case ends with a player that can
be imported, no finished object lost or torn, nothing unfinished listed, and papsim holding what it
held before: descriptors, threads, and (its exit status says so, built with ASan) memory."""
import random
import struct

import pytest

import usbip_client as usbip
from mtp_client import ALL, DATA, FILE_NAME, INCOMPLETE, OK, SIZE, Mtp, container
from papsim import Papsim
from survivor import TREE, Survivor
from tree import content
from usbip_client import IN, OUT

PACKET = 512
# Of the object: a container is 12 bytes longer. Around packets, buffers of clients, pages, pieces.
SIZES = sorted({0, 1, 2, 11, 12, 13} | {
    edge + near for edge in (500, 512, 1012, 1024, 1524, 2048, 4084, 4096, 8180, 8192, 16372, 16384,
                             16884, 65524, 65536, 131060, 131072, 1048564, 1048576)
    for near in (-1, 0, 1)})

def names(mtp):
    return {one[FILE_NAME] for one in mtp.objects().values()}


def leave_whole(mtp, handle, data):
    """What was there before all this is still whole; then nothing of the test is left."""
    assert mtp.content(handle) == data
    mtp.delete(handle)
    mtp.usb.close()


@pytest.fixture(scope="module")
def server():
    with Survivor() as one:
        yield one


@pytest.fixture(autouse=True)
def unharmed(server):
    yield
    server.check_unharmed()


def grown(server, before):
    """KiB; where ASan is, it looks for leaks itself."""
    return 0 if server.asan() else server.memory() - before


def end(connection, how):
    """A client that closes (fin), or is killed with answers unread (rst)."""
    connection.close() if how == "fin" else connection.reset()


def stream(connection):
    """What the client has sent since it imported the device."""
    sent = [data for direction, data in connection.log if direction == OUT]
    return b"".join(sent[1:])


# ---- clients that die


def recorded(server, work):
    """The bytes a client sends for it, and what it took."""
    mtp = server.session()
    start = len(stream(mtp.usb))
    result = work(mtp)
    sent = stream(mtp.usb)
    mtp.usb.close()
    return sent, start, result


def points(seed, first, last, count):
    """The ends, and as many points between."""
    chance = random.Random(seed)
    return sorted({first, first + 1, last - 1, last} | {chance.randrange(first, last)
                                                        for _ in range(count)})


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize("size", [700, 70000])
def test_a_client_dies_at_any_byte_of_a_send(server, size, how):
    data = content(size)
    sent, start, handle = recorded(server, lambda mtp: mtp.send("torn.bin", data))
    mtp = server.session()
    mtp.delete(handle)
    mtp.usb.close()
    for at in points(f"{size} {how}", start, len(sent), 40):
        connection = server.imported()
        connection.send(sent[:at])
        if at == len(sent):  # all of it: the answer says when it is there
            connection.half_close()
            connection.rest()
        end(connection, how)
        mtp = server.session()
        found = [(one[FILE_NAME], one[SIZE], number) for number, one in mtp.objects().items()
                 if one[FILE_NAME] not in TREE]
        if at < len(sent) and found == []:
            assert mtp.content(mtp.send("torn.bin", data)) == data
            found = [("torn.bin", size, number) for number, one in mtp.objects().items()
                     if one[FILE_NAME] == "torn.bin"]
        # Either not there, or whole: the last bytes of the stream only ask for the response.
        assert [(name, length) for name, length, _ in found] == [("torn.bin", size)], at
        assert mtp.content(found[0][2]) == data
        mtp.delete(found[0][2])
        mtp.usb.close()


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_a_client_dies_at_any_byte_of_a_get(server, how):
    data = content(90000)
    mtp = server.session()
    handle = mtp.send("whole.bin", data)
    mtp.usb.close()
    sent, start, got = recorded(server, lambda mtp: mtp.content(handle))
    assert got == data
    for at in points(how, start, len(sent), 40):
        connection = server.imported()
        connection.send(sent[:at])
        end(connection, how)
    mtp = server.session()
    leave_whole(mtp, handle, data)


# ---- cancels


@pytest.mark.parametrize("unit", [PACKET, 1], ids=["packet", "byte"])
@pytest.mark.parametrize("size", [1000, 16384 - 12, 200000])
def test_a_send_cancelled_anywhere(server, size, unit):
    """In one session: after each cancel the next transaction works, the object is not there. At
    full packets the device waits for more; any other byte ends the transfer, before its time."""
    mtp, data = server.session(), content(size)
    chance = random.Random(size)
    most = (size + 11) // unit
    status = 0
    for cut in sorted({0, 1, most} | {chance.randrange(most) for _ in range(40)}):
        mtp.announce("cut.bin", size)
        mtp.command(0x100D)
        sent = container(DATA, 0x100D, mtp.transaction, data)[:cut * unit]
        for at in range(0, len(sent), 4096):
            part = sent[at:at + 4096]
            status = mtp.usb.transfer(mtp.bulk_out, OUT, len(part), part).status
            assert status == 0 or (status == usbip.EPIPE and cut * unit < 12)  # half a header
        if status == usbip.EPIPE:
            mtp.resume()
        mtp.cancel()
        mtp.settle()
        mtp.next()
        assert names(mtp) == TREE
    handle = mtp.send("cut.bin", data)
    leave_whole(mtp, handle, data)


@pytest.mark.parametrize("size", [1000, 16384 - 12, 200000])
def test_a_get_cancelled_at_any_packet(server, size):
    """Nothing stale comes afterwards."""
    mtp, data = server.session(), content(size)
    handle = mtp.send("whole.bin", data)
    chance = random.Random(size)
    for packets in {0, 1, (size + 12) // PACKET} | {chance.randrange((size + 12) // PACKET + 1)
                                                    for _ in range(40)}:
        mtp.command(0x1009, handle)
        if packets:
            assert mtp.usb.transfer(mtp.bulk_in, IN, packets * PACKET).status == 0
        mtp.cancel()
        mtp.settle()
        mtp.next()
        assert mtp.ask(0x1006, ALL, 0, 0).params == (len(TREE) + 1,)
        assert mtp.content(handle) == data
    leave_whole(mtp, handle, data)


# ---- unplugged, reset


def begin(mtp, direction, handle):
    """In the middle of 1 MB, with a URB waiting where one can."""
    if direction == "send":
        mtp.announce("cut.bin", 1 << 20)
        mtp.command(0x100D)
        sent = container(DATA, 0x100D, mtp.transaction, content(1 << 20))[:64 * PACKET]
        assert mtp.usb.transfer(mtp.bulk_out, OUT, len(sent), sent).status == 0
    else:
        mtp.command(0x1009, handle)
        assert mtp.usb.transfer(mtp.bulk_in, IN, 64 * PACKET).status == 0


@pytest.mark.parametrize("direction", ["send", "get"])
def test_cancelled_with_transfers_under_way(server, direction):
    """As by a client that is interrupted: its URBs are unlinked, wherever they are, then Cancel."""
    mtp, data = server.session(), content(1 << 20)
    handle = mtp.send("whole.bin", data)
    chance = random.Random(direction)
    for _ in range(20):
        begin(mtp, direction, handle)
        urbs, victims = b"", []
        for _ in range(chance.randrange(1, 5)):
            room = chance.randrange(1, 600) * PACKET
            urbs += (mtp.usb.urb(mtp.bulk_in, IN, room) if direction == "get" else
                     mtp.usb.urb(mtp.bulk_out, OUT, room, bytes(room)))
            victims.append(mtp.usb.seqnum)
        unlinks = b"".join(mtp.usb.cancel(victim) for victim in reversed(victims))
        mtp.usb.send(urbs + unlinks)
        over = set()
        while len(over) < len(victims):  # each is answered once and its UNLINK says how
            reply = mtp.usb.reply()
            if reply.command == usbip.RET_UNLINK:
                assert reply.status in (0, usbip.ECONNRESET)
                over.add(reply.seqnum)
        mtp.cancel()
        mtp.settle()
        mtp.next()
        assert names(mtp) == TREE | {"whole.bin"}
    leave_whole(mtp, handle, data)


@pytest.mark.parametrize("direction", ["send", "get"])
def test_the_device_cancels(server, direction):
    """Both pipes halt until the host has cleared them; nothing of the old transfer follows."""
    mtp, data = server.session(), content(1 << 20)
    handle = mtp.send("whole.bin", data)
    begin(mtp, direction, handle)
    server.tell("cancel", busid="1-1")
    if direction == "send":
        assert mtp.usb.transfer(mtp.bulk_out, OUT, PACKET, bytes(PACKET)).status == usbip.EPIPE
    else:
        assert mtp.usb.transfer(mtp.bulk_in, IN, PACKET).status == usbip.EPIPE
    mtp.settle()
    mtp.next()
    assert names(mtp) == TREE | {"whole.bin"}
    leave_whole(mtp, handle, data)


@pytest.mark.parametrize("direction", ["send", "get"])
@pytest.mark.parametrize("how", ["fin", "rst", "unplug"])
def test_detached_in_mid_transfer_and_attached_again(server, direction, how):
    data = content(1 << 20)
    mtp = server.session()
    handle = mtp.send("whole.bin", data)
    for _ in range(5):
        begin(mtp, direction, handle)
        if how == "unplug":
            mtp.usb.send(mtp.usb.urb(mtp.events, IN, 64))
            server.tell("unplug", busid="1-1")
            mtp.usb.rest()
            mtp.usb.close()
            with server.connect() as connection:
                assert connection.take() != 0
            server.tell("plug", busid="1-1")
        else:
            end(mtp.usb, how)
        mtp = server.session()
        assert names(mtp) == TREE | {"whole.bin"}
    leave_whole(mtp, handle, data)


@pytest.mark.parametrize("direction", ["send", "get"])
def test_configured_anew_in_mid_transfer(server, direction):
    """What a bus reset is over USB/IP: the kernel sets the configuration again."""
    data = content(1 << 20)
    mtp = server.session()
    handle = mtp.send("whole.bin", data)
    for _ in range(5):
        begin(mtp, direction, handle)
        mtp.usb.configure()
        mtp = Mtp(mtp.usb)
        assert names(mtp) == TREE | {"whole.bin"}
    leave_whole(mtp, handle, data)


def test_two_hundred_plug_cycles(server):
    """By both ends in turn, with a session and an event URB open; memory stays what it was."""
    resident = None
    for cycle in range(200):
        mtp = server.session()
        mtp.usb.send(mtp.usb.urb(mtp.events, IN, 64))
        if cycle % 2:
            server.tell("unplug", busid="1-1")
            mtp.usb.rest()
            server.tell("plug", busid="1-1")
        mtp.usb.close()
        if cycle == 99:
            resident = server.memory()
    server.imported().close()
    assert grown(server, resident) < 64


# ---- sizes


@pytest.mark.parametrize("busid, room", [(b"1-1", 512), (b"1-1", 16384), (b"1-1", 1 << 20),
                                         (b"1-2", 64), (b"1-2", 16384)])
def test_every_size_comes_back_byte_for_byte(server, busid, room):
    """In both directions, with URBs of this room; a header may have a transfer of its own."""
    mtp = server.session(busid)
    packet = 64 if busid == b"1-2" else PACKET
    for size in [size for size in SIZES if size <= 70000 or room > 10000]:
        data = content(size)
        handle = mtp.announce("edge.bin", size)
        mtp.command(0x100D)
        sent = container(DATA, 0x100D, mtp.transaction, data)
        for at in range(0, len(sent), room):
            part = sent[at:at + room]
            assert mtp.usb.transfer(mtp.bulk_out, OUT, len(part), part).status == 0
        if len(sent) % packet == 0:
            assert mtp.usb.transfer(mtp.bulk_out, OUT, 0).status == 0
        assert mtp.response().code == OK, size
        mtp.next()
        mtp.command(0x1009, handle)
        got = mtp.get(room)
        assert got == container(DATA, 0x1009, mtp.transaction, data), size
        assert mtp.response().code == OK
        mtp.next()
        half = size // 2
        partial = mtp.ask(0x101B, handle, half, size - half)
        assert partial.data == data[half:] and partial.params == (size - half,)
        mtp.delete(handle)
    mtp.usb.close()


def test_another_length_than_announced_is_no_object(server):
    mtp = server.session()
    for announced, came in ((500, 499), (500, 501), (500, 0), (0, 1), (1012, 500), (500, 1012)):
        mtp.announce("wrong.bin", announced)
        assert mtp.run(0x100D, send=content(came)).code == INCOMPLETE, (announced, came)
        assert names(mtp) == TREE
    mtp.usb.close()


def test_objects_beyond_4_gib(tmp_path):
    """Sparse on the disk, true at both ends and around 4 GiB, also after a restart."""
    size, pieces = (5 << 30) + 13, {}
    state = tmp_path / "state"

    def check(mtp, handle):
        assert mtp.objects()[handle][SIZE] == size
        for at, data in pieces.items():
            got = mtp.ask(0x95C1, handle, at & ALL, at >> 32, len(data)).data
            assert got == data, at
        mtp.command(0x1009, handle)
        head = mtp.usb.transfer(mtp.bulk_in, IN, 64 * PACKET).data
        assert head[:12] == container(DATA, 0x1009, mtp.transaction, length=ALL)
        assert head[12:112] == pieces[0]
        mtp.cancel()
        mtp.settle()
        mtp.next()

    with Papsim("mtp-large", state=state) as server:
        mtp = server.session()
        handle = mtp.announce("beyond.bin", ALL)
        mtp.ask(0x95C4, handle)
        mtp.ask(0x95C3, handle, size & ALL, size >> 32)
        for at in (0, (4 << 30) - 50, size - 100):
            pieces[at] = random.Random(at).randbytes(100)
            mtp.ask(0x95C2, handle, at & ALL, at >> 32, 100, send=pieces[at])
        mtp.ask(0x95C5, handle)
        check(mtp, handle)
        mtp.usb.close()
    with Papsim("mtp-large", state=state) as server:
        check(server.session(), handle)
    blocks = sum(path.stat().st_blocks * 512 for path in state.rglob("*"))
    assert blocks < 1 << 20, blocks


# ---- events nobody fetches


def test_an_interrupt_endpoint_nobody_polls(server):
    """More events than any queue holds; transactions go on, and who polls at last gets some."""
    mtp = server.session()
    resident = server.memory()
    for level in range(600):
        server.tell("battery", busid="1-1", level=level % 100 + 1)
        if level % 100 == 0:
            handle = mtp.send("while.bin", content(3000))
            assert mtp.content(handle) == content(3000)
            mtp.delete(handle)
    assert grown(server, resident) < 256
    event = mtp.usb.transfer(mtp.events, IN, 64)
    length, kind, code = struct.unpack("<IHH", event.data[:8])
    assert (event.status, length, kind) == (0, len(event.data), 4) and 0x4000 < code < 0xC900
    server.tell("battery", busid="1-1", level=80)
    mtp.usb.close()
