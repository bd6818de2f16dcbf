"""Players as file systems: go-mtpfs (an MTP stack of its own, in Go), jmtpfs (libmtp) and gphotofs
(libgphoto2) through `papsim exec`, each on four real devices' players at once, of one papsim."""
import concurrent.futures
import subprocess

import pytest

from clients import execute, ok
from mounts import CLIENTS, fuse_or_skip, mounted
from papsim import Papsim
from tree import PAPSIM, SECONDS, content

IMPORTED = ["creative-zen-x-fi", "microsoft-zune-hd", "samsung-yp-q2", "philips-sa5145"]
SIZES = [1, 499, 500, 501, 512, 1012, 16384 + 500, 65536, 300001, 1048576 + 3]


def files(number):
    """Names and bytes, another player's are others."""
    return {f"file-{size}.bin": content(size + number) for size in SIZES}


def storage(folder):
    return sorted(folder.iterdir())[0]


def work(client, server, number, folder):
    """Fills a player and empties it again, with a mount of its own for each step, so that what is
    read is the player's and no cache's."""
    place = server.place(f"1-{number + 1}")
    folder.mkdir()
    with mounted(client, place, folder):
        before = sorted(path.name for path in storage(folder).iterdir())
        (storage(folder) / "sub").mkdir()
        for name, data in files(number).items():
            (storage(folder) / name).write_bytes(data)
        (storage(folder) / "sub" / "below.bin").write_bytes(content(number + 7))
    with mounted(client, place, folder):
        for name, data in files(number).items():
            assert (storage(folder) / name).read_bytes() == data, name
            (storage(folder) / name).unlink()
        assert (storage(folder) / "sub" / "below.bin").read_bytes() == content(number + 7)
        (storage(folder) / "sub" / "below.bin").unlink()
        (storage(folder) / "sub").rmdir()
    with mounted(client, place, folder):
        assert sorted(path.name for path in storage(folder).iterdir()) == before


@pytest.mark.parametrize("client", sorted(CLIENTS))
def test_four_players_are_filled_and_emptied_at_the_same_time(tmp_path, client):
    fuse_or_skip(client)
    with Papsim(*IMPORTED) as server, \
            concurrent.futures.ThreadPoolExecutor(len(IMPORTED)) as pool:
        for done in [pool.submit(work, client, server, number, tmp_path / name)
                     for number, name in enumerate(IMPORTED)]:
            done.result()


def test_what_one_client_writes_another_reads(tmp_path):
    """go-mtpfs to libmtp, without an end of the player between them."""
    fuse_or_skip("go-mtpfs")
    (tmp_path / "folder").mkdir()
    with Papsim("creative-zen-x-fi") as server:
        with mounted("go-mtpfs", server.place(), tmp_path / "folder") as folder:
            (storage(folder) / "written.bin").write_bytes(content(70001))
        out = ok(execute("--connect", server.place(), "--", "sh", "-e", "-c", """
            id=$(mtp-files | grep -B 1 'Filename: written.bin' | sed -n 's/^File ID: //p')
            mtp-getfile "$id" read.bin > got""", cwd=tmp_path))
        assert out == ""
    assert (tmp_path / "read.bin").read_bytes() == content(70001)


def test_go_mtpfs_does_not_get_past_a_player_that_waits_for_its_os_string(tmp_path):
    """A real one's manner (quirk always-probe-descriptor): libmtp reads the string first, go-mtpfs
    never does."""
    fuse_or_skip("go-mtpfs")
    done = subprocess.run(
        [PAPSIM, "exec", "--player", "sandisk-sansa-clip-plus", "--", "go-mtpfs", tmp_path],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=SECONDS, check=False)
    assert done.returncode == 1 and "LIBUSB_ERROR_TIMEOUT" in done.stdout, done.stdout
