"""`papcheck sync`: a music library gets onto players of many kinds. What is on them then is read by
clients that papkit did not write, or by the tests' own that shares no code with the provider."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest

from clients import execute, ok
from papcheck import papcheck
from papsim import Papsim
from screen import Screen
from sync_device import held, watched
from tree import BUILD, PAPCHECK, ROOT, SECONDS, has

MEDIA = ROOT / "fixtures" / "media"
# Those a provider of PAP drives, and MTP ones: with property lists, of real devices' logs, and one
# that takes objects' properties one by one.
OTHER = ("--provider", BUILD / "other.so")  # a provider of other hands
PLAYERS = [("pap-winusb", ()), ("pap-winusb", OTHER), ("mtp", ("--allow-mtp",)),
           ("sandisk-sansa-clip-plus", ("--allow-mtp",)), ("iriver-t10a", ("--allow-mtp",))]
WITHOUT_ALBUMS = {"iriver-t10a"}


def tagged(path, source, **tags):
    path.parent.mkdir(parents=True, exist_ok=True)
    words = [word for tag, value in tags.items() for word in ("-metadata", f"{tag}={value}")]
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", MEDIA / source, "-map_metadata", "-1",
                    *words, "-codec", "copy", path], check=True, stdin=subprocess.DEVNULL,
                   timeout=SECONDS)


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    """A library, to be copied."""
    has("ffmpeg")
    folder = tmp_path_factory.mktemp("music")
    tagged(folder / "Bee" / "One" / "1 First.mp3", "tone.mp3", title="First", artist="Bee",
           album="One", track="1/2", date="1999", genre="Jazz")
    tagged(folder / "Bee" / "One" / "2 Zweitä.mp3", "tone.mp3", title="Zweitä 𝄞", artist="Bee",
           album="One", track="2/2", date="1999")
    tagged(folder / "Bee" / "loose.wma", "tone.wma", title="Loose", artist="Bee")
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x48:duration=1",
                    "-frames:v", "1", folder / "Bee" / "One" / "Cover.jpg"], check=True,
                   timeout=SECONDS)
    tagged(folder / "plain.mp3", "tone.mp3")
    (folder / "mix.m3u").write_text("#EXTM3U\nplain.mp3\nBee/One/2 Zweitä.mp3\n"
                                    "Bee\\One\\1 First.mp3\n", encoding="utf-8")
    (folder / "Bee" / "both.pls").write_text("[playlist]\nFile1=One/1 First.mp3\n"
                                             "File2=../plain.mp3\n", encoding="utf-8")
    (folder / "notes.txt").write_text("no music\n", encoding="utf-8")
    return folder


@pytest.fixture
def library(music, tmp_path):
    return pathlib.Path(shutil.copytree(music, tmp_path / "library"))


@pytest.fixture
def sync(library, tmp_path):
    """papcheck sync of the library: its exit status and its events."""
    def runs(uri, *words, status=0):
        done = papcheck("sync", "--library", library, "--state", tmp_path / "state", "--device",
                        uri, *words)
        assert done.status == status, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]
    return runs


def of_kind(events, kind):
    return [event["path"] for event in events if event["event"] == kind]


def failures(events):
    return {event["path"]: event["code"] for event in events if event["event"] == "failed"}


def tracks(library, *without):
    """{path on the device: bytes}"""
    return {f"Music/{path.relative_to(library)}": path.read_bytes()
            for path in library.rglob("*") if path.suffix in (".mp3", ".wma")
            and path.name not in without}


def music_on(found):
    """The files of a device that are in Music, but for what it brought along."""
    return {path: content for path, content in found.items()
            if path.startswith("Music/") and content is not None and "/Tone " not in path}


LISTS = {"Playlists/mix": ["Music/plain.mp3", "Music/Bee/One/2 Zweitä.mp3",
                           "Music/Bee/One/1 First.mp3"],
         "Playlists/Bee - both": ["Music/Bee/One/1 First.mp3", "Music/plain.mp3"]}
ALBUM = {"Albums/Bee - One": ["Music/Bee/One/1 First.mp3", "Music/Bee/One/2 Zweitä.mp3"]}


@pytest.mark.parametrize("player, words", PLAYERS, ids=[
    f"{player}-other" if words is OTHER else player for player, words in PLAYERS])
def test_a_library_arrives_whole_and_only_once(player, words, library, sync):
    with Papsim(player) as papsim:
        with watched(papsim) as (wire, uri):
            assert not failures(sync(uri, *words))
        assert len(wire.writes) >= 3 * len(tracks(library))
        first = held(papsim)
        assert music_on(first) == tracks(library)
        lists = {path: content for path, content in first.items() if isinstance(content, list)}
        assert lists.items() >= LISTS.items()
        assert ("Albums" in first) == (lists.items() >= ALBUM.items())
        assert ("Albums" in first) == (player not in WITHOUT_ALBUMS)
        with watched(papsim) as (wire, uri):
            events = sync(uri, *words)
        assert wire.operations and not wire.writes
        assert [event["event"] for event in events] == ["plan", "end"], events
        assert held(papsim) == first


def test_the_worlds_clients_see_tags_lists_and_cover(library, sync, tmp_path):
    has("mtp-tracks", "mtp-playlists", "mtp-albums", "mtp-getfile")
    with Papsim("mtp") as papsim:
        sync(papsim.uri(), "--allow-mtp")
        def client(*words):
            return ok(execute("--connect", papsim.place("1-1"), "--", *words, cwd=tmp_path))
        said = client("mtp-tracks")
        track = re.search(r"Track ID: (\d+)\n(?:   .*\n)*?   Title: Zweitä 𝄞\n(?:   .*\n)*", said)
        assert track, said
        for words in ("Artist: Bee", "Album: One", "Track number: 2", "Date: 19990101T000000"):
            assert f"   {words}" in track[0], track[0]
        client("mtp-getfile", track[1], "fetched.mp3")
        assert (tmp_path / "fetched.mp3").read_bytes() == \
            (library / "Bee" / "One" / "2 Zweitä.mp3").read_bytes()
        assert "mix" in client("mtp-playlists")
        assert re.search(r"Bee - One|One", client("mtp-albums"))
        mtp = papsim.session()
        album = next(handle for handle, said in mtp.objects().items() if said[0xDC02] == 0xBA03)
        cover = mtp.ask(0x9803, album, 0xDC86).data
        assert cover[4:] == (library / "Bee" / "One" / "Cover.jpg").read_bytes()


def test_changes_of_the_library_follow(library, sync):
    with Papsim("pap-winusb") as papsim:
        sync(papsim.uri())
        changed, added = library / "Bee" / "One" / "1 First.mp3", library / "New" / "more.mp3"
        tagged(changed, "tone.mp3", title="Changed", artist="Bee", album="One", track="1")
        (library / "Bee" / "loose.wma").unlink()
        tagged(added, "tone.mp3", title="More", artist="Cee", album="Two")
        (library / "Bee" / "both.pls").unlink()
        (library / "mix.m3u").write_text("New/more.mp3\nBee/One/1 First.mp3\n", encoding="utf-8")
        events = sync(papsim.uri())
        assert of_kind(events, "replaced") == ["Bee/One/1 First.mp3"]
        assert of_kind(events, "sent") == ["New/more.mp3"]
        assert sorted(of_kind(events, "deleted")) == ["Music/Bee/loose.wma", "Playlists/Bee - both"]
        found = held(papsim)
        assert music_on(found) == tracks(library)
        assert found["Playlists/mix"] == ["Music/New/more.mp3", "Music/Bee/One/1 First.mp3"]
        assert found["Albums/Bee - One"] == ALBUM["Albums/Bee - One"]
        assert "Playlists/Bee - both" not in found
        assert "Music/Tone One.mp3" in found  # not ours to delete


def test_a_folder_that_has_gone_goes_and_one_with_others_files_stays(library, sync):
    with Papsim("pap-winusb") as papsim:
        sync(papsim.uri())
        papsim.tell("add", path="Music/Bee/One/other.mp3", size=100, seed=1)
        shutil.rmtree(library / "Bee")
        stale = {"mix.m3u": "entries"}  # the list still names what has gone
        assert failures(sync(papsim.uri(), status=5)) == stale
        found = held(papsim)
        assert set(found) >= {"Music/Bee/One/other.mp3", "Music/plain.mp3"}
        assert not [path for path in found if path.startswith("Albums")]
        papsim.tell("remove", path="Music/Bee/One/other.mp3")
        assert failures(sync(papsim.uri(), status=5)) == stale
        assert "Music/plain.mp3" in held(papsim)


def test_folders_that_are_empty_go(library, sync):
    (library / "mix.m3u").unlink()
    with Papsim("pap-winusb") as papsim:
        sync(papsim.uri())
        shutil.rmtree(library / "Bee")
        events = sync(papsim.uri())
        assert {"Music/Bee/One", "Music/Bee", "Albums"} < set(of_kind(events, "deleted"))
        assert not [path for path in held(papsim) if path.startswith(("Music/Bee", "Albums"))]
        assert not of_kind(sync(papsim.uri()), "deleted")


def test_a_playlist_that_cannot_be_read_stays_and_holds_nothing_back(library, sync):
    with Papsim("pap-winusb") as papsim:
        sync(papsim.uri())
        (library / "Bee" / "both.pls").unlink()
        (library / "Bee" / "loose.wma").unlink()
        (library / "mix.m3u").write_bytes(bytes(5 << 20))
        events = sync(papsim.uri(), status=5)
        assert failures(events) == {"mix.m3u": "size"}
        assert sorted(of_kind(events, "deleted")) == ["Music/Bee/loose.wma", "Playlists/Bee - both"]
        assert held(papsim)["Playlists/mix"] == LISTS["Playlists/mix"]
        (library / "mix.m3u").unlink()
        assert "Playlists/mix" in of_kind(sync(papsim.uri()), "deleted")


def test_a_library_that_is_empty_takes_nothing_away_unless_told_to(library, sync):
    with Papsim("pap-winusb") as papsim:
        sync(papsim.uri())
        before = held(papsim)
        for each in library.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        end = sync(papsim.uri(), status=3)[-1]
        assert end["reason"].startswith("the library is empty") and held(papsim) == before
        sync(papsim.uri(), "--allow-empty")
        assert music_on(before) and not music_on(held(papsim))


def test_another_time_alone_is_no_change(library, sync):
    with Papsim("pap-winusb") as papsim:
        sync(papsim.uri())
        os.utime(library / "plain.mp3", (1, 1))
        with watched(papsim) as (wire, uri):
            sync(uri)
        assert not wire.writes


def test_ratings_and_play_counts_come_back_and_survive_a_change(library, sync):
    with Papsim("pap-winusb") as papsim:
        sync(papsim.uri())
        for code, value in ((0xDC8A, 60), (0xDC91, 7)):
            papsim.tell("retag", path="Music/Bee/One/1 First.mp3", property=code, value=value)
        back = [event for event in sync(papsim.uri()) if event["event"] == "came-back"]
        assert back == [{"event": "came-back", "path": "Bee/One/1 First.mp3", "rating": 60,
                         "plays": 7}]
        assert not of_kind(sync(papsim.uri()), "came-back")
        tagged(library / "Bee" / "One" / "1 First.mp3", "tone.mp3", title="Changed")
        assert of_kind(sync(papsim.uri()), "replaced")
        assert not of_kind(sync(papsim.uri()), "came-back")
        tags = [one for one in papsim.session().objects().values() if one.get(0xDC44) == "Changed"]
        assert [(one[0xDC8A], one[0xDC91]) for one in tags] == [(60, 7)]


def test_a_full_device_takes_what_fits(library, sync):
    for number in range(8):
        (library / f"{number}.mp3").write_bytes((MEDIA / "tone.mp3").read_bytes() * 60)
    with Papsim("mtp-small") as papsim:
        events = sync(papsim.uri(), "--allow-mtp", status=5)
        failed = failures(events)
        assert failed and set(failed.values()) == {"full"}
        found = music_on(held(papsim))
        assert found == tracks(library, *failed)
        for name in failed:
            (library / name).unlink()
        assert not failures(sync(papsim.uri(), "--allow-mtp"))


# The provider knows of the first and the last; what a device has against the second it keeps to
# itself.
@pytest.mark.parametrize("name, code", [("bell\x07.mp3", "name"), ("rubout\x7f.mp3", "refused"),
                                        ("back\\slash.mp3", "name")])
def test_a_name_the_device_refuses_stops_nothing_else(name, code, library, sync):
    shutil.copy(MEDIA / "tone.mp3", library / name)
    with Papsim("pap-winusb") as papsim:
        assert failures(sync(papsim.uri(), status=5)) == {name: code}
        assert music_on(held(papsim)) == tracks(library, name)


def test_what_is_no_file_of_a_library_is_said(library, sync):
    os.symlink("plain.mp3", library / "link.mp3")
    os.mkfifo(library / "pipe.mp3")
    (library.joinpath(os.fsdecode(b"caf\xe9.mp3"))).write_bytes(b"x" * 100)
    with Papsim("pap-winusb") as papsim:
        assert failures(sync(papsim.uri(), status=5)) == {"link.mp3": "link",
                                                          "caf\\xe9.mp3": "name"}


def test_a_file_that_vanishes_or_changes_meanwhile_is_said(library, sync):
    victims = [library / "Bee" / "One" / "2 Zweitä.mp3", library / "plain.mp3"]
    with Papsim("pap-winusb") as papsim:
        def cut():
            victims[0].unlink()
            victims[1].write_bytes(b"RIFF")
        # Well behind the walk, and before the first track is whole.
        with watched(papsim) as (wire, uri):
            sync(uri, "--dry-run")
        with watched(papsim, at=wire.urbs + 12, cut=cut) as (wire, uri):
            events = sync(uri, status=5)
        assert failures(events)["Bee/One/2 Zweitä.mp3"] == "vanished"
        assert of_kind(events, "sent")
        assert music_on(held(papsim)) == tracks(library)


def test_a_dry_run_changes_nothing_and_says_what_it_would(library, sync, tmp_path):
    with Papsim("pap-winusb") as papsim:
        before = held(papsim)
        with watched(papsim) as (wire, uri):
            events = sync(uri, "--dry-run")
        assert not wire.writes and held(papsim) == before
        assert sorted(of_kind(events, "sent")) == sorted(
            path.removeprefix("Music/") for path in tracks(library))
        assert not (tmp_path / "state").exists()


def test_a_device_whose_state_is_lost_is_not_filled_twice(library, sync, tmp_path):
    with Papsim("pap-winusb") as papsim:
        sync(papsim.uri())
        before = held(papsim)
        shutil.rmtree(tmp_path / "state")
        with watched(papsim) as (wire, uri):
            events = sync(uri)
        assert len(of_kind(events, "adopted")) == 4 + 2 + 1
        assert not {"0x100c", "0x100d", "0x9808", "0x100b"} & set(wire.writes)
        assert held(papsim) == before


def test_what_others_have_put_there_is_left_alone(library, sync):
    with Papsim("pap-winusb") as papsim:
        papsim.tell("add", path="Music/plain.mp3", size=100, seed=1)
        assert failures(sync(papsim.uri(), status=5)) == {"plain.mp3": "taken"}
        assert len(held(papsim)["Music/plain.mp3"]) == 100


def test_a_track_deleted_or_moved_on_the_device(library, sync):
    with Papsim("pap-winusb") as papsim:
        sync(papsim.uri())
        papsim.tell("remove", path="Music/plain.mp3")
        papsim.tell("rename", path="Music/Bee/loose.wma", name="mine.wma")
        events = sync(papsim.uri())
        assert of_kind(events, "sent") == ["plain.mp3"]
        found = held(papsim)
        assert "Music/Bee/mine.wma" in found and "Music/Bee/loose.wma" not in found
        assert found["Playlists/mix"] == LISTS["Playlists/mix"]


def test_what_a_device_lacks_is_said_in_words(library, tmp_path):
    with Papsim("pap-inf") as papsim:
        done = papcheck("sync", "--library", library, "--state", tmp_path, "--device", papsim.uri())
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.status == 1 and said[-1]["result"] == "unfit"
    assert [event["reason"] for event in said[:-1]] == [
        "the device does not advertise the portable audio player interface "
        "{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}",
        "the device parameter UseExtendedWmdm is not there"]


def test_a_device_is_synchronised_each_time_it_arrives(library, tmp_path):
    with Papsim("pap-winusb") as papsim:
        papsim.tell("unplug")
        with subprocess.Popen([PAPCHECK, "sync", "--stay", "--library", library, "--state",
                               tmp_path / "state", "--device", papsim.uri()], text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as staying:
            def until(kind):
                return next(event for event in map(json.loads, staying.stdout)
                            if event["event"] == kind)
            until("waiting")
            papsim.tell("plug")
            assert until("end")["sent"] == 4
            papsim.free("1-1")
            papsim.tell("unplug")
            until("waiting")
            (library / "plain.mp3").unlink()
            papsim.tell("plug")
            assert until("end")["deleted"] == 1
            staying.send_signal(signal.SIGINT)
            assert staying.wait(SECONDS) == 130


def test_mistakes_of_the_command_line(tmp_path):
    for words, said in (
            ((), "expected --library DIR"), (("--library", tmp_path / "no"), "No such file"),
            (("--library", __file__), "expected a folder"),
            (("--library", tmp_path, "--device", "x"), "expected usb:"),
            (("--library", tmp_path, "--device", "usb:1:2", "--player", "mtp"), "already"),
            (("--library", tmp_path, "--stay"), "expected --device URI"),
            (("--library", tmp_path, "--provider", __file__), "")):
        done = papcheck("sync", *words)
        assert (done.status, done.stdout) == (2, "") and said in done.stderr, done.stderr


def test_a_person_sees_a_bar_and_what_was_left_out(library, tmp_path):
    shutil.copy(MEDIA / "tone.mp3", library / "red\x1b[31m.mp3")
    words = ["sync", "--library", library, "--state", tmp_path / "state"]
    with Screen(PAPCHECK, *words, columns=100) as screen:
        assert screen.ended() == 5
    left = [line for line in screen.lines if line]
    assert left[0] == "left out: red?[31m.mp3: its name cannot stand on the device", left
    assert left[1].startswith("partial: 4 sent, 0 replaced") and len(left) == 2, left
    assert any(re.match(r"\[#*\.*\] \d/9 .*Bee/One/1 First.mp3", one) for one in screen.frames)
    assert "\x1b[31m" not in screen.text


def test_without_a_device_a_player_of_its_own_is_filled(library, tmp_path):
    done = papcheck("sync", "--library", library, "--state", tmp_path / "state")
    assert done.status == 0 and json.loads(done.last_line)["sent"] == 4
