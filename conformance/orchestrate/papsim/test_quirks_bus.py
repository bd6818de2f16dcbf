"""Quirks of real players that show on the bus: numbers and names are those of `papsim deviations`.
A real client (libmtp's tools, libmtp itself, gphoto2) must stumble over each, and must not without
it; where its own table has a work-around for a VID:PID, that must help. What no client shows is
shown by hand-made containers and command blocks. A client that hangs is ended by its process id;
papsim never hangs, and a player that locked up comes back with the next plug."""
import os
import random
import re
import signal
import struct
import subprocess

import pytest

import tree
import usbip_client as usbip
from mtp_client import ALL, OK, Mtp, container
from quirks import (BLACKBERRY, FULL_SPEED, GALAXY, NAMELESS, ON_OFF, SANSA_CLIP, SANSA_CLIP_PLUS,
                    SANSA_CONNECT, SANSA_M240, UNKNOWN, ZEN, client, command_of, frozen, locks_up,
                    player, silent, unanswered)
from usbip_client import EPIPE, ESHUTDOWN, IN, OUT

pytestmark = pytest.mark.patient(50)

SENDGET = """
    mtp-sendfile {0} {0} > sent 2>&1
    id=$(tr '\\r' '\\n' < sent | sed -n 's/.*New file ID: \\([0-9]*\\).*/\\1/p')
    mtp-getfile "$id" back"""


# ---- 5: one byte more

@ON_OFF
def test_quirk_05_libmtp_gets_a_byte_too_many(tmp_path, on):
    """1012 bytes behind a header of 12: two full packets. (libmtp looks for the byte only behind a
    header that has a packet of its own, whatever its flags.)"""
    data = random.Random(5).randbytes(1012)
    (tmp_path / "file.bin").write_bytes(data)
    file = player(tmp_path, on and "no-zero-reads")
    code, said = client(file, SENDGET.format("file.bin"), tmp_path)
    assert code == 0, said
    assert (tmp_path / "back").read_bytes() == data + (b"\0" if on else b"")


@pytest.mark.parametrize("room", [512, 1 << 16])
@ON_OFF
def test_quirk_05_on_the_wire(serve, on, room):
    """The byte is a packet of its own where a zero-length one belongs; other sizes are as ever."""
    mtp = serve(on and "no-zero-reads").session()
    for size in (499, 500, 501, 1012):
        data = random.Random(size).randbytes(size)
        handle = mtp.send("edge.bin", data)
        mtp.command(0x1009, handle)
        extra = b"\0" if on and (size + 12) % 512 == 0 else b""
        assert mtp.get(room) == container(2, 0x1009, mtp.transaction, data) + extra
        assert mtp.response().code == OK
        mtp.next()
        mtp.delete(handle)
    mtp.usb.close()


# ---- 6: locks up when the interface is released

@ON_OFF
def test_quirk_06_libmtp_locks_it_up_at_its_end(tmp_path, on):
    file = player(tmp_path, on and "no-release-interface")
    assert locks_up(file, "mtp-files", tmp_path) == on


def test_quirk_06_libmtps_flag_helps(tmp_path):
    file = player(tmp_path, "no-release-interface", ids=SANSA_M240)
    assert not locks_up(file, "mtp-files", tmp_path)
    assert "Tone One.mp3" in (tmp_path / "said").read_text()


def test_quirk_06_a_plug_brings_it_back(serve):
    """Until then nothing is answered, not even to the next importer; papsim itself lives."""
    server = serve("no-release-interface")
    mtp = server.session()
    get_status = {"setup": usbip.setup(0x82, 0, 0, mtp.bulk_in | 0x80, 2)}
    assert unanswered(mtp.usb, mtp.usb.urb(0, IN, 2, **get_status))
    assert silent(mtp)
    mtp.usb.close()
    connection = server.imported()
    device = {"setup": usbip.setup(0x80, 6, 0x0100, 0, 18)}
    assert unanswered(connection, connection.urb(0, IN, 18, **device))
    assert frozen(server.control)
    server.tell("unplug", busid="1-1")
    connection.rest()
    connection.close()
    server.tell("plug", busid="1-1")
    assert not frozen(server.control)
    mtp = server.session()
    assert mtp.ask(0x1006, ALL, 0, 0).params[0] > 0
    mtp.usb.close()


# ---- 7: junk in headers

@ON_OFF
def test_quirk_07_libmtp_cannot_open_it(tmp_path, on):
    _, said = client(player(tmp_path, on and "ignore-header-errors"), "mtp-files", tmp_path)
    assert ("failed to open session on second attempt" in said) == on
    assert ("Tone One.mp3" in said) == (not on)


