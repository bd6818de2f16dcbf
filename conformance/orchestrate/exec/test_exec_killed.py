"""Real clients through `papsim exec`, killed in mid-transfer, and a reset after each of them: the
player serves the next one, and nothing unfinished is listed. (What must survive at every byte is in
test_stress.py.)"""
import contextlib
import os
import select
import signal
import socket
import subprocess
import threading

import pytest

from mtp_client import ALL, FILE_NAME, SIZE
from survivor import TREE, Survivor
from tree import PAPSIM, PROGRAMS, SECONDS, content, has


@pytest.fixture(scope="module")
def server():
    with Survivor() as one:
        yield one


@pytest.fixture(autouse=True)
def unharmed(server):
    yield
    server.check_unharmed()


def connect(port, *words, **more):
    return subprocess.Popen([PAPSIM, "exec", "--connect", f"127.0.0.1:{port}/1-1", "--",
                             *map(str, words)], stdin=subprocess.DEVNULL, text=True,
                            errors="replace", **more)


class Gate:
    """Before a server: hands every byte on until so many have passed in one direction of one
    connection. That one stands still from then on, and ends when its client has gone."""

    def __init__(self, server, direction, after):
        self.target, self.direction, self.after = ("127.0.0.1", server.port), direction, after
        self.stands = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self.accept)]

    def __enter__(self):
        self.threads[0].start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(SECONDS)
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.threads.append(threading.Thread(target=self.carry, args=(client,)))
                self.threads[-1].start()

    def carry(self, client):
        with contextlib.suppress(ConnectionError), client, \
                socket.create_connection(self.target) as server:
            counted, passed = (client if self.direction == "up" else server), 0
            while passed < self.after:
                for source in select.select([client, server], [], [])[0]:
                    data = source.recv(1 << 16)
                    if not data:
                        return
                    passed += len(data) if source is counted else 0
                    (server if source is client else client).sendall(data)
            self.stands.set()
            gone = select.poll()
            gone.register(client, select.POLLRDHUP)
            gone.poll()


def killed(process, pid, gate):
    """SIGKILL to a client that stands still in the middle of it."""
    assert gate.stands.wait(SECONDS)
    assert process.poll() is None
    os.kill(pid, signal.SIGKILL)
    assert process.wait(SECONDS) == 128 + signal.SIGKILL


@pytest.mark.parametrize("tool", ["mtp-sendfile {} big.bin",
                                  "gphoto2 --folder /store_00010001 --upload-file {}"])
def test_a_real_client_is_killed_in_mid_send(server, tmp_path, tool):
    has(tool.split()[0])
    path = tmp_path / "big.bin"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with Gate(server, "up", 8 << 20) as gate, connect(
            gate.port, "sh", "-c", "echo $$; exec " + tool.format(path),
            stdout=subprocess.PIPE) as process:
        killed(process, int(process.stdout.readline()), gate)
    mtp = server.session()
    assert {one[FILE_NAME] for one in mtp.objects().values()} == TREE
    mtp.usb.close()


@pytest.mark.parametrize("tool", ["mtp-getfile {} got.bin",
                                  "gphoto2 --folder /store_00010001 --get-file whole.bin"])
def test_a_real_client_is_killed_in_mid_get(server, tmp_path, tool):
    has(tool.split()[0])
    mtp = server.session()
    handle = mtp.announce("whole.bin", ALL)
    mtp.ask(0x95C4, handle)
    mtp.ask(0x95C3, handle, 1 << 30, 0)
    mtp.ask(0x95C5, handle)
    mtp.usb.close()
    server.imported().close()
    with Gate(server, "down", 8 << 20) as gate, connect(
            gate.port, "sh", "-c", "echo $$; exec " + tool.format(handle),
            stdout=subprocess.PIPE, cwd=tmp_path) as process:
        killed(process, int(process.stdout.readline()), gate)
    assert 0 < sum(path.stat().st_size for path in tmp_path.iterdir()) < 1 << 30
    mtp = server.session()
    assert mtp.objects()[handle][SIZE] == 1 << 30
    mtp.delete(handle)
    mtp.usb.close()


def test_a_reset_after_each_tool(server, tmp_path):
    has("mtp-detect", "mtp-sendfile", "mtp-files", "mtp-getfile", "gphoto2")
    reset = tmp_path / "reset"
    subprocess.run(["gcc", "-o", reset, PROGRAMS / "reset.c", "-I/usr/include/libusb-1.0",
                    "-lusb-1.0"], check=True, timeout=SECONDS)
    data = content(70001)
    (tmp_path / "out.bin").write_bytes(data)
    with connect(server.port, "sh", "-e", "-c", """
            mtp-detect > detected; ./reset
            mtp-sendfile out.bin out.bin > sent; ./reset
            id=$(tr '\\r' '\\n' < sent | sed -n 's/.*New file ID: \\([0-9]*\\).*/\\1/p')
            mtp-files > files; ./reset
            mtp-getfile $id back.bin > got; ./reset
            gphoto2 --list-files > listed; ./reset
            mtp-delfile -n $id > deleted; ./reset""", cwd=tmp_path) as process:
        assert process.wait(SECONDS) == 0
    assert (tmp_path / "back.bin").read_bytes() == data
