"""A log of our own."""
import pytest

from clients import execute, ok
from tree import has


@pytest.fixture(scope="session")
def real():
    """What the real tool prints about a shipped player."""
    has("mtp-detect")
    return ok(execute("--player", "creative-zen-v", "--", "mtp-detect")).encode()