def test_quirk_07_libmtps_flag_helps(tmp_path):
    _, said = client(player(tmp_path, "ignore-header-errors", ids=ZEN), "mtp-files", tmp_path)
    assert "Tone One.mp3" in said and "failed" not in said


# ---- 8 and 26: a disk

INQUIRY, TEST_UNIT_READY, REQUEST_SENSE, READ_10 = 0x12, 0x00, 0x03, 0x28


def ask_disk(mtp, opcode, length):
    """One command of the Bulk-Only Transport: (status, residue, data)."""
    block = bytes([opcode, 0, 0, 0, length & 0xFF, 0]).ljust(16, b"\0")
    wrapper = b"USBC" + struct.pack("<IIBBB", 0x1234, length, 0x80, 0, 6) + block
    assert len(wrapper) == 31
    assert mtp.usb.transfer(mtp.bulk_out, OUT, 31, wrapper).status == 0
    data = mtp.usb.transfer(mtp.bulk_in, IN, length).data if length else b""
    found = mtp.usb.transfer(mtp.bulk_in, IN, 13).data
    assert found[:8] == b"USBS" + struct.pack("<I", 0x1234) and len(found) == 13
    return found[12], struct.unpack("<I", found[8:12])[0], data


def disk_without_medium(mtp):
    code, residue, data = ask_disk(mtp, INQUIRY, 36)
    assert (code, residue) == (0, 0)
    assert data[0] == 0 and data[1] == 0x80 and data[4] == 31  # a disk, removable
    assert ask_disk(mtp, TEST_UNIT_READY, 0)[0] == 1
    code, _, data = ask_disk(mtp, REQUEST_SENSE, 18)
    assert code == 0 and (data[0], data[2], data[12]) == (0x70, 2, 0x3A)  # medium not present
    code, residue, data = ask_disk(mtp, READ_10, 4096)
    assert (code, residue, len(data)) == (1, 4096, 4096)


@ON_OFF
def test_quirk_08_gphoto2_takes_it_for_a_disk(tmp_path, on):
    file = player(tmp_path, on and "unload-driver")
    _, said = client(file, "gphoto2 --auto-detect; lsusb -v", tmp_path)
    assert ("USB PTP Class Camera" in said) == (not on)
    assert bool(re.search(r"bInterfaceClass +8\b", said)) == on


def test_quirk_08_both_on_the_same_pipes(serve):
    server = serve("unload-driver")
    with server.connect() as connection:
        assert connection.devices()[0][2] == [bytes([0x08, 0x06, 0x50])]
    mtp = server.session()
    assert mtp.usb.control(0xA1, 0xFE, 0, 0, 1).data == b"\0"  # Get Max LUN
    for _ in range(2):
        disk_without_medium(mtp)
        assert mtp.ask(0x1006, ALL, 0, 0).params[0] > 0
    mtp.usb.close()


@ON_OFF
def test_quirk_26_libmtp_finds_no_mtp(tmp_path, on):
    _, said = client(player(tmp_path, on and "switch-mode-blackberry"), "mtp-files", tmp_path)
    assert ("failed to open session on second attempt" in said) == on
    assert ("Tone One.mp3" in said) == (not on)


def test_quirk_26_libmtps_flag_helps(tmp_path):
    _, said = client(player(tmp_path, "switch-mode-blackberry", ids=BLACKBERRY), "mtp-files",
                     tmp_path)
    assert "Tone One.mp3" in said and "failed" not in said


def test_quirk_26_a_disk_until_it_is_asked_for_mtp(serve):
    connection = serve("switch-mode-blackberry").configured()
    mtp = Mtp(connection, session=0)
    disk_without_medium(mtp)
    mtp.usb.send(mtp.usb.urb(mtp.bulk_out, OUT, 16, command_of(mtp, 0x1002, 1)))
    assert mtp.usb.reply().status == EPIPE
    mtp.resume()
    connection.control(0xC0, 0xAA, 0, 4, 64)
    mtp.ask(0x1002, 1)
    assert mtp.ask(0x1006, ALL, 0, 0).params[0] > 0
    mtp.usb.close()


# ---- 9: the Microsoft OS descriptor first

def test_quirk_09_libmtp_waits_in_vain(tmp_path):
    """It gives up after 5 seconds of its own, and tries again for longer."""
    file = player(tmp_path, "always-probe-descriptor", ids=SANSA_CONNECT, changes=NAMELESS)
    with subprocess.Popen([tree.PAPSIM, "exec", "--player", file, "--", "sh", "-c",
                           "echo $$; exec mtp-files 2>&1"], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        pid = int(process.stdout.readline())
        said = ""
        while "failed to open session" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=tree.SECONDS)


