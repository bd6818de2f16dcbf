"""Fixtures for tests that run papcheck as its users do."""
import dataclasses
import json
import pathlib
import subprocess

import pytest

import vm

PAPCHECK = vm.BUILD / "papcheck"
SECONDS = 600  # for what ends by itself; a deadline, never a measure


@dataclasses.dataclass
class Done:
    """A finished papcheck."""
    status: int
    stdout: str
    stderr: str
    folder: pathlib.Path

    @property
    def last_line(self):
        return self.stdout.rstrip("\n").splitlines()[-1]

    @property
    def results(self):
        return json.loads((self.folder / "results.json").read_text(encoding="utf-8"))

    def case(self, name):
        return next(case for case in self.results["cases"] if case["id"] == name)


def papcheck(*words, program=PAPCHECK, cwd=None, env=None):
    done = subprocess.run([program, *map(str, words)], cwd=cwd, env=env, text=True, timeout=SECONDS,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    return Done(done.returncode, done.stdout, done.stderr, pathlib.Path())


@pytest.fixture
def check():
    """papcheck with these words."""
    return papcheck


@pytest.fixture
def run(tmp_path):
    """`papcheck run` with these words, its folder below the test's own."""
    count = 0

    def runs(*words, **options):
        nonlocal count
        count += 1
        done = papcheck("run", *words, "--out", tmp_path / f"run-{count}", **options)
        done.folder = tmp_path / f"run-{count}"
        return done
    return runs


@pytest.fixture
def library(tmp_path):
    """Compiles C text to a shared object: a provider of the test's own."""
    def compiles(text, name="provider"):
        source, path = tmp_path / f"{name}.c", tmp_path / f"{name}.so"
        source.write_text(text, encoding="ascii")
        subprocess.run(["gcc", "-shared", "-fPIC", "-o", path, source], check=True, timeout=SECONDS)
        return path
    return compiles
