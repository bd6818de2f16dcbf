"""Every event a player lists, caused on the player itself by the control socket and read from the
interrupt endpoint: containers by hand, as MTP 1.1, G and the still image class, 7.3 lay them
out."""
import json
import re
import struct

from mtp_client import ALL, INTERNAL, OK, Reader
from papsim import Papsim
from usbip_client import IN

EVENT = 4
CARD = 0x00020001
FILE_NAME, ARTIST, BATTERY = 0xDC07, 0xDC46, 0x5001


class Listener:
    """A host in a session that reads one event after the other."""

    def __init__(self, server):
        self.server, self.mtp = server, server.session()
        self.seen = set()

    def say(self, verb, *words):
        status, said = self.server.ask(verb, *words)
        assert status == 0, (verb, words, said)
        return json.loads(said).get("handle")

    def hears(self, code, *params):
        """The next event is this one, to its last byte."""
        found = self.mtp.usb.transfer(self.mtp.events, IN, 64)
        expected = struct.pack(f"<IHHI{len(params)}I", 12 + 4 * len(params), EVENT, code, ALL,
                               *params)
        assert (found.status, found.data.hex()) == (0, expected.hex())
        self.seen.add(code)

    def listed(self):
        info = Reader(self.mtp.ask(0x1001).data)
        info.bytes(8)
        info.string()
        info.bytes(2)
        info.numbers(2)
        return set(info.numbers(2))


def objects(host):
    song = host.say("add", "path=song.mp3", "text=song")
    host.hears(0x4002, song)
    host.hears(0x400C, INTERNAL)
    host.say("rename", f"handle={song}", "name=other.mp3")
    host.hears(0x4007, song)
    host.hears(0xC801, song, FILE_NAME)
    host.say("retag", f"handle={song}", f"property={ARTIST:#06x}", "value=Me")
    host.hears(0xC801, song, ARTIST)
    playlist = host.say("add", "path=list.pla", "format=0xba05")
    host.hears(0x4002, playlist)
    host.say("references", f"handle={playlist}", f"handles=[{song}]")
    host.hears(0xC803, playlist)
    host.say("remove", f"handle={song}")
    host.hears(0x4003, song)
    host.hears(0x400C, INTERNAL)


def storages(host):
    host.say("eject")
    host.hears(0x4005, CARD)
    host.say("insert")
    host.hears(0x4004, CARD)
    # More than the card holds: the player says so itself, and there is no such object.
    status, _ = host.server.ask("add", "storage=1", "path=big.bin", f"size={3 << 30}",
                                "sparse=true")
    assert status != 0
    host.hears(0x400A, CARD)


def the_player(host):
    host.say("battery", "level=7")
    host.hears(0x4006, BATTERY)
    host.say("snapshot")
    host.say("restore")
    host.hears(0x400E)
    # What has no cause of its own on a simulated player.
    host.say("event", "code=0x4008")
    host.hears(0x4008)
    host.say("event", "code=0x4009", "parameter=3")
    host.hears(0x4009, 3)
    host.say("event", "code=0x400b")
    host.hears(0x400B)
    host.say("event", "code=0xc802", "parameter=0xdc46", "second=0x3009")
    host.hears(0xC802, ARTIST, 0x3009)


def test_every_listed_event_comes_with_its_parameters():
    with Papsim("mtp") as server:
        host = Listener(server)
        objects(host)
        storages(host)
        the_player(host)
        assert host.seen == host.listed()


def test_without_a_session_nothing_is_told():
    """What changed before the session is no event in it."""
    with Papsim("mtp") as server:
        host = Listener(server)
        host.mtp.ask(0x1003)
        host.say("add", "path=silent.txt", "text=x")
        host.mtp.ask(0x1002, 2)
        later = host.say("add", "path=told.txt", "folder=true")
        host.hears(0x4002, later)


def test_a_client_that_deletes_everything_is_said_on_stderr():
    """DeleteObject of handle 0xffffffff, easily meant for one object (MTP 1.1, D.2.11)."""
    with Papsim("mtp") as server:
        mtp = server.session()
        count = len(mtp.handles())
        assert mtp.run(0x100B, mtp.handles()[0], 0).code == OK
        assert server.log == ""
        assert mtp.run(0x100B, ALL, 0x3009).code == OK
        assert mtp.run(0x100B, ALL, 0).code == OK
        lines = server.log.splitlines()
        said = r"papsim: 1-1: the client deleted every object{} \(DeleteObject, handle " \
               r"0xffffffff\): (\d+) deleted, 0 kept"
        assert re.fullmatch(said.format(" of format 0x3009"), lines[0]), lines
        assert re.fullmatch(said.format(""), lines[1]) and len(lines) == 2
        assert count and not mtp.handles()
        mtp.usb.close()
