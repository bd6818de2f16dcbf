"""papsim as its users start it: `papsim` runs it to its end, `Papsim` lets it serve."""
import json
import os
import pathlib
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

import tree
from mtp_client import Mtp
from usbip_client import Connection


def papsim(*words, text=True, **more):
    return subprocess.run([tree.PAPSIM, *map(str, words)], text=text, timeout=tree.SECONDS,
                          check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **more)


def refused(done, *words):
    """Exit 2, nothing on stdout, and one line on stderr that has these words."""
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert re.fullmatch(r"papsim: [^\n]+\n", done.stderr), done.stderr
    for word in words:
        assert word in done.stderr


def ask(control, line):
    """One raw line to a control socket, all that it answers."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(tree.SECONDS)
        connection.connect(str(control))
        connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def kib(path, field):
    return int(re.search(rf"^{field}:\s+(\d+) kB", path.read_text(), re.M)[1])


class Papsim:
    """`papsim serve` with these players, on a free port of the loopback and with a control socket.
    As a context it must live to its end and leave in peace, unless the test ends it itself (`end`,
    `kill`), or it may die: then `port` is None when it did not come so far as to listen."""

    def __init__(self, *players, options=(), control=None, state=None, descriptors=None,
                 may_die=False, **environment):
        self.folder = tempfile.TemporaryDirectory(prefix="papsim-")
        own = pathlib.Path(self.folder.name)
        self.control, self.may_die = str(control or own / "control"), may_die
        self.said, self.log_file = b"", own / "log"
        command = [tree.PAPSIM, "serve", "--listen", "127.0.0.1:0", "--control", self.control,
                   *(word for name in players for word in ("--player", name)),
                   *(("--state", state) if state else ()), *options]

        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=tree.ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE,
                stdin=subprocess.DEVNULL, stderr=log, preexec_fn=limit if descriptors else None)
        try:
            self.port = self.listens()
        except BaseException:
            self.close()
            raise

    def listens(self):
        """The port in the first line it prints."""
        deadline = time.monotonic() + tree.SECONDS
        while b"\n" not in self.said:
            left = max(0, deadline - time.monotonic())
            ready, _, _ = select.select([self.process.stdout], [], [], left)
            piece = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not piece and self.may_die:
                return None
            assert piece, f"papsim said {self.said!r} and no more: {self.log}"
            self.said += piece
        match = re.match(rb"listening 127\.0\.0\.1:(\d+)\n", self.said)
        assert match, self.said
        return int(match[1])

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        try:
            if not failed and not self.may_die and self.process.returncode is None:
                assert self.process.poll() is None, f"papsim ended by itself: {self.log}"
                assert self.end()[0] == 0, self.log
        finally:
            self.close()

    def close(self):
        self.kill()
        self.process.stdout.close()
        sys.stderr.write(self.log)  # pytest shows it with a failure
        self.folder.cleanup()

    # ---- its end

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(tree.SECONDS)

    def end(self, by=signal.SIGTERM):
        """(exit status, all it printed, stderr) after a signal."""
        self.process.send_signal(by)
        self.process.wait(tree.SECONDS)
        self.said += self.process.stdout.read()
        return self.process.returncode, self.said.decode(), self.log

    @property
    def log(self):
        return self.log_file.read_text("utf-8", "replace")

    # ---- its clients

    def place(self, busid=None):
        """Where programs find it: HOST:PORT[/BUSID]."""
        return f"127.0.0.1:{self.port}" + (f"/{busid}" if busid else "")

    def uri(self, busid="1-1"):
        """One of its devices, as papcheck's --device takes it."""
        return f"usbip:{self.place(busid)}"

    def connect(self, kind=Connection, **options):
        return kind(self.port, **options)

    def imported(self, busid=b"1-1", **options):
        """A connection that has the device, once the one before it has been worked off: nothing
        says that the end of one connection is seen before the beginning of another."""
        deadline = time.monotonic() + tree.SECONDS
        while True:
            connection = self.connect(**options)
            status = connection.take(busid)
            if status == 0:
                return connection
            connection.close()
            assert status == 2 and time.monotonic() < deadline, status

    def configured(self, busid=b"1-1", **options):
        connection = self.imported(busid, **options)
        connection.configure()
        return connection

    def session(self, busid=b"1-1", **options):
        """An MTP session on a connection of its own."""
        return Mtp(self.configured(busid, **options))

    def free(self, *busids):
        """Waits until a list names these, and these alone: one in use is not in it."""
        deadline = time.monotonic() + tree.SECONDS
        while True:
            with self.connect() as connection:
                found = [busid for busid, _, _ in connection.devices()]
            if found == list(busids):
                return
            assert time.monotonic() < deadline, found

    def usbredir(self, busid="1-1"):
        """Where the usbredir front of that player is: a port, or a path."""
        deadline = time.monotonic() + tree.SECONDS
        line = re.compile(rf"^usbredir {re.escape(busid)} (?:127\.0\.0\.1:(\d+)|(/.*))\n", re.M)
        while not (found := line.search(self.said.decode())):
            ready, _, _ = select.select([self.process.stdout], [], [],
                                        max(0, deadline - time.monotonic()))
            assert ready, f"papsim said {self.said!r} and no more"
            self.said += os.read(self.process.stdout.fileno(), 4096)
        return int(found[1]) if found[1] else found[2]

    # ---- its control socket

    def ask(self, *words):
        """`papsim control`: (exit status, answer)."""
        done = papsim("control", self.control, *words)
        return done.returncode, done.stdout

    def tell(self, verb, **words):
        """One request that must succeed; its answer."""
        answer = json.loads(ask(self.control, json.dumps({"verb": verb, **words}).encode() + b"\n"))
        assert answer["ok"], answer
        return answer

    # ---- what it holds

    def proc(self, name):
        return pathlib.Path(f"/proc/{self.process.pid}") / name

    def memory(self, field="VmRSS"):
        """KiB. What is resident is counted page by page: the sum in `status` may lag behind by
        hundreds of them."""
        if field == "VmRSS":
            return kib(self.proc("smaps_rollup"), "Rss")
        return kib(self.proc("status"), field)

    def own(self):
        """KiB of memory that is no file's: what it sends is a view of one, of 4 MiB at most."""
        return kib(self.proc("smaps_rollup"), "Anonymous")

    def descriptors(self):
        return len(list(self.proc("fd").iterdir()))

    def threads(self):
        return len(list(self.proc("task").iterdir()))

    def asan(self):
        """Whether it is built with ASan, which keeps freed memory for a while."""
        return "libasan" in self.proc("maps").read_text()
