"""This machine, but without the checkout, and with other things installed: an overlay over its root
in a mount namespace of its own, which is gone with the process that holds it. Needs root, or sudo
as `ci/setup` does."""
import os
import subprocess

import tree

# What is written there is kept in memory; /out is a folder of both.
SET_UP = """
top=$1 out=$2 checkout=$3
mount -t tmpfs machine "$top"
mkdir "$top/above" "$top/work" "$top/root"
mount -t overlay machine -o "lowerdir=/,upperdir=$top/above,workdir=$top/work" "$top/root"
for folder in proc sys dev; do
    mount --rbind "/$folder" "$top/root/$folder"
done
mkdir -p "$top/root/out" "$top/root$checkout"
mount --bind "$out" "$top/root/out"
mount -t tmpfs -o ro nothing "$top/root$checkout"
echo $$
read -r _ || : # until the caller goes
"""


def as_root(*words):
    return [*([] if os.geteuid() == 0 else ["sudo", "-n"]), *map(str, words)]


class Machine:
    """As a context. `out` is a folder that is /out there."""

    def __init__(self, folder):
        self.top, self.out = folder / "machine", folder / "out"

    def __enter__(self):
        tree.has("unshare", "nsenter", "chroot")
        self.top.mkdir()
        self.out.mkdir()
        self.holder = subprocess.Popen(
            as_root("unshare", "--mount", "--propagation", "private", "sh", "-e", "-c", SET_UP,
                    "machine", self.top, self.out, tree.ROOT),
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = self.holder.stdout.readline()
        assert said.strip().isdigit(), f"no such machine: {said}{self.holder.communicate()[0]}"
        self.process = int(said)
        return self

    def __exit__(self, *_):
        self.holder.communicate()

    def run(self, script):
        """A script of sh, from / and with little of an environment, until a command of it fails."""
        inside = ("chroot", self.top / "root", "env", "-i", "HOME=/tmp", "LANG=C.UTF-8",
                  "PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin", "sh", "-e", "-c", script)
        return subprocess.run(
            as_root("nsenter", "--mount", "--target", self.process, *inside), cwd="/", text=True,
            timeout=2 * tree.SECONDS, check=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def says(self, script):
        """What a script prints that must succeed."""
        done = self.run(script)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout
