"""A fixture for tests of players with quirks."""
import contextlib

import pytest

from papsim import Papsim
from quirks import player


@pytest.fixture
def serve(tmp_path):
    """Serves a player with these quirks."""
    with contextlib.ExitStack() as running:
        yield lambda *quirks, **more: running.enter_context(
            Papsim(player(tmp_path, *quirks, **more)))
