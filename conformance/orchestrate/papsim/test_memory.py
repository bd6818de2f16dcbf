"""What a player takes of the machine: an object it brings along costs nothing whatever its size and
reads back as its seed says, and what a host, a script or a slip in a player file asks for ends at
a limit, which is said."""
import contextlib
import resource
import sqlite3
import struct

import pytest

import tree
from mtp_client import UNDEFINED, Refused
from papsim import Papsim, papsim, refused

STORE_FULL = 0x200C
GIB = 1 << 30
ROOM = 1 << 20
MASK = (1 << 64) - 1


def seeded(seed, at, length):
    """SplitMix64 from its `at`-th byte on, as docs/player-file.md has it."""
    data = b""
    for n in range(at // 8, (at + length + 7) // 8):
        value = (seed + (n + 1) * 0x9E3779B97F4A7C15) & MASK
        value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & MASK
        value = (value ^ value >> 27) * 0x94D049BB133111EB & MASK
        data += struct.pack("<Q", value ^ value >> 31)
    return data[at % 8:at % 8 + length]


def player(folder, objects, more=""):
    path = folder / "player.yaml"
    path.write_text("name: player\nusb: {vendor: 0x1209, product: 1}\n" + more + "objects:\n"
                    + "".join(f"  - {one}\n" for one in objects), encoding="utf-8")
    return path


def little_memory():
    resource.setrlimit(resource.RLIMIT_AS, (GIB, GIB))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))


def start(path, *options):
    """A start that is to fail, with an address space in which no player file may fill memory."""
    limit = None if b"libasan" in tree.PAPSIM.read_bytes() else little_memory
    return papsim("serve", "--listen", "127.0.0.1:0", "--player", path, *options,
                  preexec_fn=limit)


def content_taken(server):
    """KiB of its content that lie in memory."""
    return sum(one.stat().st_blocks // 2 for one in server.proc("fd").iterdir()
               if "memfd:papsim-content" in str(one.readlink()))


@pytest.mark.parametrize("one, words", [
    ("{path: a.bin, size: 99999999999999}", ("99999999999999", "room for 4294967296")),
    ("{path: a.bin, size: 18446744073709551615}", ("18446744073709551615",)),
    ("{path: a.bin, size: 99999999999999, sparse: true}", ("99999999999999",)),
    ("{path: 'a{n}.bin', count: 4000000000, size: 4000000000}", ("do not fit storage 0",)),
    ("{path: 'a{n}.bin', count: 4000000000}", ("--memory",)),
])
def test_what_is_larger_than_its_storage_is_refused_before_anything_is_filled(tmp_path, one,
                                                                              words):
    path = player(tmp_path, ["{path: first.bin, size: 0}", one])
    refused(start(path), f"{path}:5: objects[1].", "'a", *words)


def test_the_second_object_is_the_one_that_does_not_fit(tmp_path):
    path = player(tmp_path, ["{path: a.bin, size: 3000000000}", "{path: b.bin, size: 3000000000}"])
    refused(start(path), f"{path}:5: objects[1].size: object 'b.bin': 3000000000 bytes do not fit "
                         "storage 0, which has room for 1294967296")


def test_a_file_without_an_end_is_no_player_file():
    refused(start("/dev/zero"), "/dev/zero: expected a player file of at most 16 MiB")


def test_three_gigabytes_cost_nothing_and_read_back_as_their_seed_says(tmp_path):
    size = 3 * GIB + 5
    path = player(tmp_path, [f"{{path: big.bin, size: {size}, seed: 77}}", "{path: small.bin}"])
    with Papsim(path, options=("--memory", "16", "--seed", "3")) as server:
        mtp = server.session()
        handle = next(h for h, one in mtp.objects().items() if one[0xDC07] == "big.bin")
        for at in (0, 1, 4093, (1 << 20) - 3, GIB, 2 * GIB + 3, size - 70000):
            length = min(70000, size - at)
            got = mtp.ask(0x95C1, handle, at & 0xFFFFFFFF, at >> 32, length).data
            assert got == seeded(77 ^ 3, at, length), at
        assert content_taken(server) < 1024


def test_the_same_bytes_come_in_pieces_of_any_size_after_a_restart_and_from_a_copy(tmp_path):
    size = 700001
    path = player(tmp_path, [f"{{path: a.bin, size: {size}, seed: 5}}",
                             "{path: folder, folder: true}"])
    for state in (None, tmp_path / "state", tmp_path / "state"):
        with Papsim(path, state=state) as server:
            mtp = server.session()
            names = {one[0xDC07]: h for h, one in mtp.objects().items()}
            expected = seeded(5, 0, size)
            for room in (512, 4096, 65536, ROOM):
                assert mtp.ask(0x1009, names["a.bin"], room=room).data == expected
            copy = mtp.ask(0x101A, names["a.bin"], 0x10001, names["folder"]).params[0]
            assert mtp.ask(0x1009, copy).data == expected
            mtp.ask(0x100B, copy)


def test_one_may_be_edited(tmp_path):
    path = player(tmp_path, ["{path: a.bin, size: 200001, seed: 5}"])
    with Papsim(path, state=tmp_path / "state") as server:
        mtp = server.session()
        handle, = mtp.objects()
        mtp.ask(0x95C4, handle)
        mtp.ask(0x95C2, handle, 100000, 0, 4, send=b"edit")
        mtp.ask(0x95C5, handle)
        expected = bytearray(seeded(5, 0, 200001))
        expected[100000:100004] = b"edit"
        assert mtp.content(handle) == expected
    with Papsim(path, state=tmp_path / "state") as server:
        assert server.session().content(handle) == expected


def test_what_a_host_sends_ends_at_the_limit_and_the_player_goes_on(tmp_path):
    path = player(tmp_path, ["{path: a.bin, size: 200001, seed: 5}"])
    with Papsim(path, options=("--memory", "4")) as server:
        mtp = server.session()
        piece = bytes(range(256)) * 4096
        sent = []
        with pytest.raises(Refused) as refusal:
            for n in range(16):
                handle = mtp.announce(f"{n}.bin", len(piece), UNDEFINED)
                mtp.ask(0x100D, send=piece)
                sent.append(handle)
        assert refusal.value.code == STORE_FULL and 2 <= len(sent) <= 4
        mtp.next()
        assert content_taken(server) <= 4 << 10
        assert all(mtp.content(handle) == piece for handle in sent)
        mtp.ask(0x100B, sent[0])
        mtp.announce("again.bin", len(piece), UNDEFINED)
        mtp.ask(0x100D, send=piece)
        assert server.log.count("the 4 MiB of memory a player may have (--memory MIB") == 1


def test_with_a_state_content_is_the_disks(tmp_path):
    path = player(tmp_path, ["{path: a.bin}"])
    with Papsim(path, state=tmp_path / "state", options=("--memory", "1")) as server:
        mtp = server.session()
        piece = bytes(range(256)) * 4096
        handle = mtp.announce("b.bin", 4 * len(piece), UNDEFINED)
        mtp.ask(0x100D, send=4 * piece)
        assert mtp.content(handle) == 4 * piece and server.log == ""


def version(state, *statements):
    """Changes the index of the one player, which stands still."""
    with contextlib.closing(sqlite3.connect(state / "1-1" / "index.sqlite")) as index:
        for one in statements:
            index.execute(one)
        index.commit()


def test_the_state_of_a_papsim_before_seeds_is_taken_up_and_one_of_a_later_is_refused(tmp_path):
    path, state = player(tmp_path, ["{path: folder, folder: true}"]), tmp_path / "state"
    with Papsim(path, state=state) as server:
        server.session().send("a.bin", b"as it was")
    version(state, "ALTER TABLE objects DROP COLUMN seed", "PRAGMA user_version=1")
    for _ in range(2):
        with Papsim(path, state=state) as server:
            mtp = server.session()
            handle = next(h for h, one in mtp.objects().items() if one[0xDC07] == "a.bin")
            assert mtp.content(handle) == b"as it was"
    version(state, "PRAGMA user_version=77")
    refused(start(path, "--state", state), "index.sqlite: written by another version of papsim")


def test_a_limit_that_is_none_is_refused():
    for word in ("0", "-1", "much", "1e3", "99999999999"):
        refused(papsim("serve", "--player", "mtp", "--memory", word), f"--memory {word}",
                "expected MiB")
