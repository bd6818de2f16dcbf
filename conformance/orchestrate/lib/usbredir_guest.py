"""A usbredir guest for tests, with its packets packed here by hand (the protocol's own document,
usb-redirection-protocol): the emulator's side of a connection, so that any byte can be wrong. It
does as usbip_client's connections do, so mtp_client works over it."""
import collections
import socket
import struct
import time

import tree
from usbip_client import IN

HELLO, CONNECT, DISCONNECT, RESET, INTERFACES, ENDPOINTS = range(6)
SET_CONFIGURATION, GET_CONFIGURATION, CONFIGURED = 6, 7, 8
SET_ALT, GET_ALT, ALT = 9, 10, 11
START_ISO, STOP_ISO, ISO_STATUS = 12, 13, 14
START_INTERRUPT, STOP_INTERRUPT, INTERRUPT_STATUS = 15, 16, 17
ALLOC_STREAMS, FREE_STREAMS, STREAMS_STATUS = 18, 19, 20
CANCEL, FILTER_REJECT, FILTER, ACK = 21, 22, 23, 24
START_BULK, STOP_BULK, BULK_STATUS = 25, 26, 27
CONTROL, BULK_PACKET, ISO_PACKET, INTERRUPT_PACKET, BUFFERED = 100, 101, 102, 103, 104
SUCCESS, CANCELLED, INVAL, IOERROR, STALL, TIMEOUT, BABBLE = range(7)

CAP_STREAMS, CAP_VERSION, CAP_FILTER, CAP_ACK, CAP_PACKET_SIZE, CAP_64, CAP_32, CAP_BULK = range(8)
EVERYTHING = (1 << 8) - 1
UNSIZED = 1 << CAP_STREAMS | 1 << CAP_PACKET_SIZE

Packet = collections.namedtuple("Packet", "kind id body")
Reply = collections.namedtuple("Reply", "status actual data id", defaults=(0, b"", 0))


class Closed(Exception):
    """The other side has ended the connection."""


def caps_of(*names):
    return sum(1 << name for name in names)


