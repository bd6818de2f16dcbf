"""End-to-end tests, a folder for each program (papsim, papcheck; exec and import are verbs of
papsim); kernel is what needs the virtual machine, docs and ci hold what pages say and what scripts
of ci/ promise. lib is what they share, programs what they run and two that people run."""


def pytest_collection_modifyitems(items):
    """What waits long for others begins first, and the rest is done meanwhile: xdist hands files
    out in this order."""
    items.sort(key=lambda item: item.get_closest_marker("patient") is None)
