"""Runs inside the machine: the tests' own initiator, over libusb and the kernel's usbfs. Each verb
ends with status 0 only when all of it came true.

    kernel_stress.py CONTROL-PORT BUSID sizes|cancels|interrupted|events|settled WORDS..."""
import errno
import json
import pathlib
import random
import socket
import struct
import sys

import usb.core
import usb.util

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import mtp_client  # noqa: E402
from mtp_client import ALL, DATA, Mtp, container  # noqa: E402
from usbip_client import IN, OUT, RET_SUBMIT, Reply  # noqa: E402
from vm import HOST_SEEN_FROM_GUEST  # noqa: E402

VENDOR, PRODUCT = 0x1209, 0x4D54
PACKET = 512
MILLISECONDS = 60000  # for what must come; a deadline, never a measure
SOON = 50             # after which a transfer that cannot end is taken back
URB = 16384           # what libusb hands the kernel in one piece, whatever the kernel can do
HEADER = 48           # of every USB/IP message
EVENTS = 64           # as many as the player keeps (mtp/mtpr_internal.h)


class KernelConnection:
    """What mtp_client needs of a connection, by libusb."""

    def __init__(self):
        self.device = usb.core.find(idVendor=VENDOR, idProduct=PRODUCT)
        assert self.device is not None, "no player"
        usb.util.claim_interface(self.device, 0)

    def close(self):
        usb.util.dispose_resources(self.device)

    def endpoints(self):
        interface = self.device.get_active_configuration()[(0, 0)]
        return {(one.bEndpointAddress >> 7, one.bmAttributes & 3): one.bEndpointAddress & 15
                for one in interface}

    def transfer(self, endpoint, direction, length, data=b"", timeout=MILLISECONDS):
        status, got = 0, b""
        try:
            if direction == IN:
                got = bytes(self.device.read(endpoint | 0x80, length, timeout))
            else:
                self.device.write(endpoint, data, timeout)
        except usb.core.USBError as error:
            status = -error.errno
        return Reply(RET_SUBMIT, 0, 0, direction, endpoint, status, len(got), 0, 0, got)

    def control(self, request_type, request, value, index, length, data=b""):
        asked = length if request_type & 0x80 else data
        status, got = 0, b""
        try:
            done = self.device.ctrl_transfer(request_type, request, value, index, asked,
                                             MILLISECONDS)
            got = bytes(done) if request_type & 0x80 else b""
        except usb.core.USBError as error:
            status = -error.errno
        return Reply(RET_SUBMIT, 0, 0, request_type >> 7, 0, status, len(got), 0, 0, got)


class Host:
    """The relay before papsim, and papsim's control socket behind it."""

    def __init__(self, port, busid):
        self.port, self.busid = port, busid

    def ask(self, verb, **more):
        with socket.create_connection((HOST_SEEN_FROM_GUEST, self.port)) as connection:
            connection.sendall(json.dumps({"verb": verb, **more}).encode() + b"\n")
            answer = json.loads(connection.makefile().readline())
        assert answer["ok"], answer
        return answer

    def player(self, verb, **more):
        return self.ask(verb, busid=self.busid, **more)


def content(size):
    return random.Random(size).randbytes(size)


def names(mtp):
    return {one[mtp_client.FILE_NAME] for one in mtp.objects().values()}


def sizes(_host, mtp, words):
    """There, back, and the second half, of every size; a header may have a transfer of its own."""
    for size in map(int, words):
        data = content(size)
        handle = mtp.send("size.bin", data)
        assert mtp.content(handle) == data, size
        half = size // 2
        partial = mtp.ask(0x101B, handle, half, size - half)
        assert (partial.data, partial.params) == (data[half:], (size - half,)), size
        mtp.delete(handle)
    print(len(words), "sizes")


def over(mtp, before, handle, data):
    """After a cancel: the next operations work, and nothing stale comes with them."""
    mtp.cancel()
    mtp.settle()
    mtp.next()
    assert mtp.ask(0x1006, ALL, 0, 0).params == (before,)
    assert mtp.content(handle) == data


