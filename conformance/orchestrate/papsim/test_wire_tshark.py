"""Wireshark's usbip dissector reads what really crosses the loopback and finds nothing
malformed."""
import json
import os
import re
import signal
import socket
import struct
import subprocess
import threading

import pytest

import splitter
import stopper
import tree
import usbip_client
from papcheck import papcheck
from papsim import Papsim

# The last bytes of the capture: an import of a device that does not exist.
MARK = b"end-of-capture"
PATTERNS = ["USB-CH9-*", "MTP-*"]


def cases():
    """What a well-behaved client sends: cases that write raw frames bend them on purpose."""
    listed = subprocess.run([tree.PAPCHECK, "list", "--json", *PATTERNS], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    return [case["id"] for case in json.loads(listed) if "wire" not in case["needs"]]


class Capture:
    """dumpcap on the loopback, its file read through a pipe."""

    def __init__(self, port, path):
        self.path, self.seen, self.bytes = path, threading.Event(), bytearray()
        # A capture needs privilege; sudo hands the interrupt on.
        command = [*([] if os.geteuid() == 0 else ["sudo", "-n"]), tree.tool("dumpcap"), "-q",
                   "-i", "lo", "-B", "64", "-f", f"tcp port {port}", "-w", "-"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        words = b""
        # dumpcap names its file once the interface is open
        while b"File:" not in words:
            line = self.process.stderr.readline()
            assert line, f"dumpcap: {words.decode()}"
            words += line
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        while chunk := os.read(self.process.stdout.fileno(), 1 << 20):
            self.bytes += chunk
            if MARK in self.bytes[-len(chunk) - len(MARK):]:
                self.seen.set()

    def stop(self, port):
        """Waits until the mark has come through, so that nothing before it is missing."""
        with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
            connection.sendall(struct.pack(">HHI", 0x0111, 0x8003, 0) + MARK.ljust(32, b"\0"))
            connection.recv(8)
        arrived = self.seen.wait(120)
        self.process.send_signal(signal.SIGINT)
        self.reader.join(120)
        self.process.stdout.close()
        self.process.stderr.close()
        self.process.wait(120)
        self.path.write_bytes(self.bytes)
        assert arrived, "the capture lacks its last frames"


def tshark(path, port, *more):
    command = [tree.tool("tshark"), "-n", "-r", path, "-d", f"tcp.port=={port},usbip", *more]
    return subprocess.run(command, check=True, text=True, timeout=600, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    """(file, port) of a session: the list, an import, chapter 9 and MTP by our own client."""
    folder = tmp_path_factory.mktemp("wire")
    path = folder / "loopback.pcapng"
    with Papsim("mtp") as server:
        split = splitter.Splitter(server)
        with stopper.serving(split) as uri:
            record = Capture(split.port, path)
            try:
                with usbip_client.Connection(split.port) as connection:
                    assert connection.devices()
                done = papcheck("run", *cases(), "--destructive", "--out", folder / "out",
                                "--device", uri, cwd=tree.ROOT)
            finally:
                record.stop(split.port)
    assert done.status == 0, done.stdout[-3000:]
    return path, split.port


def test_the_session_is_seen_whole(capture):
    """Both directions of every kind of frame are in the capture and read as USB/IP."""
    path, port = capture
    words = tshark(path, port, "-Y", "usbip")
    for kind in ("Device List Request", "Device List Response", "Import Request",
                 "Import Response", "URB", "Submit"):
        assert re.search(kind, words, re.I), kind


def test_nothing_is_malformed(capture):
    """A device descriptor of which less was asked for ends early; the dissector wants all of it."""
    path, port = capture
    bad = tshark(path, port, "-Y", "(_ws.malformed || _ws.expert.severity == error) && "
                 "!(usb.bDescriptorType == 1 && usbip.actual_length < 18) && "
                 "!(usbip.actual_length == 1)")
    assert not bad


def test_every_byte_belongs_to_a_frame(capture):
    """Framing that is off shows as payload the dissector leaves alone. What TCP sends again, it has
    read the first time."""
    path, port = capture
    loose = tshark(path, port, "-2", "-Y",
                   f"tcp.port == {port} && tcp.len > 0 && !usbip && !usb && !tcp.segment && "
                   "!tcp.reassembled_in && !tcp.analysis.retransmission",
                   "-T", "fields", "-e", "frame.number", "-e", "tcp.len")
    assert not loose
