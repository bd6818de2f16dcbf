"""Fixtures for tests that run papcheck as its users do."""
import json
import subprocess

import pytest

import tree
from papcheck import SECONDS, papcheck


@pytest.fixture(scope="session")
def red(tmp_path_factory):
    """A run with one red and one green case: (folder, results)."""
    folder = tmp_path_factory.mktemp("red") / "run"
    subprocess.run([tree.PAPCHECK, "run", "USB-CH9-BV-01", "USB-CH9-BV-02", "--deviate",
                    "device-descriptor-padded", "--out", folder], timeout=SECONDS,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return folder, json.loads((folder / "results.json").read_text(encoding="utf-8"))


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
    def compiles(text, name="provider", *flags):
        source, path = tmp_path / f"{name}.c", tmp_path / f"{name}.so"
        source.write_text(text, encoding="ascii")
        subprocess.run(["gcc", "-shared", "-fPIC", "-o", path, source, *flags], check=True,
                       timeout=SECONDS)
        return path
    return compiles
