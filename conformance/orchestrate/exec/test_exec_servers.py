"""`papsim exec` with servers that run already: which of their devices a program sees, and what a
program that dies leaves behind."""
import os
import re
import signal
import socket
import subprocess

import pytest

from clients import execute, ok
from papsim import Papsim
from tree import PAPSIM, SECONDS, has, tool


@pytest.fixture
def serving():
    """1-1 is a player of the class MTP, 1-2 one of its own."""
    with Papsim("mtp", "pap-winusb") as server:
        yield server


def seen(*servers):
    words = [word for server in servers for word in ("--connect", server)]
    done = execute(*words, "--", "lsusb")
    assert done.returncode in (0, 1) and not done.stderr  # 1: lsusb saw none
    return re.findall(r"ID (1209:\w+)", done.stdout)


# ---- HOST[:PORT][/BUSID]; HOST alone needs port 3240: test_vm_clients.py, beside a real usbipd

def test_a_server_is_all_its_devices(serving):
    has("lsusb")
    assert sorted(seen(serving.place())) == ["1209:4d54", "1209:5041"]


def test_a_bus_id_is_one_device(serving):
    assert seen(serving.place("1-1")) == ["1209:4d54"]
    assert seen(serving.place("1-2")) == ["1209:5041"]


def test_a_bus_id_that_is_not_there_is_none(serving):
    assert seen(serving.place("9-9")) == []


def test_a_host_may_be_a_name(serving):
    """As the machine's own resolver knows it: one without a hosts file has no localhost."""
    place = f"localhost:{serving.port}/1-2"
    try:
        socket.getaddrinfo("localhost", None)
    except OSError:
        done = execute("--connect", place, "--", "lsusb")
        assert done.returncode == 125
        assert re.fullmatch(r"papsim: --connect localhost:[^\n]+\n", done.stderr)
    else:
        assert seen(place) == ["1209:5041"]


def test_several_bus_ids_are_several_devices(serving):
    place = serving.place()
    assert sorted(seen(f"{place}/1-1", f"{place}/1-2")) == ["1209:4d54", "1209:5041"]


def test_a_server_outlives_the_program(serving):
    ok(execute("--connect", serving.place(), "--", "lsusb"))
    assert serving.process.poll() is None
    assert len(seen(serving.place())) == 2


# ---- killed between two packets

# Stands still in the middle of a data phase, so that it is killed there for sure.
HALF_SENT = """
import signal, struct, usb.core
device = usb.core.find(idVendor=0x1209, idProduct=0x4d54)
interface = device.get_active_configuration()[(0, 0)]
out, into = interface[1], interface[0]
def command(code, number, *parameters):
    out.write(struct.pack("<IHHI", 12 + 4 * len(parameters), 1, code, number)
              + struct.pack(f"<{len(parameters)}I", *parameters))
def answer():
    return struct.unpack_from("<H", bytes(into.read(512)), 6)[0]
command(0x1002, 0, 1)
assert answer() == 0x2001
name = "half.bin\\0"
info = struct.pack("<IHHIHIIIIIIIHII", 0, 0x3000, 0, 1000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
info += bytes([len(name)]) + name.encode("utf-16-le") + bytes(3)
command(0x100c, 1, 0x00010001, 0xffffffff)
out.write(struct.pack("<IHHI", 12 + len(info), 2, 0x100c, 1) + info)
assert answer() == 0x2001
command(0x100d, 2)
out.write(struct.pack("<IHHI", 12 + 1000000, 2, 0x100d, 2) + bytes(500))
out.write(bytes(65536))
print("half", flush=True)
signal.pause()
"""
# The same with an object on its way to the program.
HALF_GOT = HALF_SENT[:HALF_SENT.index("name =")] + """
command(0x1007, 1, 0xffffffff, 0, 0)
handles = bytes(into.read(4096))
assert answer() == 0x2001
count = struct.unpack_from("<I", handles, 12)[0]
for number, handle in enumerate(struct.unpack_from(f"<{count}I", handles, 16), 2):
    command(0x1008, number, handle)
    size = struct.unpack_from("<I", bytes(into.read(4096)), 12 + 8)[0]
    assert answer() == 0x2001
    if size > 10000:
        break
command(0x1009, number + 1, handle)
assert len(into.read(512)) == 512
print("half", flush=True)
signal.pause()
"""


def killed_halfway(place, program):
    """The process that is killed is the program, not papsim."""
    with subprocess.Popen([PAPSIM, "exec", "--connect", place, "--", "sh", "-c",
                           'echo $$; exec /usr/bin/python3 -c "$0"', program], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as client:
        pid = int(client.stdout.readline())
        line = client.stdout.readline()
        if line == "half\n":
            os.kill(pid, signal.SIGKILL)
        errors = client.communicate(timeout=SECONDS)[1]
    assert line == "half\n", errors
    assert client.returncode == 128 + signal.SIGKILL


@pytest.mark.parametrize("program", [HALF_SENT, HALF_GOT], ids=["sending", "getting"])
def test_a_program_killed_halfway_leaves_the_player_importable_at_once(serving, program):
    pytest.importorskip("usb")
    place = serving.place("1-1")
    killed_halfway(place, program)
    listed = subprocess.run([tool("usbip"), "--tcp-port", str(serving.port), "list", "-r",
                             "127.0.0.1"], check=True, text=True, stdout=subprocess.PIPE,
                            timeout=SECONDS).stdout
    assert re.search(r"^\s*1-1:", listed, re.M), "a device in use is not listed"
    files = ok(execute("--connect", place, "--", "mtp-files"))
    assert "Filename: Tone One.mp3" in files and "half.bin" not in files
