"""What a music player does by itself, seen by clients papkit did not write: libmtp reads what the
player found in a file, gphoto2 plays it. Files are made by ffmpeg here; their lengths are the ones
it was asked for."""
import json
import re
import subprocess

import pytest

from clients import execute, ok
from papsim import papsim
from tree import PAPSIM, has

# Name, encoder, rate, channels, WAVE format tag.
FILES = [
    ("tone.mp3", ["-c:a", "libmp3lame", "-b:a", "96k"], 44100, 2, 0x55),
    ("tone.wma", ["-c:a", "wmav2", "-b:a", "96k"], 44100, 2, 0x161),
    ("tone.wav", ["-c:a", "pcm_s16le"], 22050, 1, 0x1),
    ("tone.ogg", ["-c:a", "libvorbis"], 48000, 2, 0x566f),
    ("tone.flac", ["-c:a", "flac"], 48000, 1, 0xf1ac),
    ("tone.mp4", ["-c:a", "aac", "-b:a", "96k"], 44100, 2, 0xff),
]
SECONDS = 2.5


def make(path, options, rate, channels):
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i",
                    f"sine=frequency=330:duration={SECONDS}:sample_rate={rate}", "-ac",
                    str(channels), *options, "-metadata", "title=Made Here", "-metadata",
                    "artist=ffmpeg", path], check=True, stdin=subprocess.DEVNULL, timeout=240)


def music(*words, **more):
    return execute("--player", "mtp-music", "--", *words, **more)


@pytest.mark.parametrize("name, options, rate, channels, tag", FILES, ids=[f[0] for f in FILES])
def test_libmtp_reads_what_it_did_not_send(tmp_path, name, options, rate, channels, tag):
    has("mtp-sendfile", "mtp-tracks", "ffmpeg")
    make(tmp_path / name, options, rate, channels)
    out = ok(music("sh", "-e", "-c", f"mtp-sendfile {name} {name} > sent; mtp-tracks",
                   cwd=tmp_path))
    duration = int(re.search(r"Duration: (\d+) milliseconds", out)[1])
    # WMA has whole frames of 2048 samples; the others end where the sound does.
    assert abs(duration - SECONDS * 1000) <= (94 if name.endswith(".wma") else 1), out
    # mtp-sendfile says the file's name is the title, and what a host said stays.
    assert re.search(rf"Title: {re.escape(name)}$", out, re.M), out
    assert re.search(r"Artist: ffmpeg$", out, re.M), out
    assert re.search(rf"Sample rate: {rate} Hz", out), out
    assert re.search(rf"Number of channels: {channels}$", out, re.M), out
    assert re.search(rf"WAVE fourCC code: 0x{tag:08x}", out, re.I), out


def test_the_cover_of_a_file_is_its_representative_sample(tmp_path):
    has("mtp-sendfile", "gphoto2", "ffmpeg")
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x48:duration=1",
                    "-frames:v", "1", tmp_path / "cover.jpg"], check=True, timeout=240)
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=1", "-i",
                    tmp_path / "cover.jpg", "-map", "0", "-map", "1", "-c:v", "copy",
                    "-disposition:v", "attached_pic", tmp_path / "covered.mp3"], check=True,
                   timeout=240)
    ok(music("sh", "-e", "-c", "mtp-sendfile covered.mp3 covered.mp3 > sent\n"
             "gphoto2 --get-thumbnail 1 --force-overwrite", cwd=tmp_path))
    assert (tmp_path / "thumb_covered.mp3").read_bytes() == (tmp_path / "cover.jpg").read_bytes()


def details(text):
    return json.loads(text[text.index("{"):text.rindex("}") + 1])


def test_gphoto2_plays_pauses_and_seeks(tmp_path):
    has("mtp-sendfile", "gphoto2", "ffmpeg")
    make(tmp_path / "tone.flac", ["-c:a", "flac"], 48000, 1)
    out = ok(execute("--player", "mtp-music", "--control", tmp_path / "sock", "--", "sh", "-e",
                     "-c", f"""
        mtp-sendfile tone.flac tone.flac > sent
        id=$(tr '\\r' '\\n' < sent | sed -n 's/.*New file ID: \\([0-9]*\\).*/\\1/p')
        gphoto2 --set-config d411="$id" >&2
        {PAPSIM} control sock clock advance=1.25 >&2
        gphoto2 --get-config d413
        gphoto2 --set-config d410=0 >&2
        {PAPSIM} control sock clock advance=60 >&2
        gphoto2 --set-config d413=2000 >&2
        gphoto2 --set-config d410=1000 >&2
        {PAPSIM} control sock clock advance=0.25 >&2
        {PAPSIM} control sock details
        """, cwd=tmp_path))
    assert re.search(r"^Current: 1250$", out, re.M), out
    plays = details(out)["plays"]
    assert (plays["position"], plays["length"], plays["rate"]) == (2250, 2500, 1000)


def test_the_player_is_among_those_that_ship():
    assert re.search(r"\bmtp-music\b", ok(papsim("players")))