def cancels(_host, mtp, _words):
    """Cancel in a get after each number of packets, and in a send after each number of bytes, about
    every edge; a byte that is no packet's last ends the transfer before its time."""
    points = 0
    for size in (1000, 16384 - 12, 33000):
        data = content(size)
        handle = mtp.send("whole.bin", data)
        before = mtp.ask(0x1006, ALL, 0, 0).params[0]
        last = (size + 12) // PACKET
        for packets in sorted({each for each in (0, 1, 2, 3, 31, 32, 33, last - 1, last)
                               if 0 <= each <= last}):
            mtp.command(0x1009, handle)
            if packets:
                got = mtp.usb.transfer(mtp.bulk_in, IN, packets * PACKET)
                assert got.data == container(DATA, 0x1009, mtp.transaction,
                                             data)[:packets * PACKET]
            over(mtp, before, handle, data)
            points += 1
        for cut in sorted({each for edge in (0, 12, 512, 1024, 16384, size + 12)
                           for each in (edge - 1, edge, edge + 1) if 0 <= each < size + 12}):
            mtp.announce("cut.bin", size)
            mtp.command(0x100D)
            status = 0
            if cut:
                sent = container(DATA, 0x100D, mtp.transaction, data)[:cut]
                status = mtp.usb.transfer(mtp.bulk_out, OUT, cut, sent).status
            assert status == 0 or (status == -errno.EPIPE and cut < 12), (cut, status)
            if status:
                mtp.resume()
            over(mtp, before, handle, data)
            points += 1
        mtp.delete(handle)
    print(points, "cancels")


def interrupted(host, mtp, _words):
    """A transfer is taken back while its bytes are on the way, at each of these bytes of the
    stream: the relay stands still there until the kernel has said UNLINK."""
    size = 70000
    data, points = content(size), 0
    handle = mtp.send("whole.bin", data)
    before = mtp.ask(0x1006, ALL, 0, 0).params[0]
    taken_back = 2 * HEADER  # CMD_SUBMIT and CMD_UNLINK
    for at in (0, 1, 20, HEADER - 1):  # once it has the header, vhci takes nothing back
        mtp.command(0x1009, handle)
        host.ask("hold", direction="down", after=at, until=taken_back)
        got = mtp.usb.transfer(mtp.bulk_in, IN, URB, timeout=SOON)
        assert got.status in (0, -errno.ETIMEDOUT)
        assert got.data == container(DATA, 0x1009, mtp.transaction, data)[:len(got.data)]
        over(mtp, before, handle, data)
        points += 1
    for at in (0, 1, HEADER - 1, HEADER, HEADER + 1, HEADER + 11, HEADER + 12, HEADER + PACKET - 1,
               HEADER + PACKET, HEADER + PACKET + 1, HEADER + URB - 1):
        mtp.announce("cut.bin", size)
        mtp.command(0x100D)
        sent = container(DATA, 0x100D, mtp.transaction, data)[:URB]
        host.ask("hold", direction="up", after=at, until=taken_back + URB)
        assert mtp.usb.transfer(mtp.bulk_out, OUT, URB, sent, timeout=SOON).status in (
            0, -errno.ETIMEDOUT)
        over(mtp, before, handle, data)
        points += 1
    mtp.delete(handle)
    print(points, "interrupted")


def event(mtp):
    """The next event, which is there or comes: (code, parameters...)."""
    got = mtp.usb.transfer(mtp.events, IN, 64)
    assert got.status == 0, got
    length, kind, code = struct.unpack("<IHH", got.data[:8])
    assert (length, kind) == (len(got.data), 4)
    return code, *struct.unpack(f"<{(length - 12) // 4}I", got.data[12:])


def events(host, mtp, _words):
    """Nobody polls while 80 files come; transactions go on. Who polls at last gets the first of
    them in order, no more than the queue holds, and the word that something was lost."""
    handles = []
    for number in range(80):
        handles.append(host.player("add", path=f"event-{number}.bin", text="x")["handle"])
        if number % 20 == 0:
            handle = mtp.send("while.bin", content(3000))
            assert mtp.content(handle) == content(3000)
            mtp.delete(handle)
    found = [event(mtp)]
    while found[-1] != (0x400E,):
        assert found[-1][0] in (0x4002, 0x400C) and len(found) < EVENTS + 2, found
        found.append(event(mtp))
    print(len(found), "events:", found[0], found[-1])
    added = [one[1] for one in found if one[0] == 0x4002]
    assert EVENTS // 2 <= len(found) <= EVENTS + 2
    assert added == handles[:len(added)] and len(added) >= len(found) // 2 - 1
    for level in (33, 34):  # nothing else comes: not in between, and not between these
        host.player("battery", level=level)
        assert event(mtp) == (0x4006, 0x5001)
    for handle in handles:
        mtp.delete(handle)


def settled(_host, mtp, words):
    """What is there now: exactly these."""
    assert names(mtp) == set(words), names(mtp) ^ set(words)
    print("settled")


def main():
    port, busid, verb, *words = sys.argv[1:]
    mtp = Mtp(KernelConnection(), session=0)
    mtp.run(0x1003)  # of a client that has left it open
    mtp.ask(0x1002, 1)
    {one.__name__: one for one in (sizes, cancels, interrupted, events, settled)}[verb](
        Host(int(port), busid), mtp, words)
    mtp.ask(0x1003)
    mtp.usb.close()


main()
