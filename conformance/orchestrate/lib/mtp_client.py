"""A small MTP initiator for tests, over usbip_client's connections: containers are packed here by
hand (PIMA 15740 still image USB binding, D.7; MTP 1.1), so that a transfer can be broken at any
byte."""
import dataclasses
import struct

from usbip_client import BULK, IN, INTERRUPT, OUT

COMMAND, DATA, RESPONSE, EVENT = 1, 2, 3, 4
OK, INCOMPLETE, CANCELLED = 0x2001, 0x2007, 0x201F
FOLDER, UNDEFINED, MP3, PLAYLIST = 0x3001, 0x3000, 0x3009, 0xBA05
ALL = 0xFFFFFFFF
INTERNAL = 0x00010001
SIZE, FILE_NAME, PARENT, UID, NAME, ARTIST = 0xDC04, 0xDC07, 0xDC0B, 0xDC41, 0xDC44, 0xDC46
ROOM = 1 << 20  # of one bulk IN URB
PIECE = 16384   # of one bulk OUT URB
# Bytes of a value by its data type.
WIDTHS = {0x0001: 1, 0x0002: 1, 0x0003: 2, 0x0004: 2, 0x0005: 4, 0x0006: 4, 0x0007: 8, 0x0008: 8,
          0x0009: 16, 0x000A: 16}


def container(kind, code, transaction, payload=b"", length=None):
    return struct.pack("<IHHI", 12 + len(payload) if length is None else length, kind, code,
                       transaction) + payload


def string(text):
    data = (text + "\0").encode("utf-16-le")
    return bytes([len(data) // 2]) + data if text else b"\0"


def object_info(name, size, form, storage=INTERNAL, parent=0):
    return (struct.pack("<IHHIHIIIIIIIHII", storage, form, 0, min(size, ALL), 0, 0, 0, 0, 0, 0, 0,
                        parent, int(form == FOLDER), 0, 0)
            + string(name) + string("") + string("") + string(""))


class Reader:
    """Takes a dataset to pieces."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def bytes(self, count):
        piece = self.data[self.at:self.at + count]
        assert len(piece) == count
        self.at += count
        return piece

    def number(self, width=4):
        return int.from_bytes(self.bytes(width), "little")

    def string(self):
        return self.bytes(2 * self.number(1)).decode("utf-16-le").rstrip("\0")

    def numbers(self, width=4):
        return [self.number(width) for _ in range(self.number())]

    def value(self, kind):
        if kind == 0xFFFF:
            return self.string()
        if kind & 0x4000:
            return self.bytes(WIDTHS[kind & 0x3FFF] * self.number())
        return self.number(WIDTHS[kind])


class Refused(Exception):
    """A response that is not OK."""

    def __init__(self, code):
        super().__init__(f"{code:#06x}")
        self.code = code


@dataclasses.dataclass
class Answer:
    code: int
    params: tuple
    data: bytes = b""


class Mtp:
    """One session on a connection with a configured device; `session` 0: none is opened."""

    def __init__(self, usb, session=1):
        ends = usb.endpoints()
        self.usb, self.transaction = usb, 0
        self.bulk_in, self.bulk_out = ends[1, BULK], ends[0, BULK]
        self.events = ends[1, INTERRUPT]
        if session:
            self.ask(0x1002, session)

    # ---- containers

    def put(self, data, piece=PIECE):
        """Bulk OUT with the zero-length packet a multiple of the packet size needs."""
        for at in range(0, len(data), piece):
            part = data[at:at + piece]
            assert self.usb.transfer(self.bulk_out, OUT, len(part), part).status == 0
        if len(data) % 512 == 0:
            assert self.usb.transfer(self.bulk_out, OUT, 0).status == 0

    def get(self, room=ROOM):
        """One bulk IN transfer, to its short packet."""
        data = b""
        while True:
            found = self.usb.transfer(self.bulk_in, IN, room)
            assert found.status == 0, found
            data += found.data
            if len(found.data) < room:
                return data

    def command(self, code, *params):
        words = struct.pack(f"<{len(params)}I", *params)
        self.put(container(COMMAND, code, self.transaction, words))

    def response(self, data=None):
        data = self.get(512) if data is None else data
        length, kind, code, transaction = struct.unpack("<IHHI", data[:12])
        assert (length, kind, transaction) == (len(data), RESPONSE, self.transaction), data.hex()
        return Answer(code, struct.unpack(f"<{(length - 12) // 4}I", data[12:]))

    def next(self):
        self.transaction += 1

    def run(self, code, *params, send=None, room=ROOM):
        """One transaction; any answer is returned."""
        self.command(code, *params)
        if send is not None:
            self.put(container(DATA, code, self.transaction, send))
        first = self.get(room if send is None else 512)
        if struct.unpack("<H", first[4:6])[0] == DATA:
            length, _, said, transaction = struct.unpack("<IHHI", first[:12])
            assert (said, transaction) == (code, self.transaction)
            assert length == len(first) or (length == ALL and len(first) >= ALL)
            answer = self.response()
            answer.data = first[12:]
        else:
            answer = self.response(first)
        self.next()
        return answer

    def ask(self, code, *params, **more):
        """One transaction that must succeed."""
        answer = self.run(code, *params, **more)
        if answer.code != OK:
            raise Refused(answer.code)
        return answer

    # ---- class requests

    def cancel(self):
        self.usb.control(0x21, 0x64, 0, 0, 6, struct.pack("<HI", 0x4001, self.transaction))

    def status(self):
        data = self.usb.control(0xA1, 0x67, 0, 0, 64).data
        return struct.unpack("<H", data[2:4])[0]

    def settle(self):
        """After a cancel: until the device is ready again; what it stalled is resumed."""
        while (code := self.status()) != OK:
            assert code in (0x2019, CANCELLED), hex(code)
            if code == CANCELLED:
                self.resume()

    def resume(self):
        """Clears the halt of both bulk pipes."""
        for endpoint in (self.bulk_in | 0x80, self.bulk_out):
            assert self.usb.control(0x02, 1, 0, endpoint, 0).status == 0

    # ---- operations

    def handles(self, parent=0, storage=ALL):
        return Reader(self.ask(0x1007, storage, 0, parent).data).numbers()

    def announce(self, name, size, form=UNDEFINED, parent=ALL, storage=INTERNAL):
        return self.ask(0x100C, storage, parent, send=object_info(name, size, form)).params[2]

    def send(self, name, content, form=UNDEFINED, parent=ALL, **more):
        handle = self.announce(name, len(content), form, parent, **more)
        self.ask(0x100D, send=content)
        return handle

    def folder(self, name, parent=ALL):
        return self.announce(name, 0, FOLDER, parent)

    def content(self, handle):
        return self.ask(0x1009, handle).data

    def delete(self, handle):
        self.ask(0x100B, handle)

    def set(self, handle, code, value):
        self.ask(0x9804, handle, code, send=value)

    def objects(self):
        """{handle: {property: value}} of all objects."""
        reader = Reader(self.ask(0x9805, ALL, 0, ALL, 0, 0).data)
        found = {}
        for _ in range(reader.number()):
            handle, code, kind = reader.number(), reader.number(2), reader.number(2)
            found.setdefault(handle, {})[code] = reader.value(kind)
        return found
