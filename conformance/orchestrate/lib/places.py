"""Places output may be sent to that are no files, or too small for it."""
import contextlib
import os
import stat
import subprocess
import threading

import tree


def is_null(path):
    """Whether it is still the node of /dev/null."""
    found = path.stat()
    return stat.S_ISCHR(found.st_mode) and found.st_rdev == os.makedev(1, 3)


@contextlib.contextmanager
def read_fifo(path):
    """A FIFO that is read to its end: the list has what came."""
    os.mkfifo(path)
    came = []
    reader = threading.Thread(target=lambda: came.append(path.read_bytes()), daemon=True)
    reader.start()
    yield came
    reader.join(tree.SECONDS)


def on_a_full_disk(folder, *words, left=0):
    """Runs it where `folder` is a disk with `left` KiB of room that ends with the program: (exit
    status, stdout, stderr)."""
    script = ('mount -t tmpfs -o size=256k papkit "$0" && head -c "$1" /dev/zero > "$0/fill" && '
              'shift && exec "$@"')
    done = subprocess.run(
        [tree.tool("unshare"), "--map-root-user", "--mount", "sh", "-c", script, folder,
         str((256 - left) << 10), *map(str, words)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=tree.SECONDS, check=False)
    return done.returncode, done.stdout, done.stderr


def printed_to_a_full_device(*words):
    """(exit status, stderr) of a program whose stdout takes nothing."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*map(str, words)], stdin=subprocess.DEVNULL, stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=tree.SECONDS, check=False)
    return done.returncode, done.stderr
