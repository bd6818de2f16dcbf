"""Between the machine and papsim: hands every byte on, and stands still at the byte it is told, so
that a client stops in mid-transfer at a place that is no matter of chance. What the machine asks of
it, or of papsim's control socket, comes as one line of JSON over a port of its own.

    hold direction after [until] [frame]
                                  stand still after so many more bytes "up" (to papsim) or "down";
                                  until: goes on by itself when so many more came from the machine;
                                  frame: not before the frame that byte is in has ended
    held                          waits until it does, with the next byte in hand
    release [drop]                goes on; or cuts the connection there
    storm / calm                  changes things on the player all the time; at least 200 of them
    measure name                  keeps what papsim holds now
"""
import asyncio
import collections
import contextlib
import json
import struct
import threading

import usbip_client as usbip

SECONDS = 60  # for what must happen; a deadline, never a measure
UP, DOWN = "up", "down"
CHANGES = 200


def held_by(papsim):
    """What the process holds: descriptors, threads, KiB of its own."""
    return {"descriptors": papsim.descriptors(), "threads": papsim.threads(),
            "own": papsim.own()}


async def requests(source, inward):
    """Frames the machine sends: an operation, then URBs. inward: seqnum -> it reads."""
    head = await source.readexactly(8)
    yield head + await source.readexactly(32 if head[2:4] == b"\x80\x03" else 0)
    while True:
        head = await source.readexactly(48)
        command, seqnum, _, direction, _, _, length = struct.unpack(">7I", head[:28])
        if command == usbip.CMD_SUBMIT:
            inward[seqnum] = direction == usbip.IN
        carries = command == usbip.CMD_SUBMIT and direction == usbip.OUT
        yield head + await source.readexactly(length if carries else 0)


async def answers(source, inward):
    """Frames papsim sends."""
    head = await source.readexactly(8)
    yield head + await source.readexactly(312 if head[4:] == bytes(4) else 0)
    while True:
        head = await source.readexactly(48)
        command, seqnum, *_, actual = struct.unpack(">7I", head[:28])
        carries = command == usbip.RET_SUBMIT and inward.pop(seqnum)
        yield head + await source.readexactly(actual if carries else 0)


class Pipe:
    """One direction of one connection."""

    def __init__(self, relay, direction, frames, target):
        self.relay, self.direction = relay, direction
        self.frames, self.target = frames, target
        self.waiting = collections.deque()  # frames, or what is left of the first
        self.ended = False

    async def run(self):
        try:
            async for frame in self.frames:
                self.relay.came[self.direction] += len(frame)
                self.waiting.append(frame)
                await self.relay.moved()
        except asyncio.IncompleteReadError as error:
            if error.partial:
                self.waiting.append(error.partial)
        except ConnectionError:
            pass
        self.ended = True
        await self.relay.moved()

    async def flush(self):
        """Hands on what may pass; the other end's end, too."""
        while self.waiting and (room := self.relay.room(self.direction, len(self.waiting[0]))):
            frame = self.waiting.popleft()
            self.target.write(frame[:room])
            self.relay.passed[self.direction] += min(room, len(frame))
            if room < len(frame):
                self.waiting.appendleft(frame[room:])
        with contextlib.suppress(ConnectionError):
            await self.target.drain()
        if self.ended and not self.waiting:
            self.finish()

    def finish(self):
        """No more comes; what the other end still has to say may."""
        with contextlib.suppress(OSError):
            self.target.write_eof()


class Relay:
    """Runs in a thread of its own; ports are chosen by the system."""

    def __init__(self, player):
        self.player = player
        self.came, self.passed = {UP: 0, DOWN: 0}, {UP: 0, DOWN: 0}
        self.hold = None  # direction, byte to stand still at, bytes up that end it, at frames only
        self.pipes, self.measures, self.storm = [], {}, None
        self.loop = asyncio.new_event_loop()
        self.changed, self.turn = asyncio.Condition(), asyncio.Lock()
        self.port = self.control = 0

    # ---- bytes

    def room(self, direction, length):
        """How much of a frame of this length may pass."""
        if not self.hold or self.hold[0] != direction:
            return length
        left = max(self.hold[1] - self.passed[direction], 0)
        return length if self.hold[3] and left else min(left, length)

    def stands(self):
        return self.hold and any(pipe.waiting for pipe in self.pipes
                                 if pipe.direction == self.hold[0])

    async def moved(self):
        if self.hold and self.hold[2] is not None and self.came[UP] >= self.hold[2]:
            self.hold = None
        for pipe in list(self.pipes):
            await pipe.flush()
        async with self.changed:
            self.changed.notify_all()

    async def connection(self, reader, writer):
        async with self.turn:  # papsim has seen the end of the one before
            inward = {}
            theirs = await asyncio.open_connection("127.0.0.1", self.player.port, limit=1 << 20)
            self.pipes = [Pipe(self, UP, requests(reader, inward), theirs[1]),
                          Pipe(self, DOWN, answers(theirs[0], inward), writer)]
            await asyncio.gather(*(pipe.run() for pipe in self.pipes))
            self.pipes = []
            theirs[1].close()
            writer.close()

    # ---- what the machine asks

    async def do_hold(self, direction, after, until=None, frame=False):
        assert not self.hold, self.hold
        self.hold = (direction, self.passed[direction] + after,
                     None if until is None else self.came[UP] + until, frame)

    async def do_held(self):
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(self.stands), SECONDS)

    async def do_release(self, drop=False):
        assert self.hold, "nothing is held"
        if drop:
            for pipe in self.pipes:
                pipe.waiting.clear()
                pipe.finish()
        self.hold = None
        await self.moved()

    async def do_measure(self, name):
        self.measures[name] = held_by(self.player.papsim)

    async def do_storm(self):
        """Runs on in the background: a file that comes and goes, and the battery's level."""
        async def changes():
            done = 0
            while done < CHANGES or not self.storm.calm:
                for verb, more in (("add", {"path": "Music/storm.bin", "text": "storm"}),
                                   ("battery", {"level": done % 100 + 1}),
                                   ("remove", {"path": "Music/storm.bin"})):
                    answer = await self.papsim({"verb": verb, "busid": self.player.busid, **more})
                    assert answer["ok"], answer
                    done += 1
            return done
        self.storm = asyncio.ensure_future(changes())
        self.storm.calm = False

    async def do_calm(self):
        self.storm.calm = True
        return {"changes": await self.storm}

    async def papsim(self, request):
        """One request of the control socket."""
        reader, writer = await asyncio.open_unix_connection(self.player.papsim.control)
        writer.write(json.dumps(request).encode() + b"\n")
        writer.write_eof()
        answer = json.loads(await reader.read())
        writer.close()
        return answer

    async def asked(self, reader, writer):
        request = json.loads(await reader.readline())
        own = getattr(self, "do_" + request["verb"], None)
        try:
            if own:
                del request["verb"]
                answer = {"ok": True} | (await own(**request) or {})
            else:
                answer = await self.papsim(request)
        except Exception as error:  # told to who asked, whose test then fails
            answer = {"ok": False, "error": repr(error)}
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()
        writer.close()

    # ---- life

    async def listen(self):
        servers = [await asyncio.start_server(one, "127.0.0.1", 0, limit=1 << 20)
                   for one in (self.connection, self.asked)]
        self.port, self.control = (one.sockets[0].getsockname()[1] for one in servers)


@contextlib.contextmanager
def before(player):
    """A relay before this player."""
    one = Relay(player)
    one.loop.run_until_complete(one.listen())
    thread = threading.Thread(target=one.loop.run_forever)
    thread.start()
    try:
        yield one
    finally:
        one.loop.call_soon_threadsafe(one.loop.stop)
        thread.join()
        for task in asyncio.all_tasks(one.loop):
            task.cancel()
        one.loop.run_until_complete(asyncio.sleep(0))
        one.loop.close()
