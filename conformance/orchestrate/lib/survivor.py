"""A player that cases may treat as badly as they like: after each it is as it was before."""
import time

import tree
from mtp_client import FILE_NAME
from papsim import Papsim

TREE = {"Music", "Playlists", "Tone One.mp3", "Tone Two.mp3", "Both.pla", "readme.txt", "empty.bin",
        "card.txt"}


class Survivor(Papsim):
    """Persona MTP on 1-1, and a full-speed player on 1-2."""

    def __init__(self):
        super().__init__("mtp", "mtp-full-speed")
        self.connections = []
        self.held = self.holds()  # before its first client

    def connect(self, *arguments, **options):
        self.connections.append(super().connect(*arguments, **options))
        return self.connections[-1]

    def holds(self):
        return self.descriptors(), self.threads()

    def check_unharmed(self):
        """Importable, the tree as it was, and no more held than at the start."""
        while self.connections:  # what a case that failed has left
            self.connections.pop().close()
        mtp = self.session()
        objects = mtp.objects()
        names = {one[FILE_NAME] for one in objects.values()}
        for handle, one in objects.items():
            if one[FILE_NAME] not in TREE:
                mtp.delete(handle)
        mtp.usb.close()
        assert names == TREE, names - TREE
        deadline = time.monotonic() + tree.SECONDS
        while self.holds() != self.held:
            assert time.monotonic() < deadline, (self.holds(), self.held)
