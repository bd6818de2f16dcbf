"""Clients that have windows and no command line: gnomad2 and gmtp send a track through `papsim
exec`, by hands on a desktop of the test's own, and libmtp's tools read what the player has of
it."""
import re
import subprocess

import pytest

from clients import execute, ok
from papsim import Papsim
from desktop import Desktop
from tree import PAPSIM, SECONDS, has

# Where the log of a real player does not call the property a date, it is text, and kept as it came.
GNOMAD2 = {"mtp": "20040101T000000.0", "creative-zen-x-fi": "20040101T0000.0",
           "creative-zen-vision-m": "20040101T0000.0", "sony-walkman-nwz-a828": "20040101T0000.0",
           "samsung-yp-t10": "20040101T0000.0"}
# With one storage: no question which.
GMTP = ["creative-zen-x-fi", "philips-sa5145", "sony-walkman-nwz-a828", "samsung-yp-t10"]


@pytest.fixture
def track(tmp_path):
    """A folder with one file, by ffmpeg."""
    has("ffmpeg")
    (tmp_path / "music").mkdir()
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=frequency=330:duration=2",
                    "-c:a", "libmp3lame", "-id3v2_version", "3", "-metadata", "title=Made Here",
                    "-metadata", "artist=ffmpeg", "-metadata", "album=Tests", "-metadata",
                    "date=2004", "-metadata", "track=3", tmp_path / "music" / "tone.mp3"],
                   check=True, stdin=subprocess.DEVNULL, timeout=SECONDS)
    return tmp_path / "music" / "tone.mp3"


def start(screen, server, name, folder):
    return subprocess.Popen([PAPSIM, "exec", "--connect", server.place(), "--", name], cwd=folder,
                            env=screen.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def used(server):
    """Whether a client has the player."""
    return server.tell("status")["players"][0]["imported"]


def objects(server):
    return server.tell("details")["storages"][0]["objects"]


def quiet(server):
    """Nothing under way, ten looks in a row."""
    return not any(server.tell("details")["busy"] for _ in range(10))


def tracks(server):
    return ok(execute("--connect", server.place(), "--", "mtp-tracks"))


def is_the_track(text, date):
    one = text[text.index("Title: Made Here"):]
    for line in ("Artist: ffmpeg", "Album: Tests", "Origfilename: tone.mp3", "Track number: 3",
                 f"Date: {date}"):
        assert re.search(rf"^\s*{re.escape(line)}$", one, re.M), one


def ended(process):
    process.terminate()
    process.wait(SECONDS)


@pytest.mark.parametrize("name", GNOMAD2)
def test_gnomad2_sends_a_track_with_a_date_that_lacks_its_seconds(tmp_path, track, name):
    """By mouse: the file in the left list, the arrow to the right, OK in the window that asks."""
    has("gnomad2", "mtp-tracks")
    with Papsim(name) as server, Desktop(tmp_path) as screen:
        before = objects(server)
        process = start(screen, server, "gnomad2", track.parent)
        screen.until(lambda: used(server) and screen.has_title("gnomad2 2"))

        def send():
            screen.until(lambda: screen.has_title("Transfer to jukebox library"), lambda: screen.do(
                "mousemove", 50, 161, "click", 1, "mousemove", 298, 175, "click", 1))
            screen.do("mousemove", 342, 200, "click", 1)

        screen.until(lambda: objects(server) > before, send)
        screen.until(lambda: not screen.has_title("ransfer") and quiet(server))
        ended(process)
        is_the_track(tracks(server), GNOMAD2[name])


@pytest.mark.parametrize("name", GMTP)
def test_gmtp_connects_and_sends_a_track(tmp_path, track, name):
    """By keys: Connect, Add, the first file of the folder it begins with."""
    has("gmtp", "mtp-tracks")
    settings = tmp_path / "config" / "glib-2.0" / "settings"
    settings.mkdir(parents=True)
    (settings / "keyfile").write_text(f"[apps/gMTP]\nuploadpath='{track.parent}'\n",
                                      encoding="utf-8")
    with Papsim(name) as server, Desktop(tmp_path) as screen:
        before = objects(server)
        process = start(screen, server, "gmtp", track.parent)
        screen.until(lambda: screen.has_title("gmtp"))
        screen.until(lambda: screen.has_title("/ - gmtp"),
                     lambda: screen.do("mousemove", 500, 200, "key", "Return"))
        screen.until(lambda: screen.has_title("Select Files to Add"),
                     lambda: screen.do("key", "Right", "key", "Return"))
        screen.until(lambda: objects(server) > before,
                     lambda: screen.do("key", "ctrl+a", "key", "Return"))
        screen.until(lambda: screen.titles() == ["/ - gmtp"] and quiet(server))
        ended(process)
        is_the_track(tracks(server), "20040101T000000")
