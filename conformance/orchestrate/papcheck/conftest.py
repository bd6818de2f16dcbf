"""Fixtures for tests that run papcheck as its users do."""
import subprocess

import pytest

from papcheck import SECONDS, papcheck


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
