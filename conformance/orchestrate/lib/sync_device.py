"""What a synchronised device holds, as a client says it that shares no code with the provider; and
the wire between papcheck and the device, where it is watched and cut."""
import contextlib
import struct

import stopper
from mtp_client import FOLDER, Mtp, Reader
from usbip_client import CMD_SUBMIT, OP_REQ_IMPORT, OUT

ALBUM, PLAYLIST = 0xBA03, 0xBA05
COMMAND = struct.pack("<H", 1)  # the type of a container
IMPORT_REQUEST, FRAME = 40, 48  # bytes
# SendObjectInfo, SendObject, DeleteObject, MoveObject; SetObjectPropValue, SendObjectPropList,
# SetObjectReferences, SetObjectPropList; the edit operations.
WRITES = {0x100B, 0x100C, 0x100D, 0x1019, 0x9804, 0x9806, 0x9808, 0x9811, 0x95C2, 0x95C3, 0x95C4,
          0x95C5}


def described(mtp, handle):
    """(name, format, parent)"""
    reader = Reader(mtp.ask(0x1008, handle).data)
    reader.number()
    form = reader.number(2)
    reader.bytes(2 + 4 + 2 + 4 * 6)
    parent = reader.number()
    reader.bytes(2 + 4 + 4)
    return reader.string(), form, parent


def path_of(known, handle):
    name, _, parent = known[handle]
    return f"{path_of(known, parent)}/{name}" if parent in known else name


def held(papsim):
    """{path: bytes of a file, None of a folder, paths in a list}: an object that is there twice is
    an error. A list's name is without extension."""
    with contextlib.closing(papsim.configured()) as usb:
        mtp = Mtp(usb)
        handles = mtp.handles(storage=0x00010001)
        known = {handle: described(mtp, handle) for handle in handles}
        found = {}
        for handle, (_, form, _) in known.items():
            path = path_of(known, handle)
            if form in (ALBUM, PLAYLIST):
                path = path.removesuffix(".pla").removesuffix(".alb")
                content = [path_of(known, one) for one in
                           Reader(mtp.ask(0x9810, handle).data).numbers()]
            else:
                content = None if form == FOLDER else mtp.content(handle)
            assert path not in found, path
            found[path] = content
        mtp.ask(0x1003)
        return found


class Submits:
    """Takes what one connection sends to pieces: its URBs, as they are whole."""

    def __init__(self):
        self.data, self.imported = b"", False

    def of(self, data):
        """Endpoint and payload of each that this completes."""
        self.data += data
        if not self.imported and len(self.data) >= 8:
            self.imported = struct.unpack(">H", self.data[2:4])[0] != OP_REQ_IMPORT
            if len(self.data) >= IMPORT_REQUEST:
                self.data, self.imported = self.data[IMPORT_REQUEST:], True
        while self.imported and len(self.data) >= FRAME:
            command, _, _, direction, endpoint, _, length = struct.unpack(">7I", self.data[:28])
            end = FRAME + (length if command == CMD_SUBMIT and direction == OUT else 0)
            if len(self.data) < end:
                return
            yield endpoint, self.data[FRAME:end]
            self.data = self.data[end:]


class Watcher(stopper.Stopper):
    """Counts URBs that go to the device and the operations they ask for, and when number `at` is
    whole, but not yet handed on, cuts: calls `cut`."""

    def __init__(self, papsim, at=None, cut=None):
        super().__init__(papsim, 0, None)
        self.at, self.cut, self.urbs, self.operations = at, cut, 0, []

    def hand_on(self, source, target, looks):
        submits = Submits()
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 20):
                for endpoint, payload in submits.of(data) if looks else ():
                    self.see(endpoint, payload)
                target.sendall(data)
        stopper.end(target)

    def see(self, endpoint, payload):
        self.urbs += 1
        if endpoint and payload[4:6] == COMMAND and len(payload) in range(12, 33, 4):
            self.operations.append(struct.unpack("<H", payload[6:8])[0])
        if self.urbs == self.at and self.cut:
            self.cut()

    @property
    def writes(self):
        return [hex(code) for code in self.operations if code in WRITES]


@contextlib.contextmanager
def watched(papsim, at=None, cut=None):
    """(Watcher, URI)"""
    watcher = Watcher(papsim, at, cut)
    with stopper.serving(watcher) as uri:
        yield watcher, uri
