"""Between papcheck and papsim: hands every byte on, but what a device answers to an operation, or a
server to an import, is what the test says: a subject that is wrong where no case expects it."""
import contextlib
import struct

import stopper

RESPONSE, OK = 3, 0x2001
REPLY = 320  # bytes of an import: its header and the record


def answers(code):
    """The response code that is said instead of OK."""
    return lambda data: data.replace(struct.pack("<HH", RESPONSE, OK),
                                     struct.pack("<HH", RESPONSE, code))


def as_type(container):
    """The response comes as a container of that type."""
    return lambda data: data.replace(struct.pack("<HH", RESPONSE, OK),
                                     struct.pack("<HH", container, OK))


class Liar(stopper.Stopper):
    """`change` is done to each answer of the operation; operation None: to an import's reply, whose
    connection ends behind it."""

    def __init__(self, papsim, operation, change):
        super().__init__(papsim, operation or 0, None)
        self.of_import, self.change = operation is None, change
        self.asked = False

    def hand_on(self, source, target, looks):
        if not looks and self.of_import:
            with contextlib.suppress(OSError):
                target.sendall(self.change(source.recv(REPLY)))
            stopper.end(target)
            stopper.end(source)
            return
        super().hand_on(source, target, looks)

    def passes(self, data, looks):
        if looks:
            self.asked = self.is_it(data) or (self.asked and not self.is_command(data))
            return data
        return self.change(data) if self.asked else data


@contextlib.contextmanager
def before(papsim, operation, change):
    """A URI of the device that lies."""
    with stopper.serving(Liar(papsim, operation, change)) as uri:
        yield uri
