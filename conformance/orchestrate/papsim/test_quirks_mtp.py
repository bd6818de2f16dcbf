"""Quirks of real players in what the responder says and takes (docs/quirks.md): each as a client
that papkit did not write meets it. Three runs a quirk, where libmtp has a flag for it: without the
quirk, with it, and with it under the numbers of a device libmtp's table flags, where libmtp's own
work-around has to help: then our defect is the one the flag is for."""
import json
import os
import re
import struct

import pytest

import tree
from clients import execute
from mtp_client import INTERNAL, OK, UNDEFINED, Reader, object_info
from quirks import MTP, ON_OFF, UNKNOWN, player
from tree import content, has

LARGE = (tree.PLAYERS / "mtp-large.yaml").read_text(encoding="utf-8")
# A name must reach the player as it is, whatever the tests' own locale.
UTF8 = {**os.environ, "LC_ALL": "C.UTF-8"}


class Client:
    """Runs shell lines with the player plugged."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, script, quirk, device=UNKNOWN, text=MTP):
        """(exit status, what was printed)"""
        path = player(self.folder, quirk, ids=device, text=text)
        (self.folder / "sock").unlink(missing_ok=True)
        done = execute("--control", self.folder / "sock", "--player", path, "--", "sh", "-c",
                       script, cwd=self.folder, env=UTF8)
        out = (done.stdout + done.stderr).replace("\r", "\n")
        assert "saw no player" not in out, out
        # The device was told apart by its numbers: flagged means in libmtp's table.
        if "mtp-" in script:
            assert ("is UNKNOWN in libmtp" in out) == (device == UNKNOWN), out
        return done.returncode, out


@pytest.fixture
def client(tmp_path):
    has("mtp-detect", "mtp-sendtr", "mtp-sendfile", "mtp-tracks", "mtp-files", "gphoto2")
    for name in ("song.mp3", "song.ogg", "song.flac", "Zażółć.mp3"):
        (tmp_path / name).write_bytes(content(3000))
    return Client(tmp_path)


@pytest.fixture
def session(serve):
    """A session of our own client with a player that has this quirk."""
    return lambda quirk, text=MTP: serve(quirk, text=text).session()


def send_track(name, tags="-t Title -a Artist", to=None):
    return f"mtp-sendtr -q {tags} {name} {to or name}"


# ---- property lists

FOLDERS = r"^1\s+Music$"


@ON_OFF
def test_quirk_01_the_list_of_all_objects_has_no_folders(client, on):
    _, out = client("mtp-folders", on and "broken-mtpgetobjproplist-all")
    assert bool(re.search(FOLDERS, out, re.M)) == (not on), out
    # Objects are not missing, only folders.
    _, out = client("mtp-files", on and "broken-mtpgetobjproplist-all")
    assert "Filename: Tone One.mp3" in out


def test_quirk_01_is_what_libmtps_flag_is_for(client):
    _, out = client("mtp-folders", "broken-mtpgetobjproplist-all", (0x041e, 0x411e))
    assert re.search(FOLDERS, out, re.M), out


@ON_OFF
def test_quirk_02_all_properties_are_not_all(client, on):
    _, out = client("mtp-tracks", on and "broken-mtpgetobjproplist")
    assert "Origfilename: Tone One.mp3" in out
    assert ("Artist: The Oscillators" in out) == (not on), out


def test_quirk_02_is_what_libmtps_flag_is_for(client):
    _, out = client("mtp-tracks", "broken-mtpgetobjproplist", (0x04e8, 0x5125))
    assert "Artist: The Oscillators" in out, out


@ON_OFF
def test_quirk_02_leaves_them_out_of_one_objects_list_and_says_each_alone(session, on):
    mtp = session(on and "broken-mtpgetobjproplist")
    reader = Reader(mtp.ask(0x9805, 3, 0, 0xFFFFFFFF, 0, 0).data)
    codes = set()
    for _ in range(reader.number()):
        assert reader.number() == 3
        codes.add(reader.number(2))
        reader.value(reader.number(2))
    assert 0xDC07 in codes and (0xDC46 in codes) == (not on)
    assert Reader(mtp.ask(0x9803, 3, 0xDC46).data).string() == "The Oscillators"


SENT = re.compile(r"Title: Title\n +Artist: Artist\n(.*\n)*? +Origfilename: song\.mp3")


@ON_OFF
def test_quirk_03_a_list_of_metadata_is_taken_and_forgotten(client, on):
    status, out = client(f"{send_track('song.mp3')} && mtp-tracks",
                         on and "broken-set-object-proplist")
    assert status == 0 and "Origfilename: song.mp3" in out, out
    assert bool(SENT.search(out)) == (not on), out


def test_quirk_03_is_what_libmtps_flag_is_for(client):
    status, out = client(f"{send_track('song.mp3')} && mtp-tracks", "broken-set-object-proplist",
                         (0x22b8, 0x60ca))
    assert status == 0 and SENT.search(out), out


@ON_OFF
def test_quirk_03_takes_the_name_of_a_playlist(session, on):
    mtp = session(on and "broken-set-object-proplist")
    playlist = next(handle for handle, one in mtp.objects().items() if one[0xDC07] == "Both.pla")
    for handle, kept in ((playlist, True), (3, not on)):
        mtp.ask(0x9806, send=struct.pack("<IIHH", 1, handle, 0xDC44, 0xFFFF) + b"\x04N\0e\0w\0\0\0")
        assert (Reader(mtp.ask(0x9803, handle, 0xDC44).data).string() == "New") == kept


@ON_OFF
def test_quirk_04_sending_with_properties_is_listed_and_fails(client, on):
    status, out = client("mtp-detect | grep 9808 && mtp-sendfile song.mp3 song.mp3",
                         on and "broken-send-object-proplist")
    assert "9808: Send object property list" in out
    assert ("New file ID" in out) == (status == 0) == (not on), out


def test_quirk_04_is_what_libmtps_flag_is_for(client):
    status, out = client("mtp-sendfile song.mp3 song.mp3; mtp-files",
                         "broken-send-object-proplist", (0x0930, 0x000c))
    assert status == 0 and "Filename: song.mp3\n   File size 3000 " in out, out


# ---- values

@ON_OFF
def test_quirk_10_the_date_is_said_to_be_settable_and_is_not(client, on):
    script = f"mtp-detect | grep dc09: | sort -u; {send_track('song.mp3')}; mtp-tracks"
    _, out = client(script, on and "cannot-handle-datemodified")
    assert re.search(r"dc09: Date Modified STRING data type DATETIME FORM.* GET/SET", out), out
    assert ("could not set object property list" in out) == on, out
    assert bool(SENT.search(out)) == (not on), out


def test_quirk_10_is_what_libmtps_flag_is_for(client):
    _, out = client(f"{send_track('song.mp3')} && mtp-tracks", "cannot-handle-datemodified",
                    (0x0781, 0x7400))
    assert SENT.search(out), out


@ON_OFF
def test_quirk_10_the_date_can_be_said_when_the_file_is_sent(session, on):
    mtp = session(on and "cannot-handle-datemodified")
    properties = struct.pack("<I", 2)
    for code, text in ((0xDC07, "a.bin"), (0xDC09, "20100203T040506")):
        properties += struct.pack("<IHH", 0, code, 0xFFFF)
        properties += bytes([len(text) + 1]) + (text + "\0").encode("utf-16-le")
    handle = mtp.ask(0x9808, INTERNAL, 0xFFFFFFFF, UNDEFINED, 0, 3, send=properties).params[2]
    mtp.ask(0x100D, send=b"abc")
    assert Reader(mtp.ask(0x9803, handle, 0xDC09).data).string() == "20100203T040506"
    later = bytes([16]) + "20110203T040506\0".encode("utf-16-le")
    assert (mtp.run(0x9804, handle, 0xDC09, send=later).code == OK) == (not on)


@ON_OFF
def test_quirk_19_the_battery_is_listed_and_cannot_be_read(client, on):
    _, out = client("mtp-detect", on and "broken-battery-level")
    assert "0x5001: Battery Level" in out
    assert ("Battery level 80 of 100 (80%)" in out) == (not on), out


def test_quirk_19_is_not_met_by_a_client_that_knows(client):
    _, out = client("LIBMTP_DEBUG=1 mtp-detect", "broken-battery-level", (0x0421, 0x04be))
    assert "0x5001: Battery Level" in out and "Battery level 80" not in out
    assert not re.search(r"PTP Layer error|could not get device property", out), out


# ---- names

@ON_OFF
def test_quirk_11_a_name_beyond_ascii_is_refused(client, on):
    status, out = client("mtp-sendfile Zażółć.mp3 Zażółć.mp3; mtp-files",
                         on and "only-7bit-filenames")
    assert ("Filename: Zażółć.mp3" in out) == (not on), out
    assert ("Error sending file" in out) == on and status == 0


def test_quirk_11_is_what_libmtps_flag_is_for(client):
    _, out = client("mtp-sendfile Zażółć.mp3 Zażółć.mp3; mtp-files", "only-7bit-filenames",
                    (0x0471, 0x0172))
    # What is above 0x7f became an underscore.
    assert "Filename: Za_.mp3" in out, out


TWO_FOLDERS = f"""mtp-newfolder Other 0 0 >/dev/null
{send_track('song.mp3', to='/Music/song.mp3')}
{send_track('song.mp3', to='/Other/song.mp3')}
mtp-tracks"""


@ON_OFF
def test_quirk_12_a_name_in_another_folder_is_taken_too(client, on):
    _, out = client(TWO_FOLDERS, on and "unique-filenames")
    assert out.count("Origfilename: song.mp3") == (1 if on else 2), out
    assert ("Error sending track" in out) == on


def test_quirk_12_is_what_libmtps_flag_is_for(client):
    _, out = client(TWO_FOLDERS, "unique-filenames", (0x04e8, 0x5125))
    assert "Origfilename: song.mp3" in out and "Origfilename: song_1.mp3" in out, out


@ON_OFF
def test_quirk_12_renaming_to_a_name_that_is_taken_is_refused(session, on):
    mtp = session(on and "unique-filenames")
    name = bytes([9]) + "card.txt\0".encode("utf-16-le")  # stands on the card
    assert (mtp.run(0x9804, 3, 0xDC07, send=name).code == OK) == (not on)
    # An object is not in its own way.
    own = bytes([13]) + "Tone Two.mp3\0".encode("utf-16-le")
    assert mtp.run(0x9804, 4, 0xDC07, send=own).code == OK


# ---- formats

@ON_OFF
def test_quirk_13_an_ogg_file_comes_back_as_undefined(client, on):
    script = f"{send_track('song.ogg')}; mtp-tracks; mtp-files"
    status, out = client(script, on and "iriver-ogg-alzheimer")
    assert status == 0 and "Filename: song.ogg" in out
    assert ("Filetype: Ogg container format" in out) == (not on), out
    assert ("Origfilename: song.ogg" in out) == (not on), out


def test_quirk_13_is_what_libmtps_flag_is_for(client):
    _, out = client(f"{send_track('song.ogg')}; mtp-tracks", "iriver-ogg-alzheimer",
                    (0x1042, 0x1143))
    assert re.search(r"Title: Title\n +Artist: Artist\n(.*\n)*?.*Filetype: Ogg container format",
                     out), out


@ON_OFF
def test_quirk_13_says_undefined_wherever_a_format_is_said(session, on):
    mtp = session(on and "iriver-ogg-alzheimer")
    handle = mtp.send("a.ogg", b"xyz", form=0xB902)
    said = UNDEFINED if on else 0xB902
    assert struct.unpack("<H", mtp.ask(0x1008, handle).data[4:6])[0] == said
    assert Reader(mtp.ask(0x9803, handle, 0xDC02).data).number(2) == said
    assert handle in Reader(mtp.ask(0x1007, 0xFFFFFFFF, said, 0).data).numbers()


NEW_FORMATS = [("ogg-is-unknown", "song.ogg", "Ogg container format", "b902", (0x04e8, 0x507d)),
               ("flac-is-unknown", "song.flac", "Free Lossless Audio Codec (FLAC)", "b906",
                (0x0e21, 0x0801))]


def unknown(client, which, on):
    quirk, name, kind, code, device = NEW_FORMATS[which]
    status, out = client(f"mtp-sendfile {name} {name}; mtp-detect; mtp-files", on and quirk)
    assert status == 0
    assert bool(re.search(rf"^   {code}: ", out, re.M)) == (not on), out
    assert (f"Filename: {name}" in out) == (f"Filetype: {kind}" in out) == (not on), out
    assert ("Invalid Object Format Code" in out) == on, out
    if on:  # libmtp sends it as undefined then, and knows it by its name
        _, out = client(f"mtp-sendfile {name} {name}; mtp-files", quirk, device)
        assert f"Filename: {name}" in out and f"Filetype: {kind}" in out, out


@ON_OFF
def test_quirk_14_ogg_is_taken_as_undefined_only(client, on):
    unknown(client, 0, on)


@ON_OFF
def test_quirk_15_flac_is_taken_as_undefined_only(client, on):
    unknown(client, 1, on)


# ---- playlists

# Nothing on it but tracks: a player with text files has no playlist object.
TRACKS = MTP[:MTP.index("  - path: Playlists/Both.pla")]
MIX = f"mtp-newplaylist -i 3 -i 4 -n Mix; {tree.PAPSIM} control sock playlists"
OLD, NEW = (0x04e8, 0x5125), (0x04e8, 0x5118)  # libmtp writes version 1, version 2


def shown(out):
    return json.loads(out[out.index("{"):out.rindex("}") + 1])["playlists"]


def text_playlists(client, on, version, device, other):
    quirk = f"playlist-spl-v{version}"
    _, out = client(f"mtp-detect | grep ba05:; {MIX}", on and quirk, text=TRACKS)
    # Samsung's players list the format they refuse.
    assert "ba05: Abstract Audio Video Playlist" in out
    assert ("Couldn't create playlist object" in out) == on, out
    assert shown(out) == ([] if on else [{"handle": 5, "name": "Mix.pla", "tracks": [3, 4]}])
    if not on:
        return
    _, out = client(MIX, quirk, device, TRACKS)
    assert shown(out) == [{"handle": 5, "name": "Mix.spl", "tracks": [3, 4]}], out
    # The other version is a file like any other.
    _, out = client(MIX, quirk, other, TRACKS)
    assert "Created new playlist: 5" in out and shown(out) == [], out
    _, out = client("mtp-newplaylist -i 4 -i 3 -i 4 -n Mix; mtp-playlists; mtp-files", quirk,
                    device, TRACKS)
    assert re.search(r"Name: Mix\n.*\n +Tracks:\n +4: .*Tone Two\n +3: .*Tone One\n +4: ", out), out
    assert "Filename: Mix.spl" in out


@ON_OFF
def test_quirk_16_playlists_are_text_files_of_version_1(client, on):
    text_playlists(client, on, 1, OLD, NEW)


@ON_OFF
def test_quirk_17_playlists_are_text_files_of_version_2(client, on):
    text_playlists(client, on, 2, NEW, OLD)


def test_quirk_16_shows_what_a_host_wrote_by_hand(client):
    lines = ["SPL PLAYLIST", "VERSION 1.00", "", r"\Music\Tone Two.mp3", r"\Music\None.mp3",
             r"\Music\Tone One.mp3", "", "END PLAYLIST", r"\Music\Tone One.mp3"]
    for name, text in (("fine", "\r\n".join(lines)), ("newlines", "\n".join(lines)),
                       ("headless", "\r\n".join(lines[1:])), ("empty", "")):
        (client.folder / f"{name}.spl").write_bytes(b"\xff\xfe" + text.encode("utf-16-le"))
    (client.folder / "bytes.spl").write_bytes("\r\n".join(lines).encode("ascii"))
    files = ("fine", "newlines", "headless", "empty", "bytes")
    script = "".join(f"mtp-sendfile {name}.spl {name}.spl\n" for name in files)
    _, out = client(f"{script} {tree.PAPSIM} control sock playlists", "playlist-spl-v1",
                    text=TRACKS)
    assert out.count("New file ID") == len(files)
    # What ends too early has no track, and one that has no head is no playlist.
    assert [(one["name"], one["tracks"]) for one in shown(out)] == [
        ("fine.spl", [4, 3]), ("newlines.spl", [4, 3])]


# ---- sizes, events

@ON_OFF
def test_quirk_22_object_info_has_a_size_of_64_bits(client, session, on):
    mtp = session(on and "proplist-overrides-oi")
    info = mtp.ask(0x1008, 3).data  # 20000 bytes of MP3 in the internal memory
    assert struct.unpack("<IHHI", info[:12]) == (INTERNAL, 0x3009, 0, 20000)
    assert info[12:16] == bytes(4)  # the size's upper half, or of no thumbnail
    end = 52 + 4 * on  # of what precedes the name
    assert Reader(info[end:]).string() == "Tone One.mp3"
    assert struct.unpack("<I", info[end - 14:end - 10])[0] == 1  # its folder
    # libmtp looks for this and says so; gphoto2 lists the sizes all the same.
    _, out = client("LIBMTP_DEBUG=1 mtp-filetree; gphoto2 --list-files",
                    on and "proplist-overrides-oi")
    assert ("objectsize 64bit detected!" in out) == on, out
    assert re.search(r"#\d+ +Tone One\.mp3 +rd +20 KB", out), out


@pytest.mark.parametrize("before", ["", "--list-files"], ids=["32 bits", "64 bits"])
def test_quirk_22_a_host_may_send_both(client, before):
    """gphoto2 sends a size of 64 bits as soon as it has got one."""
    status, out = client(f"gphoto2 --folder /store_00010001 {before} --upload-file song.mp3; "
                         "mtp-files", "proplist-overrides-oi")
    assert status == 0
    assert "Filename: song.mp3\n   File size 3000 " in out, out


@ON_OFF
def test_quirk_22_a_size_of_64_bits_is_no_object_info_elsewhere(session, on):
    mtp = session(on and "proplist-overrides-oi")
    info = object_info("a", 3, UNDEFINED)
    wide = info[:12] + bytes(4) + info[12:]
    assert (mtp.run(0x100C, INTERNAL, 0xFFFFFFFF, send=wide).code == OK) == on


@ON_OFF
def test_quirk_24_an_event_follows_the_hosts_own_deletion(client, on):
    status, out = client("gphoto2 --folder /store_00010001 --delete-file 1 --wait-event="
                         + ("5s" if on else "1s"), on and "delete-sends-event")
    assert status == 0
    assert bool(re.search(r"ObjectRemoved, Param1 00000007$", out, re.M)) == on, out


def test_quirk_24_is_what_libgphoto2s_flag_is_for(client):
    """It fetches the event with the deletion, for cameras of its table."""
    status, out = client("gphoto2 --folder /store_00010001 --delete-file 1 --wait-event=1s",
                         "delete-sends-event", (0x04a9, 0x30ba))
    assert status == 0 and "Waiting for 1 seconds" in out and "ObjectRemoved" not in out, out


@ON_OFF
def test_quirk_32_the_end_of_what_is_sent_gets_lost(client, on):
    status, out = client("""mtp-sendfile song.mp3 song.mp3 > sent
        id=$(tr '\\r' '\\n' < sent | sed -n 's/.*New file ID: \\([0-9]*\\).*/\\1/p')
        mtp-files; mtp-getfile "$id" back.mp3""", on and "upload-truncated")
    assert status == 0
    size = 2560 if on else 3000  # 5 of 512
    assert f"Filename: song.mp3\n   File size {size} " in out, out
    assert (client.folder / "back.mp3").read_bytes() == content(3000)[:size]


@ON_OFF
def test_quirk_33_nobody_learns_a_size_beyond_4_gb(client, on):
    _, out = client("mtp-files", on and "four-gigabyte-size", text=LARGE)
    said = "None. (abstract file, size = -1)" if on else "File size 5368709120 "
    assert f"Filename: large.bin\n   {said}" in out, out


@ON_OFF
def test_quirk_33_is_about_what_is_said_only(session, on):
    mtp = session(on and "four-gigabyte-size", LARGE)
    assert struct.unpack("<I", mtp.ask(0x1008, 1).data[8:12])[0] == 0xFFFFFFFF  # MTP 1.1, 5.3.1
    size = struct.unpack("<Q", mtp.ask(0x9803, 1, 0xDC04).data)[0]
    assert size == (0xFFFFFFFF if on else 5 << 30)
    assert mtp.ask(0x95C1, 1, 0x3FFFFFFF, 1, 10).data == bytes(1)  # its last


def test_each_quirk_of_these_can_be_switched_while_the_player_runs(client):
    script = (f"mtp-folders; {tree.PAPSIM} control sock deviate name=broken-mtpgetobjproplist-all; "
              "mtp-folders; mtp-folders")
    _, out = client(script, None)
    assert len(re.findall(FOLDERS, out, re.M)) == 1, out