class Guest:
    """One connection; `caps` is what it says it can. `where` is a port, a path, or a socket."""

    def __init__(self, where, caps=EVERYTHING, hello=True, buffer=None):
        if isinstance(where, socket.socket):
            self.socket = where
        else:
            self.socket = socket.socket(
                socket.AF_INET if isinstance(where, int) else socket.AF_UNIX)
            if buffer:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            self.socket.settimeout(tree.SECONDS)
            self.socket.connect(("127.0.0.1", where) if isinstance(where, int) else str(where))
        self.caps, self.peer, self.ids, self.kept = caps, None, 0, collections.deque()
        self.device, self.eps, self.interfaces = None, None, None
        if hello:
            self.say(HELLO, self.greeting())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Leaves by RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    # ---- bytes

    def greeting(self, version=b"a test"):
        return version.ljust(64, b"\0") + struct.pack("<I", self.caps)

    def both(self, cap):
        return self.peer is not None and bool(self.caps & self.peer & 1 << cap)

    def packet(self, kind, body=b"", number=0, length=None):
        """As it goes over the wire; ids have 32 bits before both sides have said otherwise."""
        return struct.pack("<II" + "IQ"[self.both(CAP_64)], kind,
                           len(body) if length is None else length, number) + body

    def send(self, data):
        self.socket.sendall(data)

    def say(self, kind, body=b"", number=0):
        self.send(self.packet(kind, body, number))

    def receive(self, length):
        data = b""
        while len(data) < length:
            try:
                piece = self.socket.recv(length - len(data))
            except ConnectionResetError:
                piece = b""
            if not piece:
                raise Closed
            data += piece
        return data

    def hear(self):
        """The next packet."""
        wide = self.both(CAP_64)
        kind, length, number = struct.unpack("<II" + "IQ"[wide], self.receive(16 if wide else 12))
        body = self.receive(length)
        if kind == HELLO:
            self.peer = struct.unpack("<I", body[64:68])[0]
        elif kind == CONNECT:
            self.device = struct.unpack("<BBBBHHH", body.ljust(10, b"\0"))
        elif kind == DISCONNECT:
            self.device = None
        elif kind == INTERFACES:
            count = struct.unpack("<I", body[:4])[0]
            self.interfaces = [(body[4 + i], body[36 + i], body[68 + i], body[100 + i])
                               for i in range(count)]
        elif kind == ENDPOINTS:
            self.eps = body
        return Packet(kind, number, body)

    def expect(self, kind, number=None):
        """The next packet of that kind; others are kept for later."""
        for at, packet in enumerate(self.kept):
            if packet.kind == kind and number in (None, packet.id):
                del self.kept[at]
                return packet
        while True:
            packet = self.hear()
            if packet.kind == kind and number in (None, packet.id):
                return packet
            self.kept.append(packet)

    def rest(self):
        """Hears to the end; the packets."""
        found = []
        while True:
            try:
                found.append(self.hear())
            except Closed:
                return found

    def closed(self):
        """Whether the other side ends it, whatever it says before."""
        self.rest()
        return True

    # ---- a device

    def connected(self):
        """Once the player is there; a guest before this one may still be on its way out."""
        self.expect(CONNECT)
        return self

    def number(self):
        self.ids += 1
        return self.ids

    def configure(self, value=1):
        number = self.number()
        self.say(SET_CONFIGURATION, bytes([value]), number)
        status, said = self.expect(CONFIGURED, number).body
        assert (status, said) == (SUCCESS, value)
        return self

    def control(self, request_type, request, value, index, length, data=b""):
        number = self.number()
        self.say(CONTROL, struct.pack("<BBBBHHH", request_type & 0x80, request, request_type, 0,
                                      value, index, length) + data, number)
        body = self.expect(CONTROL, number).body
        status, actual = body[3], struct.unpack("<H", body[8:10])[0]
        return Reply(status, actual, body[10:], number)

    def descriptor(self, kind, length, index=0, language=0):
        return self.control(0x80, 6, kind << 8 | index, language, length)

    def bulk(self, endpoint, direction, length, data=b"", stream=0):
        """Submits; the number."""
        number = self.number()
        body = struct.pack("<BBHI", endpoint | (0x80 if direction == IN else 0), 0, length & 0xFFFF,
                           stream)
        if self.both(CAP_32):
            body += struct.pack("<H", length >> 16)
        self.say(BULK_PACKET, body + data, number)
        return number

    def bulk_reply(self, number):
        body = self.expect(BULK_PACKET, number).body
        own = 10 if self.both(CAP_32) else 8
        actual = struct.unpack("<H", body[2:4])[0]
        if own == 10:
            actual |= struct.unpack("<H", body[8:10])[0] << 16
        return Reply(body[1], actual, body[own:], number)

    def transfer(self, endpoint, direction, length, data=b""):
        return self.bulk_reply(self.bulk(endpoint, direction, length, data))

    def endpoints(self):
        """{(direction, type): number} of what is there now."""
        return {(at >> 4, self.eps[at]): at & 15 for at in range(32) if at & 15
                and self.eps[at] != 255}

    def packet_size(self, address):
        at = address & 15 | (address & 0x80) >> 3
        return struct.unpack_from("<H", self.eps, 96 + 2 * at)[0]

    def set_alt(self, interface, setting):
        number = self.number()
        self.say(SET_ALT, bytes([interface, setting]), number)
        assert self.expect(ALT, number).body == bytes([SUCCESS, interface, setting])


def attach(where, **options):
    """A guest that has the player, once whoever had it has been worked off."""
    deadline = time.monotonic() + tree.SECONDS
    while True:
        guest = Guest(where, **options)
        try:
            return guest.connected()
        except Closed:
            guest.close()
            assert time.monotonic() < deadline
