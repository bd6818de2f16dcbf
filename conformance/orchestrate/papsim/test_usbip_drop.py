"""A device is importable at once when its importer is gone, whatever that one left behind. papsim
is stopped meanwhile, so that everything lies in its sockets when it goes on: what was sent, the end
of that connection, then another's import."""
import contextlib
import os
import pathlib
import signal
import time

import pytest

import tree
import usbip_client as usbip
from papsim import Papsim
from usbip_client import IN, OUT

ESTABLISHED = "01"
# No more than a receive window that nobody empties: else the end would wait behind it.
LEFT = {
    "nothing": lambda client: b"",
    "half-a-header": lambda client: client.urb(0, IN, 18)[:23],
    "an-urb-in-its-data": lambda client: client.urb(2, OUT, 16 << 20) + bytes(30000),
    "whole-urbs": lambda client: b"".join(client.urb(2, OUT, 512, bytes(512)) for _ in range(50)),
    "many-requests": lambda client: b"".join(
        client.urb(0, IN, 18, setup=usbip.setup(0x80, 6, 0x0100, 0, 18)) for _ in range(600)),
}
ENDS = {"closed": usbip.Connection.close, "reset": usbip.Connection.reset,
        "half-closed": usbip.Connection.half_close}


@pytest.fixture(scope="module", name="server")
def fixture_server():
    with Papsim("mtp") as one:
        yield one


@contextlib.contextmanager
def stopped(server):
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


def server_end(server, port):
    """State and unread bytes of the server's end of the connection from that port, or None."""
    ends = [f":{server.port:04X}", f":{port:04X}"]
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state, queues, *_ = line.split()
        if [local[8:], remote[8:]] == ends:
            return state, int(queues.split(":")[1], 16)
    return None


def wait_until(reached, what):
    deadline = time.monotonic() + tree.SECONDS
    while not reached():
        assert time.monotonic() < deadline, what


def is_over(server, port):
    end = server_end(server, port)
    return end is None or end[0] != ESTABLISHED


@contextlib.contextmanager
def asking(server, known):
    """Another's connection and what it has yet to send: of a known one papsim has begun to read, so
    that its loop learns of both in one go."""
    request = usbip.import_request(b"1-1")
    with server.connect() as client:
        if known:
            client.send(request[:1])
            port = client.socket.getsockname()[1]
            wait_until(lambda: server_end(server, port)[1] == 0, "papsim does not read")
        yield client, request[known:]


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("left", LEFT)
def test_importable_at_once(server, left, end, known):
    with server.imported() as first, asking(server, known) as (second, request):
        port = first.socket.getsockname()[1]
        with stopped(server):
            first.send(LEFT[left](first))
            ENDS[end](first)
            wait_until(lambda: is_over(server, port), "the kernel does not hand on the end")
            second.send(request)
        assert second.read_import() == 0
        assert second.descriptor(1, 18).data[:2] == b"\x12\x01"


@pytest.mark.parametrize("end", ENDS)
def test_listed_at_once(server, end):
    with server.imported() as first, server.connect() as second:
        second.send(usbip.op(usbip.OP_REQ_DEVLIST)[:1])
        port, own = (client.socket.getsockname()[1] for client in (first, second))
        wait_until(lambda: server_end(server, own)[1] == 0, "papsim does not read")
        with stopped(server):
            first.send(LEFT["many-requests"](first))
            ENDS[end](first)
            wait_until(lambda: is_over(server, port), "the kernel does not hand on the end")
            second.send(usbip.op(usbip.OP_REQ_DEVLIST)[1:])
        assert [busid for busid, _, _ in second.read_devices()] == ["1-1"]
