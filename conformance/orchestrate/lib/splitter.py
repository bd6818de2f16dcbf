"""Between papcheck and papsim: each frame goes on in a segment of its own. Wireshark's dissector
(4.0) reads the second frame of a segment as one of the first one's direction, and then has lost
its place."""
import contextlib
import struct

import stopper

HEADER, IMPORT_REQUEST, IMPORT_REPLY = 48, 0x8003, 0x0003
LENGTHS = {IMPORT_REQUEST: 40, IMPORT_REPLY: 320}  # of what comes before the URBs
SUBMIT, REPLY = 1, 3
PACKET = 16


class Splitter(stopper.Stopper):
    """`port` is where papcheck goes."""

    def __init__(self, papsim):
        super().__init__(papsim, 0, None)
        self.is_in = {}  # (connection, sequence number) -> does the URB bring data?

    def hand_on(self, source, target, looks):
        connection = frozenset((source.fileno(), target.fileno()))
        data, imported = b"", False
        with contextlib.suppress(OSError):
            while chunk := source.recv(1 << 20):
                data += chunk
                while length := self.first(data, connection, imported):
                    target.sendall(data[:length])
                    data, imported = data[length:], True
                if not imported and not self.is_import(data):
                    target.sendall(data)  # a device list, or an import that is refused
                    data = b""
        stopper.end(target)

    @staticmethod
    def is_import(data):
        return len(data) < 8 or struct.unpack_from(">H", data, 2)[0] in LENGTHS and \
            struct.unpack_from(">I", data, 4)[0] == 0

    def first(self, data, connection, imported):
        """Bytes of the first frame; 0: it is not all there, or is none."""
        if not imported:
            length = LENGTHS.get(struct.unpack_from(">H", data, 2)[0], 0) if len(data) >= 8 and \
                self.is_import(data) else 0
        else:
            length = self.of_urb(data, connection) if len(data) >= HEADER else 0
        return length if length <= len(data) else 0

    def of_urb(self, data, connection):
        command, sequence, _, direction, _, _, carried, _, packets = \
            struct.unpack_from(">9I", data)
        if command not in (SUBMIT, REPLY):
            return HEADER
        if command == SUBMIT:
            self.is_in[connection, sequence] = direction == 1
        else:
            carried, = struct.unpack_from(">I", data, 24)
        brings = self.is_in[connection, sequence] == (command == REPLY)
        return HEADER + (carried if brings else 0) + \
            (packets * PACKET if 0 < packets < 0xffffffff else 0)
