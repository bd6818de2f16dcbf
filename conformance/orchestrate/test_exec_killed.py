"""Real clients through `papsim exec`, killed in mid-transfer, and a reset after each of them: the
player serves the next one, and nothing unfinished is listed. (What must survive at every byte is in
test_stress.py.)"""
import os
import pathlib
import re
import signal
import subprocess
import time

import pytest

import vm
from mtp_client import ALL, FILE_NAME, SIZE
from test_stress import TREE, content, imported, server, session, unharmed  # noqa: F401 (fixtures)

PAPSIM = vm.BUILD / "papsim"
PROGRAMS = pathlib.Path(__file__).parent / "programs"
SECONDS = 60


def connect(server, *words, **more):
    return subprocess.Popen([PAPSIM, "exec", "--connect", f"127.0.0.1:{server.port}/1-1", "--",
                             *map(str, words)], stdin=subprocess.DEVNULL, text=True,
                            errors="replace", **more)


def killed(process, pid, begun):
    """SIGKILL as soon as the client is in the middle of it."""
    deadline = time.monotonic() + SECONDS
    while not begun():
        assert process.poll() is None and time.monotonic() < deadline
    os.kill(pid, signal.SIGKILL)
    process.wait(SECONDS)


def position(pid, path):
    """How far that process is in a file it has open."""
    try:
        for number in os.listdir(f"/proc/{pid}/fd"):
            if os.readlink(f"/proc/{pid}/fd/{number}") == str(path):
                return int(re.search(r"pos:\s*(\d+)", pathlib.Path(
                    f"/proc/{pid}/fdinfo/{number}").read_text())[1])
    except OSError:
        pass
    return 0


@pytest.mark.parametrize("tool", ["mtp-sendfile {} big.bin",
                                  "gphoto2 --folder /store_00010001 --upload-file {}"])
def test_a_real_client_is_killed_in_mid_send(server, tmp_path, tool):
    vm.tool(tool.split()[0])
    path = tmp_path / "big.bin"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with connect(server, "sh", "-c", "echo $$; exec " + tool.format(path),
                 stdout=subprocess.PIPE) as process:
        pid = int(process.stdout.readline())
        killed(process, pid, lambda: 8 << 20 < position(pid, path))
    mtp = session(server)
    assert {one[FILE_NAME] for one in mtp.objects().values()} == TREE
    mtp.link.socket.close()


@pytest.mark.parametrize("tool", ["mtp-getfile {} got.bin",
                                  "gphoto2 --folder /store_00010001 --get-file whole.bin"])
def test_a_real_client_is_killed_in_mid_get(server, tmp_path, tool):
    vm.tool(tool.split()[0])
    mtp = session(server)
    handle = mtp.announce("whole.bin", ALL)
    mtp.ask(0x95C4, handle)
    mtp.ask(0x95C3, handle, 1 << 30, 0)
    mtp.ask(0x95C5, handle)
    mtp.link.socket.close()
    imported(server).socket.close()


    def come():
        return sum(path.stat().st_size for path in tmp_path.iterdir())

    with connect(server, "sh", "-c", "echo $$; exec " + tool.format(handle),
                 stdout=subprocess.PIPE, cwd=tmp_path) as process:
        pid = int(process.stdout.readline())
        killed(process, pid, lambda: come() > 1 << 20)
    assert come() < 1 << 30
    mtp = session(server)
    assert mtp.objects()[handle][SIZE] == 1 << 30
    mtp.delete(handle)
    mtp.link.socket.close()


def test_a_reset_after_each_tool(server, tmp_path):
    for tool in ("mtp-detect", "mtp-sendfile", "mtp-files", "mtp-getfile", "gphoto2"):
        vm.tool(tool)
    reset = tmp_path / "reset"
    subprocess.run(["gcc", "-o", reset, PROGRAMS / "reset.c", "-I/usr/include/libusb-1.0",
                    "-lusb-1.0"], check=True, timeout=SECONDS)
    data = content(70001)
    (tmp_path / "out.bin").write_bytes(data)
    with connect(server, "sh", "-e", "-c", """
            mtp-detect > detected; ./reset
            mtp-sendfile out.bin out.bin > sent; ./reset
            id=$(tr '\\r' '\\n' < sent | sed -n 's/.*New file ID: \\([0-9]*\\).*/\\1/p')
            mtp-files > files; ./reset
            mtp-getfile $id back.bin > got; ./reset
            gphoto2 --list-files > listed; ./reset
            mtp-delfile -n $id > deleted; ./reset""", cwd=tmp_path) as process:
        assert process.wait(SECONDS) == 0
    assert (tmp_path / "back.bin").read_bytes() == data
