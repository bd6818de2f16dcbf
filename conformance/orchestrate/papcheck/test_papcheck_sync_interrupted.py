"""`papcheck sync` is cut anywhere – killed, or its device pulled out – and taken up again: nothing
torn and nothing twice is left. The places are drawn by lot, the same each time."""
import json
import os
import random
import shutil
import signal
import subprocess

import pytest

from papcheck import papcheck
from papsim import Papsim
from sync_device import held, watched
from tree import PAPCHECK, ROOT, SECONDS, content

MEDIA = ROOT / "fixtures" / "media"
PLACES = int(os.environ.get("PAPKIT_PLACES", "8"))  # where each is cut


@pytest.fixture(scope="module")
def libraries(tmp_path_factory):
    """The library as it is, and as it will be: (before, after)."""
    before = tmp_path_factory.mktemp("libraries") / "before"
    (before / "Bee").mkdir(parents=True)
    for name, size in (("Bee/1.mp3", 0), ("Bee/2.mp3", 300000), ("3.mp3", 40000), ("4.mp3", 1)):
        (before / name).write_bytes((MEDIA / "tone.mp3").read_bytes() + content(size))
    (before / "list.m3u").write_text("3.mp3\nBee/2.mp3\nBee/1.mp3\n", encoding="utf-8")
    after = before.with_name("after")
    shutil.copytree(before, after)
    (after / "Bee" / "1.mp3").write_bytes((MEDIA / "tone.mp3").read_bytes() * 5)
    (after / "4.mp3").unlink()
    (after / "Cee").mkdir()
    shutil.copy(MEDIA / "tone.mp3", after / "Cee" / "5.mp3")
    (after / "list.m3u").write_text("Cee/5.mp3\nBee/1.mp3\n", encoding="utf-8")
    (after / "more.m3u").write_text("3.mp3\n", encoding="utf-8")
    return before, after


def expected(library):
    """What a device has of it: (bytes by path, lists by path)"""
    tracks = {f"Music/{path.relative_to(library)}": path.read_bytes()
              for path in library.rglob("*.mp3")}
    lists = {f"Playlists/{path.stem}": [f"Music/{line}" for line in path.read_text().split()]
             for path in library.rglob("*.m3u")}
    return tracks, lists


def put_on(papsim):
    """Of what is on it, what it did not bring along."""
    found = {path: content for path, content in held(papsim).items()
             if content is not None and "Tone " not in path and path != "readme.txt"}
    lists = {path: content for path, content in found.items()
             if isinstance(content, list) and path != "Playlists/Both"
             and not path.startswith("Albums/")}
    return {path: content for path, content in found.items() if isinstance(content, bytes)}, lists


class Interrupted:
    """A player and a synchronisation's state, which go back to what they were before each cut."""

    def __init__(self, papsim, folder, old, new):
        """`old` is on it already, `new` is what the library has become."""
        self.papsim, self.library, self.state = papsim, folder / "library", folder / "state"
        self.saved = folder / "saved"
        shutil.copytree(old, self.library)
        self.finish()
        shutil.rmtree(self.library)
        shutil.copytree(new, self.library)
        shutil.copytree(self.state, self.saved)
        papsim.free("1-1")
        papsim.tell("snapshot")
        with watched(papsim) as (wire, uri):
            assert papcheck(*self.words(uri)).status == 0 and wire.writes
        self.urbs = wire.urbs

    def words(self, uri):
        return ["sync", "--library", self.library, "--state", self.state, "--device", uri]

    def go_back(self):
        self.papsim.free("1-1")
        self.papsim.tell("restore")
        shutil.rmtree(self.state)
        shutil.copytree(self.saved, self.state)

    def finish(self):
        """Takes it up, and then there is nothing left to do."""
        self.papsim.free("1-1")
        done = papcheck(*self.words(self.papsim.uri()))
        assert done.status == 0, done.stdout + done.stderr
        assert put_on(self.papsim) == expected(self.library)
        self.papsim.free("1-1")
        again = papcheck(*self.words(self.papsim.uri()))
        assert [json.loads(line)["event"] for line in again.stdout.splitlines()] == ["plan", "end"]

    def killed(self, at):
        started = []
        with watched(self.papsim, at, lambda: started[0].kill()) as (_, uri):
            started.append(subprocess.Popen([PAPCHECK, *self.words(uri)], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
            said = started[0].communicate(timeout=SECONDS)[1]
        assert started[0].returncode in (0, -signal.SIGKILL), said
        return started[0].returncode != 0

    def unplugged(self, at):
        with watched(self.papsim, at, lambda: self.papsim.tell("unplug")) as (_, uri):
            done = papcheck(*self.words(uri))
        # While it is plugged there is no device yet that could go.
        assert done.status == 0 or (done.status == 3 and (
            "gone" in done.stdout or not done.stdout)), done.stdout + done.stderr
        self.papsim.tell("plug")
        return done.status != 0


@pytest.fixture(scope="module", params=["filled", "changed"])
def interrupted(request, libraries, tmp_path_factory):
    """A first synchronisation, and one of a library that has changed."""
    empty = tmp_path_factory.mktemp("empty")
    before, after = libraries
    with Papsim("pap-winusb") as papsim:
        old, new = (empty, before) if request.param == "filled" else (before, after)
        yield Interrupted(papsim, tmp_path_factory.mktemp("cut"), old, new)


@pytest.mark.parametrize("way", ["killed", "unplugged"])
def test_what_is_cut_anywhere_is_taken_up(way, interrupted):
    lot = random.Random(f"{way} {interrupted.urbs}")
    cut = 0
    for at in sorted(lot.sample(range(1, interrupted.urbs), PLACES)):
        interrupted.go_back()
        cut += getattr(interrupted, way)(at)
        interrupted.finish()
    assert cut > PLACES // 2  # a place may lie behind the end: retries, and what is read ahead


def test_an_interrupt_ends_it_between_two_blocks(libraries, tmp_path):
    started = []
    with Papsim("pap-winusb") as papsim:
        def stop():
            started[0].send_signal(signal.SIGINT)
        words = [PAPCHECK, "sync", "--library", libraries[0], "--state", tmp_path]
        with watched(papsim, 120, stop) as (_, uri):
            started.append(subprocess.Popen([*words, "--device", uri], stdout=subprocess.PIPE,
                                            stdin=subprocess.DEVNULL, text=True))
            said = started[0].communicate(timeout=SECONDS)[0]
        assert started[0].returncode == 130 and '"result":"stopped"' in said, said
        assert all(path in expected(libraries[0])[0] for path in put_on(papsim)[0])
        assert papcheck(*words[1:], "--device", papsim.uri()).status == 0
        assert put_on(papsim) == expected(libraries[0])


def test_only_one_at_a_time(libraries, tmp_path):
    with Papsim("pap-winusb", "pap-winusb") as papsim:
        words = ["sync", "--library", libraries[0], "--state", tmp_path, "--device"]
        said = []
        with watched(papsim, 60, lambda: said.append(papcheck(*words, papsim.uri("1-2")))) as (
                _, uri):
            assert papcheck(*words, uri).status == 0
        assert said[0].status == 3 and "another synchronisation" in said[0].stderr
