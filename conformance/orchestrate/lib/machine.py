"""This machine, but without the checkout, and with other things installed: its system folders under
overlays in a mount namespace of its own, which is gone with the process that holds it. As root (or
by a sudo that does not ask) what is there may be changed, as any other user only added to."""
import functools
import os
import shutil
import subprocess

import tree

# What is written is kept in memory; /out is a folder of both.
SET_UP = """
top=$1 out=$2 checkout=$3 root=$1/root
mount -t tmpfs machine "$top"
mkdir "$root" "$root/out"
for folder in proc sys dev; do
    mkdir "$root/$folder"
    mount --rbind "/$folder" "$root/$folder"
done
for folder in bin etc lib lib32 lib64 libx32 opt sbin usr var; do
    if [ -L "/$folder" ]; then
        cp -P "/$folder" "$root/$folder"
    elif [ -d "/$folder" ]; then
        mkdir -p "$root/$folder" "$top/above/$folder" "$top/work/$folder"
        mount -t overlay machine "$root/$folder" \
            -o "lowerdir=/$folder,upperdir=$top/above/$folder,workdir=$top/work/$folder"
    fi
done
mkdir -m 1777 "$root/tmp"
mount --bind "$out" "$root/out"
if [ -d "$root$checkout" ]; then
    mount -t tmpfs -o ro nothing "$root$checkout"
fi
echo $$
read -r _ || : # until the caller goes
"""


@functools.cache
def privilege():
    """The words before a command, those of unshare, and those of nsenter."""
    if os.geteuid() == 0:
        return [], [], []
    if shutil.which("sudo") and subprocess.run(
            ["sudo", "-n", "true"], check=False, stderr=subprocess.DEVNULL,
            timeout=tree.SECONDS).returncode == 0:
        return ["sudo", "-n"], [], []
    return [], ["--map-root-user"], ["--user", "--preserve-credentials"]


class Machine:
    """As a context. `out` is a folder that is /out there."""

    def __init__(self, folder):
        self.top, self.out = folder / "machine", folder / "out"

    def __enter__(self):
        tree.has("unshare", "nsenter", "chroot")
        self.top.mkdir()
        self.out.mkdir()
        before, words, _ = privilege()
        self.holder = subprocess.Popen(
            [*before, "unshare", *words, "--mount", "--propagation", "private", "sh", "-e", "-c",
             SET_UP, "machine", self.top, self.out, tree.ROOT],
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = self.holder.stdout.readline()
        assert said.strip().isdigit(), f"no such machine: {said}{self.holder.communicate()[0]}"
        self.process = said.strip()
        return self

    def __exit__(self, *_):
        self.holder.communicate()

    def run(self, script):
        """A script of sh, from / and with little of an environment, until a command of it fails."""
        inside = ("chroot", self.top / "root", "env", "-i", "HOME=/tmp", "LANG=C.UTF-8",
                  "PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin", "sh", "-e", "-c", script)
        before, _, words = privilege()
        return subprocess.run(
            [*before, "nsenter", *words, "--mount", "--target", self.process, *inside], cwd="/",
            text=True, timeout=2 * tree.SECONDS, check=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def says(self, script):
        """What a script prints that must succeed."""
        done = self.run(script)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout
