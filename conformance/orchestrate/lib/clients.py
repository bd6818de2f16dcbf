"""Unmodified clients through `papsim exec`."""
import subprocess

import tree


def execute(*words, program=tree.PAPSIM, seconds=tree.SECONDS, **more):
    return subprocess.run([program, "exec", *map(str, words)], text=True, errors="replace",
                          timeout=seconds, check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def ok(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
