"""A raw USB/IP client for tests: frames are packed here by hand, from the protocol's text (Linux,
Documentation/usb/usbip_protocol.rst), so that broken ones can be sent as easily as good ones."""
import contextlib
import dataclasses
import socket
import struct

import tree

OP_REQ_DEVLIST, OP_REP_DEVLIST = 0x8005, 0x0005
OP_REQ_IMPORT, OP_REP_IMPORT = 0x8003, 0x0003
CMD_SUBMIT, CMD_UNLINK, RET_SUBMIT, RET_UNLINK = 1, 2, 3, 4
OUT, IN = 0, 1
ISOCHRONOUS, BULK, INTERRUPT = 1, 2, 3
NO_SETUP = bytes(8)
ENOENT, EPIPE, EOVERFLOW, ECONNRESET, ESHUTDOWN, EREMOTEIO = -2, -32, -75, -104, -108, -121


def op(code, body=b"", version=0x0111, status=0):
    return struct.pack(">HHI", version, code, status) + body


def import_request(busid):
    return op(OP_REQ_IMPORT, busid.ljust(32, b"\0"))


def setup(request_type, request, value, index, length):
    return struct.pack("<BBHHH", request_type, request, value, index, length)


def submit(seqnum, endpoint, direction, length, data=b"", *, devid, setup=NO_SETUP, flags=0,
           start_frame=0, packets=0xFFFFFFFF, interval=0, command=CMD_SUBMIT):
    return struct.pack(">10I", command, seqnum, devid, direction, endpoint, flags, length,
                       start_frame, packets, interval) + setup + data


def unlink(seqnum, victim, *, devid):
    return struct.pack(">6I", CMD_UNLINK, seqnum, devid, 0, 0, victim) + bytes(24)


@dataclasses.dataclass
class Reply:
    """RET_SUBMIT or RET_UNLINK as it stood on the wire."""
    command: int
    seqnum: int
    devid: int
    direction: int
    endpoint: int
    status: int
    actual: int
    start_frame: int
    packets: int
    data: bytes = b""
    descriptors: tuple = ()  # (offset, length, actual, status) of each isochronous packet


class Connection:
    """One connection. Every byte of both directions is kept in `log` for a capture file."""

    def __init__(self, port, buffer=None):
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(tree.SECONDS)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.log, self.devid, self.seqnum, self.directions = [], 0, 0, {}
        self.packets = 0xFFFFFFFF  # sent as number_of_packets; Linux sends 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.log.append((OUT, bytes(data)))
        self.socket.sendall(data)

    def receive(self, length):
        data = b""
        while len(data) < length:
            piece = self.socket.recv(length - len(data))
            assert piece, f"closed after {len(data)} of {length} bytes"
            data += piece
        self.log.append((IN, data))
        return data

    def rest(self):
        """Everything until the server closes; a reset is a close, too."""
        data = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := self.socket.recv(65536):
                data += piece
        return data

    def reset(self):
        """Ends the connection by RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    # ---- list and import

    def devices(self):
        self.send(op(OP_REQ_DEVLIST))
        return self.read_devices()

    def read_devices(self):
        """[(busid, record, interface triples)] of OP_REP_DEVLIST."""
        assert self.receive(8) == op(OP_REP_DEVLIST)
        found = []
        for _ in range(struct.unpack(">I", self.receive(4))[0]):
            record = self.receive(312)
            found.append((record[256:288].rstrip(b"\0").decode(), record,
                          [self.receive(4)[:3] for _ in range(record[311])]))
        return found

    def take(self, busid=b"1-1"):
        """Status of an import; with 0 the devid is known from now on."""
        self.send(import_request(busid))
        return self.read_import()

    def read_import(self):
        version, code, status = struct.unpack(">HHI", self.receive(8))
        assert (version, code) == (0x0111, OP_REP_IMPORT)
        if status == 0:
            record = self.receive(312)
            busnum, devnum = struct.unpack(">II", record[288:296])
            self.devid = busnum << 16 | devnum
        return status

    # ---- URBs

    def urb(self, endpoint, direction, length, data=b"", **more):
        """A CMD_SUBMIT with the next seqnum; its bytes."""
        self.seqnum += 1
        self.directions[self.seqnum] = direction
        more.setdefault("devid", self.devid)
        more.setdefault("packets", self.packets)
        return submit(self.seqnum, endpoint, direction, length, data, **more)

    def cancel(self, victim):
        self.seqnum += 1
        return unlink(self.seqnum, victim, devid=self.devid)

    def reply(self):
        words = struct.unpack(">5IiIIII", self.receive(48)[:40])
        found = Reply(*words[:9])
        assert found.command in (RET_SUBMIT, RET_UNLINK), found
        if found.command == RET_SUBMIT and self.directions.get(found.seqnum, IN) == IN:
            found.data = self.receive(found.actual)
        return found

    def transfer(self, endpoint, direction, length, data=b"", **more):
        self.send(self.urb(endpoint, direction, length, data, **more))
        found = self.reply()
        assert (found.command, found.seqnum) == (RET_SUBMIT, self.seqnum)
        return found

    def iso_urb(self, endpoint, direction, places, data=b"", length=None, **more):
        """A CMD_SUBMIT of packets at (offset, length); the buffer ends with the last of them."""
        if length is None:
            length = max((offset + size for offset, size in places), default=0)
        more.setdefault("packets", len(places))
        more.setdefault("interval", 1)
        return self.urb(endpoint, direction, length, data, **more) + b"".join(
            struct.pack(">4I", offset, size, 0, 0) for offset, size in places)

    def iso_reply(self):
        found = self.reply()
        if found.command == RET_SUBMIT:
            found.descriptors = tuple(struct.unpack(">3Ii", self.receive(16))
                                      for _ in range(found.packets))
        return found

    def iso(self, *arguments, **more):
        self.send(self.iso_urb(*arguments, **more))
        found = self.iso_reply()
        assert (found.command, found.seqnum) == (RET_SUBMIT, self.seqnum)
        return found

    def control(self, request_type, request, value, index, length, data=b"", room=None):
        return self.transfer(0, IN if request_type & 0x80 else OUT,
                             (length if room is None else room), data,
                             setup=setup(request_type, request, value, index, length))

    def descriptor(self, kind, length, index=0, language=0):
        return self.control(0x80, 6, kind << 8 | index, language, length)

    def configure(self):
        assert self.control(0x00, 9, 1, 0, 0).status == 0

    def endpoints(self):
        """{(direction, type): number} of the configuration, the first of each kind."""
        head = self.descriptor(2, 9).data
        data = self.descriptor(2, struct.unpack("<H", head[2:4])[0]).data
        found, at = {}, 0
        while at < len(data):
            if data[at + 1] == 5:
                kind = (data[at + 2] >> 7, data[at + 3] & 3)
                found.setdefault(kind, data[at + 2] & 15)
            at += data[at]
        return found
