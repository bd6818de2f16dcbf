"""Several functions in one device: a player that is MTP's beside the source and sink of Linux's
gadget zero. Each works while the other does, for our own client and for those of others."""
import re
import struct
import sys

import pytest

from clients import execute, ok
from mtp_client import DATA, RESPONSE, Mtp, container
from papsim import Papsim
from tree import has
from usbip_client import EPIPE, IN, OUT

PLAYER = """
name: both
usb:
  vendor: 0x1209
  product: 0x4d5a
  manufacturer: papkit
  product-name: MTP and more
  serial: "0A1B2C3D4E5F6072"
  speed: high
  pattern: mod63
  interfaces:
    - number: 0
      class: 6
      subclass: 1
      protocol: 1
      name: MTP
      function: still-image
      endpoints:
        - {address: 0x81, type: 2}
        - {address: 0x01, type: 2}
        - {address: 0x82, type: 3, packet-size: 28}
    - number: 1
      class: 0xff
      name: source and sink data
      function: source-sink
      endpoints:
        - {address: 0x83, type: 2}
        - {address: 0x03, type: 2}
"""
SOURCE_SINK = 3                                         # number of its two endpoints
PATTERN = bytes(i % 63 for i in range(512)) * 128       # mod63, anew in each packet
CONTENT = bytes(i * 7 & 0xFF for i in range(3 << 20))


@pytest.fixture
def player(tmp_path):
    path = tmp_path / "both.yaml"
    path.write_text(PLAYER, encoding="ascii")
    return path


def test_both_work_at_the_same_time(player):
    """In the middle of an object's data, the source streams and the sink takes all it is given."""
    with Papsim(player) as server, server.configured() as usb:
        mtp = Mtp(usb)
        handle = mtp.send("song.bin", CONTENT)
        mtp.command(0x1009, handle)
        got, streamed = b"", 0
        while len(got) < 12 + len(CONTENT):
            urbs = [usb.urb(SOURCE_SINK, IN, len(PATTERN)),
                    usb.urb(mtp.bulk_in, IN, len(PATTERN)),
                    usb.urb(SOURCE_SINK, OUT, len(PATTERN), PATTERN)]
            first = usb.seqnum - 2
            usb.send(b"".join(urbs))
            replies = {reply.seqnum: reply for reply in (usb.reply(), usb.reply(), usb.reply())}
            assert [replies[first + i].status for i in range(3)] == [0, 0, 0]
            assert replies[first].data == PATTERN
            assert replies[first + 2].actual == len(PATTERN)
            got += replies[first + 1].data
            streamed += 1
        assert got == container(DATA, 0x1009, mtp.transaction, CONTENT) and streamed > 40
        assert struct.unpack("<H", mtp.get(512)[4:6])[0] == RESPONSE


def test_a_halt_of_one_is_no_halt_of_the_other(player):
    with Papsim(player) as server, server.configured() as usb:
        mtp = Mtp(usb)
        assert usb.transfer(SOURCE_SINK, OUT, 4, b"junk").status == EPIPE
        assert mtp.handles() is not None
        assert usb.control(0x01, 11, 0, 1, 0).status == 0
        assert usb.transfer(SOURCE_SINK, OUT, 512, PATTERN[:512]).status == 0
        assert mtp.handles() is not None, "its session is as it was"


def test_others_see_both(player):
    """libmtp takes the one that is its own; lsusb shows both, each with its endpoints."""
    has("mtp-detect", "lsusb")
    found = ok(execute("--player", player, "--", "mtp-detect"))
    assert found.rstrip().endswith("OK."), found
    assert re.search(r"^\s*Serial number: 0A1B2C3D4E5F6072$", found, re.M)
    listed = execute("--player", player, "--", "lsusb", "-v", "-d", "1209:4d5a").stdout
    assert re.findall(r"bInterfaceNumber\s+(\d)", listed) == ["0", "1"]
    assert re.findall(r"bEndpointAddress\s+0x(\w\w)", listed) == ["81", "01", "82", "83", "03"]


# libusb's view, through pyusb: a thread for each interface of one handle.
TWO_THREADS = """
import sys, threading, usb.core
device = usb.core.find(idVendor=0x1209, idProduct=0x4d5a)
device.set_configuration()
pattern = bytes(i % 63 for i in range(512)) * 128
rounds, errors, started = 60, [], threading.Barrier(2)

def mtp():
    for number in range(rounds):
        device.write(0x01, b"\\x0c\\0\\0\\0\\1\\0\\1\\x10" + number.to_bytes(4, "little"))
        data = bytes(device.read(0x81, 16384))
        assert data[4:12] == b"\\2\\0\\1\\x10" + number.to_bytes(4, "little"), data[:12]
        answer = bytes(device.read(0x81, 512))
        assert answer == b"\\x0c\\0\\0\\0\\3\\0\\1\\x20" + number.to_bytes(4, "little"), answer

def zero():
    for _ in range(rounds):
        assert bytes(device.read(0x83, len(pattern))) == pattern
        assert device.write(0x03, pattern) == len(pattern)

def guarded(run):
    try:
        started.wait()
        run()
    except Exception as error:
        errors.append(error)

threads = [threading.Thread(target=guarded, args=(run,)) for run in (mtp, zero)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(errors)
"""


def test_a_host_may_use_both_from_two_threads(player):
    done = execute("--player", player, "--", sys.executable, "-c", TWO_THREADS)
    assert done.stdout == "[]\n", done.stdout + done.stderr