@pytest.mark.parametrize("quirks, ids", [((), SANSA_CONNECT),
                                         (("always-probe-descriptor",), SANSA_CLIP)],
                         ids=["off", "flag"])
def test_quirk_09_without_it_or_with_libmtps_flag_it_is_listed(tmp_path, quirks, ids):
    _, said = client(player(tmp_path, *quirks, ids=ids, changes=NAMELESS), "mtp-files", tmp_path)
    assert "Tone One.mp3" in said and "failed" not in said


@ON_OFF
def test_quirk_09_silent_until_the_string_was_read(serve, on):
    connection = serve(on and "always-probe-descriptor").imported()
    connection.configure()
    mtp = Mtp(connection, session=0)
    command = command_of(mtp, 0x1002, 1)
    assert unanswered(connection, connection.urb(mtp.bulk_out, OUT, len(command), command)) == on
    assert connection.descriptor(3, 18, index=0xEE).data[2:10] == "MSFT".encode("utf-16-le")
    if on:
        mtp.ask(0x1002, 1)
        assert mtp.ask(0x1006, ALL, 0, 0).params[0] > 0
    mtp.usb.close()


# ---- 18: the size of album art

ALBUM = "mtp-albumart -i 3 -n Waves -s 65537 cover.jpg"


@pytest.mark.parametrize("quirks, ids, crashes", [
    (("broken-set-sample-dimensions",), UNKNOWN, True), ((), UNKNOWN, False),
    (("broken-set-sample-dimensions",), SANSA_CLIP_PLUS, False)], ids=["on", "off", "flag"])
def test_quirk_18_libmtp_sends_a_cover(tmp_path, quirks, ids, crashes):
    (tmp_path / "cover.jpg").write_bytes(bytes(3000))
    assert locks_up(player(tmp_path, *quirks, ids=ids), ALBUM, tmp_path) == crashes


# ---- 23: the last packet full

PARTIAL = """
import ctypes
mtp = ctypes.CDLL("libmtp.so.9")
mtp.LIBMTP_Init()
mtp.LIBMTP_Get_First_Device.restype = ctypes.c_void_p
device = ctypes.c_void_p(mtp.LIBMTP_Get_First_Device())
data, count = ctypes.POINTER(ctypes.c_ubyte)(), ctypes.c_uint()
code = mtp.LIBMTP_GetPartialObject(device, ctypes.c_uint32(4), ctypes.c_uint64({offset}),
                                   ctypes.c_uint32({length}), ctypes.byref(data),
                                   ctypes.byref(count))
print("partial", code, count.value, flush=True)
mtp.LIBMTP_Release_Device(device)
"""


@pytest.mark.parametrize("quirks, ids, offset, length, says", [
    (("samsung-offset-bug",), UNKNOWN, 0, 500, None),
    ((), UNKNOWN, 0, 500, "partial 0 500"),
    (("samsung-offset-bug",), UNKNOWN, 1, 499, "partial 0 499"),
    (("samsung-offset-bug",), GALAXY, 0, 500, "partial 0 499")],
    ids=["on", "off", "another-length", "flag"])
def test_quirk_23_libmtp_reads_the_end_of_a_file(tmp_path, quirks, ids, offset, length, says):
    """Object 4 has 500 bytes, with the header one full packet. libmtp's flag asks for one less."""
    (tmp_path / "partial.py").write_text(PARTIAL.format(offset=offset, length=length))
    file = player(tmp_path, *quirks, ids=ids)
    assert locks_up(file, "/usr/bin/python3 partial.py", tmp_path) == (says is None)
    if says:
        assert says in (tmp_path / "said").read_text()


# ---- 27: the string that resets

@pytest.mark.parametrize("quirks, speed, found", [
    (("os-string-resets",), FULL_SPEED, False), ((), FULL_SPEED, True),
    (("os-string-resets",), (), True)], ids=["on", "off", "high-speed"])
def test_quirk_27_libmtp_probes_it_away(tmp_path, quirks, speed, found):
    _, said = client(player(tmp_path, *quirks, changes=NAMELESS + speed), "mtp-files", tmp_path)
    assert ("No Devices have been found" in said) == (not found)
    assert ("Tone One.mp3" in said) == found


def test_quirk_27_it_drops_off_the_bus_and_comes_back(serve):
    server = serve("os-string-resets", changes=FULL_SPEED)
    mtp = server.session()
    mtp.usb.send(mtp.usb.urb(0, IN, 18, setup=usbip.setup(0x80, 6, 0x03EE, 0, 18)))
    assert mtp.usb.reply().status == ESHUTDOWN
    assert mtp.usb.rest() == b""
    mtp.usb.close()
    server.session().usb.close()
