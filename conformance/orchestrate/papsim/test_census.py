"""What a tenth of real players list works here: every such operation answers OK with parameters
that make sense, every such object property is described by a format of a player that ships. The
tables are counted from real devices' logs (fixtures/mtp/census.tsv), not from papkit."""
import functools
import json
import re
import struct

import census
import tree
from mtp_client import (ALL, FOLDER, INTERNAL, MP3, OK, PLAYLIST, UID, Mtp, Reader, object_info,
                        string)
from papsim import Papsim, papsim, refused

TABLE = tree.ROOT / "fixtures" / "mtp" / "census.tsv"
COVERAGE = tree.ROOT / "docs" / "coverage.md"
MUSIC = (tree.PLAYERS / "mtp-music.yaml").read_text(encoding="utf-8")
TONE = (tree.ROOT / "fixtures" / "media" / "tone.mp3").read_bytes()
NOT_SUPPORTED = 0x2005
CARD = 0x00020001
SAMPLE_DATA, RATING = 0xDC86, 0xDC8A
BATTERY, SECURE_TIME, CERTIFICATE, SYNC_PARTNER, FRIENDLY_NAME, ICON, PLAYBACK_OBJECT = \
    0x5001, 0xD101, 0xD102, 0xD401, 0xD402, 0xD405, 0xD411
STRING, UINT16 = 0xFFFF, 0x0004


@functools.cache
def table(kind):
    """{code: (percent of the logs at hand, percent of all)}; None: fewer than a tenth."""
    found = {}
    for line in TABLE.read_text(encoding="ascii").splitlines():
        fields = line.split("\t")
        if fields[0] == kind:
            found[int(fields[1], 16)] = tuple(int(each) if each.isdigit() else None
                                              for each in fields[2:])
    return found


def excused():
    """Operations that docs/coverage.md says are not there, and why."""
    found = {}
    for line in COVERAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 2 and cells[0].startswith("operation 0x"):
            found[int(cells[0].split()[1], 16)] = cells[1]
    return found


