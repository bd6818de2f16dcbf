"""A terminal for a program, and what a person would have on the screen."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

import tree

TAKE_BACK = "\r\x1b[K"


class Screen:
    """A program with a terminal of its own, of so many columns."""

    def __init__(self, *words, columns=80, **environment):
        self.columns, self.text = columns, ""
        ours = {name: value for name, value in os.environ.items()
                if name not in ("COLUMNS", "NO_COLOR", "TERM")}
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs us may have said nohup
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
            os.execve(words[0], [str(word) for word in words],
                      {**ours, "TERM": "xterm", **environment})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.hang_up()

    def read(self, until=None):
        """Takes in what is written up to that text, or to the program's end."""
        deadline = time.monotonic() + tree.SECONDS
        while until is None or until not in self.text:
            assert select.select([self.master], [], [], deadline - time.monotonic())[0], self.text
            try:
                data = os.read(self.master, 1 << 16)
            except OSError:  # Linux says EIO when the other side is gone
                data = b""
            if not data:
                assert until is None, self.text
                return
            self.text += data.decode("utf-8")

    def press(self, keys):
        os.write(self.master, keys)

    def hang_up(self):
        if self.master is not None:
            os.close(self.master)
            self.master = None

    def ended(self):
        """The program's exit status."""
        if self.master is not None:
            self.read()
        pid, self.pid = self.pid, None
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    @property
    def frames(self):
        """What was shown to be taken back."""
        return [part for part in self.text.split(TAKE_BACK)[1:-1] if "\n" not in part]

    @property
    def lines(self):
        """What is left to see, lines that are too long in parts as the terminal shows them."""
        lines, column = [""], 0
        for token in re.findall("\x1b\\[[0-9;]*[A-Za-z]|[^\x1b]", self.text):
            if token == "\x1b[K":
                lines[-1] = lines[-1][:column]
            elif token == "\r":
                column = 0
            elif token == "\n":
                lines.append("")
                column = 0
            elif len(token) == 1:
                if column == self.columns:
                    lines.append("")
                    column = 0
                lines[-1] = lines[-1][:column] + token + lines[-1][column + 1:]
                column += 1
        return lines
