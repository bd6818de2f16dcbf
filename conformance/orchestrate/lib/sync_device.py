"""What a synchronised device holds, as a client says it that shares no code with the provider; and
the wire between papcheck and the device, where it is watched and cut."""
import contextlib
import struct

import stopper
from mtp_client import FOLDER, Mtp, Reader

ALBUM, PLAYLIST = 0xBA03, 0xBA05
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


class Watcher(stopper.Stopper):
    """Counts what goes to the device, and at segment number `at` cuts: calls `cut`."""

    def __init__(self, papsim, at=None, cut=None):
        super().__init__(papsim, 0, None)
        self.at, self.cut, self.segments, self.operations = at, cut, 0, []

    def passes(self, data, looks):
        if not looks:
            return data
        self.segments += 1
        if command := self.is_command(data):
            self.operations.append(struct.unpack("<H", data[command + 2:command + 4])[0])
        if self.segments == self.at and self.cut:
            self.cut()
        return data

    @property
    def writes(self):
        return [hex(code) for code in self.operations if code in WRITES]


@contextlib.contextmanager
def watched(papsim, at=None, cut=None):
    """(Watcher, URI)"""
    watcher = Watcher(papsim, at, cut)
    with stopper.serving(watcher) as uri:
        yield watcher, uri
