"""Between papcheck and papsim: hands every byte on, and does something to papsim before the first
command container of an operation reaches it, so that a device stops at an operation that is no
matter of chance."""
import contextlib
import socket
import struct
import threading

import tree

COMMAND = 1
FRAME = 48  # bytes before the container of a bulk OUT URB


class Stopper:
    """Threads: two for each connection. `port` is where papcheck goes."""

    def __init__(self, papsim, operation, stop):
        self.papsim, self.stop = papsim, stop
        self.pattern = struct.pack("<HH", COMMAND, operation)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.open, self.threads = [], []

    def is_it(self, data):
        """A submit whose container is the operation's: each comes in one segment, or at the end of
        one."""
        at = data.rfind(self.pattern)
        return at >= FRAME + 4 and len(data) - at <= 8 + 4 * 5

    def hand_on(self, source, target, looks):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 20):
                if looks and self.stop and self.is_it(data):
                    stop, self.stop = self.stop, None
                    stop()
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                ours, _ = self.server.accept()
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
def before(papsim, operation, stop):
    """A URI of the device; `stop` is called before the first command `operation` reaches it."""
    one = Stopper(papsim, operation, stop)
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
