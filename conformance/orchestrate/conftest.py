"""End-to-end tests, a folder for each program (papsim, papcheck; exec and import are verbs of
papsim); kernel is what needs the virtual machine, docs and ci hold what pages say and what scripts
of ci/ promise. lib is what they share, programs what they run and two that people run."""
import fcntl
import json
import re

import pytest

from papcheck import Done, papcheck


@pytest.fixture(scope="session")
def once(tmp_path_factory, request):
    """`papcheck run` with these words, made by whoever asks first, of all files and processes of
    pytest; nobody changes its folder."""
    base = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        base = base.parent  # of all workers of this session

    def runs(*words):
        folder = base / re.sub(r"\W", "-", " ".join(("once", *words)))
        said = folder.with_suffix(".said")
        with open(folder.with_suffix(".lock"), "a", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not said.exists():
                done = papcheck("run", *words, "--out", folder)
                text = json.dumps([done.status, done.stdout, done.stderr])
                said.write_text(text, encoding="utf-8")
        return Done(*json.loads(said.read_text(encoding="utf-8")), folder)
    return runs


def patience(item):
    """Seconds, which order alone is made of."""
    marker = item.get_closest_marker("patient")
    return marker.args[0] if marker else 0


def pytest_collection_modifyitems(items):
    """What takes long or waits long for others begins first, and the rest is done meanwhile: xdist
    hands files out in this order."""
    items.sort(key=patience, reverse=True)
