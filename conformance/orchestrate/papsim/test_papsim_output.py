"""Where papsim's results go: a file is replaced as a whole or not at all, what is no file is
written where it is, and what cannot be written is said once, with exit status 3."""
import os
import signal
import stat

import pytest

import places
import tree
from papsim import Papsim, papsim, refused

LOG = tree.ROOT / "fixtures" / "logs" / "wrapped.txt"
# Verbs with -o, and what they print without it.
WRITERS = [("import", "mtp-detect", LOG), ("anonymise", LOG)]


def said(words):
    done = papsim(*words)
    assert done.returncode == 0
    return done.stdout.encode()


def write(words, path):
    done = papsim(*words, "-o", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def named(words, name):
    """What is written, when the player is named after the file."""
    return said(words).replace(b'name: "wrapped"\n', b'name: "%s"\n' % name.encode(), 1)


@pytest.mark.parametrize("words", WRITERS, ids=["import", "anonymise"])
class TestOutput:
    def test_the_null_device_stays_one(self, tmp_path, words):
        null = tmp_path / "null"
        os.mknod(null, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        write(words, null)
        write(words, "/dev/null")
        assert places.is_null(null) and os.listdir(tmp_path) == ["null"]
        assert stat.S_ISCHR(os.stat("/dev/null").st_mode)

    def test_a_pipe_has_it_all(self, tmp_path, words):
        with places.read_fifo(tmp_path / "pipe") as came:
            write(words, tmp_path / "pipe")
        assert came == [said(words)] and stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)

    def test_stdout_by_its_name_is_stdout(self, words):
        done = papsim(*words, "-o", "/dev/stdout")
        assert (done.returncode, done.stdout.encode()) == (0, said(words))

    @pytest.mark.parametrize("there", [False, True], ids=["dangling", "whole"])
    def test_a_link_stays_one_and_its_target_is_written(self, tmp_path, words, there):
        (tmp_path / "far").mkdir()
        target = tmp_path / "far" / "target.yaml"
        if there:
            target.write_bytes(b"before\n" * 9999)
        (tmp_path / "far" / "middle").symlink_to("target.yaml")
        (tmp_path / "link.yaml").symlink_to("far/middle")
        write(words, tmp_path / "link.yaml")
        assert os.readlink(tmp_path / "link.yaml") == "far/middle"
        assert os.readlink(tmp_path / "far" / "middle") == "target.yaml"
        assert target.read_bytes() == named(words, "link")
        assert sorted(os.listdir(tmp_path / "far")) == ["middle", "target.yaml"]

    def test_links_in_a_circle_are_refused(self, tmp_path, words):
        (tmp_path / "a").symlink_to("b")
        (tmp_path / "b").symlink_to("a")
        refused(papsim(*words, "-o", tmp_path / "a"), "Too many levels of symbolic links")

    def test_a_file_keeps_its_access_and_a_new_one_follows_the_umask(self, tmp_path, words):
        old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
        old.touch()
        old.chmod(0o640)
        write(words, old)
        papsim(*words, "-o", new, preexec_fn=lambda: os.umask(0o027))
        assert (old.stat().st_mode & 0o7777, new.stat().st_mode & 0o7777) == (0o640, 0o640)
        assert old.read_bytes() == named(words, "old")

    def test_nobody_elses_file_beside_it_is_touched(self, tmp_path, words):
        (tmp_path / "a.yaml.new").write_text("mine")
        write(words, tmp_path / "a.yaml")
        assert (tmp_path / "a.yaml.new").read_text() == "mine"

    def test_a_full_disk_leaves_the_old_file_and_nothing_else(self, tmp_path, words):
        script = ('echo before > "$0/a.yaml"; "$@" -o "$0/a.yaml"; s=$?; ls "$0"; cat "$0/a.yaml"; '
                  'exit $s')
        status, out, err = places.on_a_full_disk(tmp_path, "sh", "-c", script, tmp_path,
                                                 tree.PAPSIM, *words, left=4)
        assert (status, out) == (3, "a.yaml\nfill\nbefore\n")
        assert err == f"papsim: {tmp_path}/a.yaml: No space left on device\n"

    def test_a_full_device_is_said_once(self, tmp_path, words):
        (tmp_path / "link").symlink_to("/dev/full")
        for path in ("/dev/full", tmp_path / "link"):
            done = papsim(*words, "-o", path)
            assert (done.returncode, done.stdout) == (3, "")
            assert done.stderr == f"papsim: {path}: No space left on device\n"

    @pytest.mark.parametrize("name", ["no/such/folder", "."])
    def test_what_cannot_be_opened_is_a_usage_error(self, tmp_path, words, name):
        refused(papsim(*words, "-o", tmp_path / name), str(tmp_path / name))
        assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("words", [
    *WRITERS, ("players",), ("deviations",), ("deviations", "--json"), ("--help",), ("--version",),
    ("serve", "--player", "mtp", "--listen", "127.0.0.1:0"),
], ids=str)
def test_a_full_stdout_is_said_once(words):
    assert places.printed_to_a_full_device(tree.PAPSIM, *words) == (
        3, "papsim: stdout: No space left on device\n")


def test_a_full_stdout_of_control_is_said_once():
    with Papsim("mtp") as server:
        assert places.printed_to_a_full_device(
            tree.PAPSIM, "control", server.control, "status") == (
                3, "papsim: stdout: No space left on device\n")


def test_a_capture_on_a_full_disk_ends_with_a_whole_block_and_the_player_goes_on(tmp_path):
    script = ('"$0" exec --player mtp --capture "$1/c.pcapng" -- mtp-files > "$2/out"; s=$?; '
              'cp "$1/c.pcapng" "$2"; exit $s')
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    kept.mkdir()
    status, _, err = places.on_a_full_disk(disk, "sh", "-c", script, tree.PAPSIM, disk, kept,
                                           left=8)
    assert status == 0 and "Tone One.mp3" in (kept / "out").read_text()
    assert err.count("papsim: the capture ends here: No space left on device\n") == 1
    data, at = (kept / "c.pcapng").read_bytes(), 0
    while at < len(data):
        length = int.from_bytes(data[at + 4:at + 8], "little")
        assert data[at + length - 4:at + length] == data[at + 4:at + 8]
        at += length
    assert at == len(data) > 48


def test_a_capture_into_the_null_device_leaves_it(tmp_path):
    null = tmp_path / "null"
    os.mknod(null, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    with Papsim("mtp", options=("--capture", null)) as server:
        server.session()
        server.end(signal.SIGTERM)
    assert places.is_null(null)
