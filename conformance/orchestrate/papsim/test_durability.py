"""papsim --state killed by SIGKILL: every change that was acknowledged is there after a restart,
whole and under the same ids; the one under way is there wholly or not at all; nothing else is.
Killed in two ways: by the client at a point of its own, and inside a system call that changes a
file."""
import contextlib
import itertools
import random
import signal
import struct
import subprocess

import pytest

import tree
from mtp_client import (ALL, ARTIST, FILE_NAME, FOLDER, INTERNAL, MP3, NAME, PARENT, PLAYLIST, SIZE,
                        UID, UNDEFINED, Reader, container, string)
from papsim import Papsim
from usbip_client import OUT, Connection

STEPS = 60
FRIENDLY_NAME = 0xD402
GONE = (AssertionError, ConnectionError)  # what a killed server looks like to a client


def look(mtp):
    """What a client can see: ({path: what}, {handle: (unique id, path)}, friendly name)."""
    objects = mtp.objects()

    def path(handle):
        one = objects[handle]
        above = one[PARENT]
        return (path(above) if above else f"{one[0xDC01]:x}:") + "/" + one[FILE_NAME]

    paths = {handle: path(handle) for handle in objects}
    found = {}
    for handle, one in objects.items():
        content = b"" if one[0xDC02] in (FOLDER, PLAYLIST) else mtp.content(handle)
        assert len(content) == one[SIZE]
        listed = Reader(mtp.ask(0x9810, handle).data).numbers() if one[0xDC02] == PLAYLIST else []
        found[paths[handle]] = (one[0xDC02], one[0xDC03], one[NAME], one.get(ARTIST), content,
                                tuple(paths.get(item, item) for item in listed))
    assert len(found) == len(objects)
    ids = {handle: (one[UID], paths[handle]) for handle, one in objects.items()}
    return found, ids, mtp.ask(0x1015, FRIENDLY_NAME).data


class Kill(Connection):
    """Kills the server when its client has sent that many times, and a moment more."""
    process, at, spin = None, None, 0

    def send(self, data):
        super().send(data)
        Kill.at -= 1
        if Kill.at == 0:
            for _ in range(Kill.spin):
                pass
            self.process.kill()


class Work:
    """Changes of all kinds, the same ones for the same seed."""

    def __init__(self, mtp, seed):
        self.mtp, self.random = mtp, random.Random(seed)
        self.names = itertools.count()
        self.folders, self.files, self.lists = [ALL], [], []
        self.announced = set()

    def name(self, ending=""):
        return f"{'ä' * self.random.randrange(3)}{next(self.names)}{ending}"

    def bytes(self):
        size = self.random.choice([0, 1, 500, 501, 4096, 5000, 70000, 200000])
        return self.random.randbytes(size)

    def send(self):
        name, content = self.name(".mp3"), self.bytes()
        handle = self.mtp.announce(name, len(content), MP3, self.random.choice(self.folders))
        assert handle not in self.announced
        self.announced.add(handle)
        self.mtp.ask(0x100D, send=content)
        self.files.append(handle)

    def send_half(self):
        """Announced, begun, and cancelled."""
        self.announced.add(self.mtp.announce(self.name(".mp3"), 100000, MP3))
        self.mtp.command(0x100D)
        part = container(2, 0x100D, self.mtp.transaction, bytes(8180), 12 + 100000)
        self.mtp.usb.transfer(self.mtp.bulk_out, OUT, len(part), part)
        self.mtp.cancel()
        self.mtp.settle()
        self.mtp.next()

    def folder(self):
        self.folders.append(self.mtp.folder(self.name(), self.random.choice(self.folders)))

    def delete(self):
        if self.files:
            handle = self.files.pop(self.random.randrange(len(self.files)))
            self.mtp.delete(handle)

    def delete_tree(self):
        if len(self.folders) > 3:
            self.mtp.delete(self.folders[self.random.randrange(1, len(self.folders))])
            there = self.mtp.objects()
            self.folders = [ALL] + [one for one in self.folders if one in there]
            self.files = [one for one in self.files if one in there]

    def rename(self):
        handle = self.random.choice(self.files + self.folders[1:] or [0])
        if handle:
            self.mtp.set(handle, FILE_NAME, string(self.name(".mp3")))

    def artist(self):
        if self.files:
            self.mtp.set(self.random.choice(self.files), ARTIST, string(self.name()))

    def protect(self):
        if self.files:
            handle = self.random.choice(self.files)
            self.mtp.ask(0x1012, handle, 1)
            self.mtp.ask(0x1012, handle, 0)

    def move(self):
        if self.files:
            self.mtp.ask(0x1019, self.random.choice(self.files), INTERNAL,
                         self.mtp.folder(self.name()))

    def copy(self):
        if len(self.folders) > 1:
            self.mtp.ask(0x101A, self.random.choice(self.folders[1:] + self.files), INTERNAL,
                         self.mtp.folder(self.name()))

    def playlist(self):
        items = self.random.sample(self.files, min(3, len(self.files)))
        handle = self.mtp.announce(self.name(".pla"), 0, PLAYLIST)
        self.mtp.ask(0x9811, handle, send=struct.pack(f"<I{len(items)}I", len(items), *items))

    def edit(self):
        if self.files:
            handle, new = self.random.choice(self.files), self.bytes()
            self.mtp.ask(0x95C4, handle)
            if new:
                self.mtp.ask(0x95C2, handle, 100, 0, len(new), send=new)
            self.mtp.ask(0x95C3, handle, self.random.randrange(10000), 0)
            self.mtp.ask(0x95C5, handle)

    def device_name(self):
        self.mtp.ask(0x1016, FRIENDLY_NAME, send=string(self.name()))

    def step(self):
        kinds = [self.send, self.send, self.send_half, self.folder, self.delete, self.delete_tree,
                 self.rename, self.artist, self.protect, self.move, self.copy, self.playlist,
                 self.edit, self.device_name]
        self.random.choice(kinds)()