class Everything:
    """One walk through all operations; what each answered is kept."""

    def __init__(self, server):
        self.server, self.mtp = server, Mtp(server.configured(), session=0)
        self.answers = {}

    def ask(self, code, *params, **more):
        answer = self.mtp.run(code, *params, **more)
        self.answers.setdefault(code, set()).add(answer.code)
        return answer

    def send(self, name, content, form, parent=ALL):
        info = object_info(name, len(content), form)
        handle = self.ask(0x100C, INTERNAL, parent, send=info).params[2]
        if form != FOLDER:
            self.ask(0x100D, send=content)
        return handle

    def session_and_storages(self):
        self.ask(0x1001)
        self.ask(0x1002, 1)
        assert Reader(self.ask(0x1004).data).numbers() == [INTERNAL, CARD]
        for storage in (INTERNAL, CARD):
            self.ask(0x1005, storage)
        assert self.ask(0x100F, CARD, 0).params == ()

    def objects(self):
        folder = self.send("walk", b"", FOLDER)
        track = self.send("tone.mp3", TONE, MP3, folder)
        assert self.ask(0x1006, INTERNAL, 0, folder).params == (1,)
        assert Reader(self.ask(0x1007, INTERNAL, 0, folder).data).numbers() == [track]
        assert string("tone.mp3") in self.ask(0x1008, track).data
        assert self.ask(0x1009, track).data == TONE
        part = self.ask(0x101B, track, 100, 50)
        assert (part.params, part.data) == ((50,), TONE[100:150])
        copy = self.ask(0x101A, track, CARD, 0).params[0]
        assert self.ask(0x1009, copy).data == TONE
        self.ask(0x1019, copy, INTERNAL, 0)
        self.ask(0x1012, copy, 1)
        assert self.mtp.run(0x100B, copy).code == 0x200D
        self.ask(0x1012, copy, 0)
        self.ask(0x100B, copy)
        return folder, track

    def object_properties(self, folder, track):
        supported = Reader(self.ask(0x9801, MP3).data).numbers(2)
        assert SAMPLE_DATA in supported and UID in supported
        self.ask(0x9802, RATING, MP3)
        image = b"\xff\xd8cover\xff\xd9"
        self.ask(0x9804, track, SAMPLE_DATA, send=struct.pack("<I", len(image)) + image)
        assert self.ask(0x9803, track, SAMPLE_DATA).data == struct.pack("<I", len(image)) + image
        assert self.ask(0x100A, track).data == image
        self.ask(0x9806, send=struct.pack("<IIHHH", 1, track, RATING, UINT16, 80))
        assert self.ask(0x9805, track, 0, RATING, 0, 0).data == \
            struct.pack("<IIHHH", 1, track, RATING, UINT16, 80)
        self.ask(0x9807, MP3)
        told = struct.pack("<IIHH", 1, 0, 0xDC07, STRING) + string("list.pla")
        playlist = self.ask(0x9808, INTERNAL, folder, PLAYLIST, 0, 0, send=told).params[2]
        self.ask(0x100D, send=b"")
        self.ask(0x9811, playlist, send=struct.pack("<3I", 2, track, track))
        assert Reader(self.ask(0x9810, playlist).data).numbers() == [track, track]
        return playlist

    def device_properties(self):
        self.ask(0x1014, FRIENDLY_NAME)
        before = self.ask(0x1015, FRIENDLY_NAME).data
        self.ask(0x1016, FRIENDLY_NAME, send=string("walker"))
        assert self.ask(0x1015, FRIENDLY_NAME).data == string("walker")
        self.ask(0x1017, FRIENDLY_NAME)
        assert self.ask(0x1015, FRIENDLY_NAME).data == before
        self.ask(0x1016, SYNC_PARTNER, send=string("{partner}"))
        assert self.ask(0x1015, SYNC_PARTNER).data == string("{partner}")
        assert self.ask(0x1015, BATTERY).data == bytes([80])
        # An icon file (reserved 0, type 1, one image) as an array of bytes.
        icon = Reader(self.ask(0x1015, ICON).data)
        assert icon.number() == len(icon.data) - 4
        assert icon.bytes(6) == struct.pack("<3H", 0, 1, 1)

    def rights(self, track):
        """All that goes over the wire says that it is a test of papkit's own."""
        said = self.ask(0x9101).data
        assert said.startswith(b"papkit-test-time-challenge ")
        self.ask(0x9102, send=b"papkit-test-time-response " + said.split()[1] + b" 20261121T120000")
        assert Reader(self.ask(0x1015, SECURE_TIME).data).numbers(2) == \
            [*map(ord, "20261121T120000"), 0]
        uid = self.mtp.ask(0x9803, track, UID).data.hex().encode()
        self.ask(0x9103, send=b"papkit-test-license " + uid + b" 3")
        assert self.ask(0x9109, track).data == struct.pack("<I", 3)
        assert self.ask(0x9104).data == bytes(4)
        self.ask(0x9105, send=b"papkit-test-meter-query")
        said = self.ask(0x9106).data
        assert said.startswith(b"papkit-test-meter-challenge ") and said.endswith(b" 0")
        self.ask(0x9107, send=b"papkit-test-meter-response " + said.split()[1])
        self.ask(0x9108)
        self.ask(0x910A, send=b"papkit-test-command hello")
        assert self.ask(0x910B).data == b"papkit-test-request hello"
        certificate = Reader(self.mtp.ask(0x1015, CERTIFICATE).data).numbers(2)
        assert "<papkit-test-certificate><note>simulation: no device, no rights</note>" in \
            "".join(map(chr, certificate))

    def reports(self, track):
        """The track was skipped, which counts; a file comes and goes on the player itself."""
        skipped = self.mtp.ask(0x9803, track, UID).data
        status, said = self.server.ask("add", "path=found.mp3", "text=found")
        assert status == 0
        added = json.loads(said)["handle"]
        uid = self.mtp.ask(0x9803, added, UID).data
        assert self.ask(0x9202, 0, 0, 10).data == struct.pack("<I", 1) + uid
        self.server.ask("remove", f"handle={added}")
        assert self.ask(0x9201, 0, 0, 10).data == \
            struct.pack("<I", 1) + skipped + struct.pack("<I", 1) + uid

    def walk(self):
        self.session_and_storages()
        folder, track = self.objects()
        playlist = self.object_properties(folder, track)
        self.device_properties()
        self.mtp.ask(0x1016, PLAYBACK_OBJECT, send=struct.pack("<I", playlist))
        self.ask(0x9820, 1)
        self.rights(track)
        self.reports(track)
        self.ask(0x1003)
        self.mtp.ask(0x1002, 2)
        self.ask(0x1010)


