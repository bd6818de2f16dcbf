"""The order of the files: xdist hands them out as they are collected."""


def pytest_collection_modifyitems(items):
    """What waits long for others begins first; the rest is done meanwhile."""
    items.sort(key=lambda item: item.get_closest_marker("patient") is None)