class Witness:
    """Another client's log of every acknowledged transaction: run over an unharmed papsim, it says
    what there is after each of them."""

    def __init__(self, mtp):
        self.mtp, self.seen, self.asked = mtp, [look(mtp)], mtp.ask
        mtp.ask = self.ask

    CHANGES = {0x100B, 0x100C, 0x100D, 0x1012, 0x1016, 0x1019, 0x101A, 0x9804, 0x9811, 0x95C5}

    def ask(self, code, *params, **more):
        answer = self.asked(code, *params, **more)
        if code in self.CHANGES:
            self.mtp.ask = self.asked
            self.seen.append(look(self.mtp))
            self.mtp.ask = self.ask
        return answer


class Count:
    """Counts the acknowledged changes of a client that is about to lose its server."""

    def __init__(self, mtp):
        self.done, self.asked = 0, mtp.ask
        mtp.ask = self.ask

    def ask(self, code, *params, **more):
        answer = self.asked(code, *params, **more)
        self.done += code in Witness.CHANGES
        return answer


@pytest.fixture(scope="module")
def preload(tmp_path_factory):
    """The program that kills inside a system call."""
    path = tmp_path_factory.mktemp("preload") / "kill.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-D_GNU_SOURCE", "-Wall", "-Werror", "-o", path,
                    tree.PROGRAMS / "kill_at_write.c"], check=True, timeout=tree.SECONDS)
    return path


@pytest.fixture(scope="module")
def story(tmp_path_factory, preload):
    """story(seed): what there is after each change of that work, and how often papsim wrote."""
    known = {}

    def tell(seed):
        if seed not in known:
            folder = tmp_path_factory.mktemp("story")
            with Papsim("mtp", state=folder / "state", LD_PRELOAD=str(preload),
                        KILL_COUNT=str(folder / "count")) as papsim:
                mtp = papsim.session()
                witness, work = Witness(mtp), Work(mtp, seed)
                for _ in range(STEPS):
                    work.step()
            known[seed] = witness.seen, int((folder / "count").read_text())
        return known[seed]
    return tell


def ended(process):
    """Whether its end explains that a client lost it: the last byte may come before the end."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(tree.SECONDS)
    return process.poll() is not None


def until_killed(papsim, seed, kind=Connection):
    """Works until the server is gone: (changes acknowledged, handles ever given out)."""
    count, work = None, None
    try:
        mtp = papsim.session(kind=kind)
        count, work = Count(mtp), Work(mtp, seed)
        for _ in range(STEPS):
            work.step()
        papsim.process.send_signal(signal.SIGKILL if kind is Kill else signal.SIGTERM)
    except GONE:
        if not ended(papsim.process):
            raise
    assert papsim.process.wait(tree.SECONDS) == -signal.SIGKILL
    return (count.done, work.announced) if count else (0, set())


def holds(state, seen, done, announced):
    """After a restart there is what there was after change `done`, or after the next; and the
    player goes on from there."""
    with Papsim("mtp", state=state) as papsim:
        mtp = papsim.session()
        found = look(mtp)
        assert found in seen[done:done + 2], f"not the state after change {done} or {done + 1}"
        fresh = mtp.send("fresh.bin", b"as good as new" * 1000, UNDEFINED)
        assert fresh not in announced | set(found[1]), "a handle was given out twice"
        assert mtp.objects()[fresh][UID] not in [uid for uid, _ in found[1].values()]
        after = look(mtp)
    with Papsim("mtp", state=state) as papsim:
        assert look(papsim.session()) == after


@pytest.mark.parametrize("seed", range(12))
def test_killed_while_a_client_works(tmp_path, story, seed):
    chance = random.Random(seed)
    seen, _ = story(seed % 3)
    with Papsim("mtp", state=tmp_path, may_die=True) as papsim:
        Kill.process, Kill.at, Kill.spin = papsim.process, chance.randrange(5, 300), \
            chance.randrange(20000)
        done, announced = until_killed(papsim, seed % 3, Kill)
    holds(tmp_path, seen, done, announced)


PARTS = 16


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("seed", range(3))
def test_killed_inside_a_write(tmp_path, story, preload, seed, part):
    """A point in each part of the work, its beginning and end included."""
    chance = random.Random(seed * PARTS + part)
    seen, writes = story(seed)
    assert writes > 4 * PARTS
    at = 1 + chance.randrange(part * writes // PARTS, (part + 1) * writes // PARTS)
    environment = {"KILL_AFTER": "1"} if chance.random() < 0.5 else {}
    with Papsim("mtp", state=tmp_path, may_die=True, LD_PRELOAD=str(preload), KILL_AT=str(at),
                **environment) as papsim:
        done, announced = until_killed(papsim, seed) if papsim.port else (0, set())
    holds(tmp_path, seen, done, announced)


def test_killed_at_the_start(tmp_path, story, preload):
    """Killed while its first objects are made, and again while they are read back."""
    seen, _ = story(0)
    for at in range(1, 24):
        folder = tmp_path / str(at)
        folder.mkdir()
        for _ in range(2):
            with Papsim("mtp", state=folder, may_die=True, LD_PRELOAD=str(preload),
                        KILL_AT=str(at)):
                pass
        with Papsim("mtp", state=folder) as papsim:
            found = look(papsim.session())
            assert found == seen[0]
