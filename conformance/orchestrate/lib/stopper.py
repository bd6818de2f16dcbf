"""Between papcheck and papsim: hands every byte on, and does something to papsim before the first
command container of an operation reaches it – or when all of that connection has been answered,
before the next one does – so that a device stops at a place that is no matter of chance."""
import contextlib
import socket
import struct
import threading

import tree

COMMAND = 1
FRAME = 48  # bytes before the container of a bulk OUT URB


def end(connection):
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)


class Stopper:
    """Threads: two for each connection. `port` is where papcheck goes."""

    def __init__(self, papsim, operation, stop, after=False):
        self.papsim, self.stop, self.after, self.due = papsim, stop, after, False
        self.operation = struct.pack("<H", operation)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.open, self.threads = [], []

    def is_it(self, data):
        """A submit whose container is the operation's: each comes in one segment, whatever comes
        before and behind it there."""
        at = self.is_command(data)
        return at and data[at + 2:at + 4] == self.operation

    def is_command(self, data):
        """Where the type of the last one stands; 0: there is none."""
        at = data.rfind(struct.pack("<H", COMMAND), FRAME + 4)
        while at > 0 and not self.fits(data, at):
            at = data.rfind(struct.pack("<H", COMMAND), FRAME + 4, at + 1)
        return max(at, 0)

    @staticmethod
    def fits(data, at):
        """The container is all that an OUT submit carries."""
        length, = struct.unpack_from("<I", data, at - 4)
        command, _, _, direction, _, _, carried = struct.unpack_from(">7I", data, at - 4 - FRAME)
        return length in range(12, 33, 4) and (command, direction, carried) == (1, 0, length)

    def hand_on(self, source, target, looks):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 20):
                target.sendall(self.passes(data, looks))
        end(target)

    def passes(self, data, looks):
        """What is handed on instead; looks: it goes to papsim."""
        if looks and self.stop and self.is_it(data):
            self.due = True
            if not self.after:
                self.stop_now()
        return data

    def stop_now(self):
        stop, self.stop = self.stop, None
        stop()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                ours, _ = self.server.accept()
                if self.due and self.stop:
                    self.stop_now()
                theirs = socket.create_connection(("127.0.0.1", self.papsim.port), tree.SECONDS)
                for one in (ours, theirs):
                    one.settimeout(None)
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.open += [ours, theirs]
                self.begin(self.hand_on, ours, theirs, True)
                self.begin(self.hand_on, theirs, ours, False)

    def begin(self, *call):
        self.threads.append(threading.Thread(target=call[0], args=call[1:]))
        self.threads[-1].start()


@contextlib.contextmanager
def before(papsim, operation, stop, after=False):
    """A URI of the device; `stop` is called before the first command `operation` reaches it, or
    after the connection that it was on."""
    with serving(Stopper(papsim, operation, stop, after)) as uri:
        yield uri


@contextlib.contextmanager
def serving(one):
    one.begin(one.serve)
    try:
        yield f"usbip:127.0.0.1:{one.port}/1-1"
    finally:
        one.server.shutdown(socket.SHUT_RDWR)
        one.server.close()
        for each in one.open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in one.threads:
            thread.join()