def test_every_operation_of_a_tenth_of_real_players_works():
    wanted = table("operation")
    usual = {code for code, (_, everywhere) in wanted.items() if everywhere}
    assert len(usual) == 47
    with Papsim("mtp-music") as server:
        walk = Everything(server)
        walk.walk()
    assert {code: answers for code, answers in walk.answers.items() if answers != {OK}} == {}
    assert usual - set(walk.answers) == {0x9203}
    # What is not there, of these and of those only the logs at hand would add, has its reason.
    assert set(excused()) == set(wanted) - set(walk.answers)
    assert all(len(reason.split()) > 5 for reason in excused().values())


def test_what_is_excused_is_refused_even_if_a_player_announces_it(tmp_path):
    path = tmp_path / "announcing.yaml"
    codes = ", ".join(map(hex, excused()))
    path.write_text(MUSIC.replace("0x9820\n", f"0x9820, {codes}\n").replace(
        "\nproperties:\n", f"\n  only-announced: [{codes}]\nproperties:\n", 1), encoding="utf-8")
    with Papsim(path) as server:
        mtp = server.session()
        listed = mtp.ask(0x1001).data
        for code in excused():
            assert struct.pack("<H", code) in listed
            assert mtp.run(code).code == NOT_SUPPORTED


ANNOUNCED = re.compile(r"^  only-announced: \[([^]]*)\]", re.M)


def test_players_that_ship_announce_no_operation_that_is_there(tmp_path):
    """A player file may list what is not implemented only as announced: each such code is refused
    when it is listed like any other."""
    codes = {int(code, 16)
             for path in tree.PLAYERS.glob("*.yaml")
             for listed in ANNOUNCED.findall(path.read_text(encoding="utf-8"))
             for code in re.findall("0x[0-9a-f]{4}", listed)}
    assert 0x9203 in codes
    path = tmp_path / "listing.yaml"
    for code in sorted(codes):
        path.write_text(MUSIC.replace("0x9820\n", f"0x9820, {code:#06x}\n"), encoding="utf-8")
        refused(papsim("serve", "--listen", "127.0.0.1:0", "--player", path),
                f"{code:#06x}: expected an operation that is implemented")


def described(server):
    """Object properties the player describes for any of its formats."""
    mtp, found = server.session(), set()
    info = Reader(mtp.ask(0x1001).data)
    info.bytes(8)
    info.string()
    info.bytes(2)
    *_, formats = [info.numbers(2) for _ in range(5)]
    for each in formats:
        answer = mtp.run(0x9801, each)
        if answer.code != OK:
            continue
        for code in set(Reader(answer.data).numbers(2)) - found:
            desc = mtp.run(0x9802, code, each)
            assert desc.code == OK and desc.data[:2] == struct.pack("<H", code), (each, code)
            found.add(code)
    return found


def test_every_object_property_of_a_tenth_of_real_players_is_described():
    missing = set(table("object-property"))
    assert len(missing) >= 56
    mine = sorted(tree.PLAYERS.glob("mtp*.yaml"))
    others = sorted(set(tree.PLAYERS.glob("*.yaml")) - set(mine))
    for path in mine[:1] + others:
        text = path.read_text(encoding="utf-8")
        # headers of junk, and players that wait for a string, are for clients that know of them
        is_mtp = "persona: mtp" in text or "compatible-id: MTP" in text
        if not is_mtp or "ignore-header-errors" in text or "always-probe-descriptor" in text:
            continue
        with Papsim(path.stem) as server:
            missing -= described(server)
        if not missing:
            break
    assert not missing, [hex(code) for code in sorted(missing)]


def test_the_counting_itself(tmp_path):
    """Ten logs: what one of them lists is a tenth, and phones do not count."""
    log = "Device info:\n   Vendor extension description: {}\nSupported operations:\n{}\n"
    for number in range(10):
        codes = "   1001: get device info" + ("\n   1012: protect" if number == 3 else "")
        (tmp_path / f"{number}.txt").write_text(log.format("microsoft.com: 1.0;", codes))
    (tmp_path / "phone.txt").write_text(log.format("microsoft.com: 1.0; android.com: 1.0;",
                                                   "   95c1: part"))
    assert census.count(tmp_path) == {("operation", 0x1001): 100, ("operation", 0x1012): 10}
