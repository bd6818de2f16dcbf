"""What a run leaves on a device that is not ours: nothing, or a line that names it."""
import contextlib
import re
import select
import socket
import sqlite3
import threading
import time

import pytest

import tree
from papsim import Papsim

CASE = "MTP-STO-BV-12"  # works in a folder of its own and deletes nothing else
CUT = "MTP-OBJ-BV-19"  # drops its connections on the way


LIST = "USBIP-OP-BV-03"  # asks for the list, and imports nothing
OP_REQ_DEVLIST = bytes.fromhex("8005")
DELETE_OBJECT = bytes.fromhex("01000b10")  # command container, code 0x100b


class Cut(threading.Thread):
    """A server between papcheck and the player that is gone for good once an object is deleted."""

    def __init__(self, target):
        super().__init__(daemon=True)
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.uri = f"usbip:127.0.0.1:{self.listener.getsockname()[1]}/1-1"

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client, socket.create_connection(self.target) as server:
                if not self.forward(client, server):
                    self.listener.close()
                    return

    @staticmethod
    def forward(client, server):
        """False when the object was to be deleted."""
        while True:
            for source in select.select([client, server], [], [], tree.SECONDS)[0]:
                data = source.recv(1 << 16)
                if not data:
                    return True
                if source is client and DELETE_OBJECT in data:
                    return False
                (server if source is client else client).sendall(data)


def names_on(state):
    """Names of the objects a player keeps on disk; it has some."""
    with contextlib.closing(sqlite3.connect(next(state.rglob("index.sqlite")))) as index:
        names = [name for name, in index.execute("SELECT name FROM objects")]
    assert names
    return names


def left(done):
    return re.findall(r"^left on the device: (papcheck-[0-9a-f]{8})$", done.stdout, re.M)


class LateList(Cut):
    """A server between papcheck and the player that lets a list wait for more than the two seconds
    in which a reply has to come."""

    @staticmethod
    def forward(client, server):
        for source in iter(lambda: select.select([client, server], [], [])[0][0], None):
            data = source.recv(1 << 16)
            if not data:
                return True
            if source is client and data[2:4] == OP_REQ_DEVLIST:
                time.sleep(2.5)
            (server if source is client else client).sendall(data)


def test_a_slow_device_gets_more_time_for_every_reply(run):
    verdicts = []
    with Papsim("mtp") as player:
        for scale in ("1", "100"):
            late = LateList(("127.0.0.1", player.port))
            late.start()
            done = run(LIST, "--device", late.uri, "--timeout-scale", scale)
            verdicts.append(done.case(LIST)["verdict"])
    assert verdicts == ["FAIL", "PASS"]


@pytest.fixture
def cut_run(run, tmp_path):
    """A run on a device that goes when the case's folder is deleted."""
    def runs(case, *words):
        state = tmp_path / f"state-{case}-{len(words)}"
        state.mkdir()
        with Papsim("mtp", state=state) as player:
            cut = Cut(("127.0.0.1", player.port))
            cut.start()
            return run(case, "--device", cut.uri, "--destructive", *words)
    return runs


def test_a_folder_that_stayed_is_named(cut_run):
    done = cut_run(CASE)
    names = left(done)
    assert len(names) == 1, done.stdout
    assert any(note.endswith(names[0]) for note in done.case(CASE)["notes"])
    assert done.case(CASE)["left_behind"] == names[0]
    assert done.case(CASE)["verdict"] == "FAIL"
    assert "stopped answering after operation 0x100b " in done.case(CASE)["reason"]


def test_the_folder_is_another_for_another_case_and_seed(cut_run):
    names = left(cut_run(CASE)) + left(cut_run(CASE, "--seed", 2)) + left(cut_run("MTP-OBJ-BV-06"))
    assert len(names) == 3 and len(set(names)) == 3


def test_nothing_is_named_when_nothing_stayed(run, tmp_path):
    with Papsim("mtp", state=tmp_path) as player:
        done = run(CASE, CUT, "--device", player.uri(), "--destructive")
    assert {case["verdict"] for case in done.results["cases"]} == {"PASS"}, done.stdout
    assert "left on the device" not in done.stdout
    assert not [name for name in names_on(tmp_path) if name.startswith("papcheck")]
