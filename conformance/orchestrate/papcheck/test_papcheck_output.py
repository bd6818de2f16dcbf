"""Where papcheck's results go: each file of a run's folder is whole or not there, what is no file
is written where it is, and what cannot be written is said once, with exit status 3."""
import os
import stat

import pytest

import places
import tree
from papcheck import papcheck

CASE = "MTP-SES-002"
FILES = ["junit.xml", "report.html", "report.txt", "results.json", "timing.json"]


@pytest.fixture(scope="module", name="done")
def run_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("done")
    assert papcheck("run", CASE, "--out", folder).status == 0
    return folder


@pytest.mark.parametrize("words", [
    ("list",), ("list", "--json"), ("explain", CASE), ("doctor",), ("--help",), ("--version",),
], ids=str)
def test_a_full_stdout_is_said_once(words):
    assert places.printed_to_a_full_device(tree.PAPCHECK, *words) == (
        3, "papcheck: stdout: No space left on device\n")


@pytest.mark.parametrize("words", [
    ("run", CASE), ("run", CASE, "--deviate", "session-zero-opens"),
    ("selftest", "session-zero-opens"),
], ids=str)
def test_a_run_whose_stdout_is_full_leaves_its_folder_whole(tmp_path, words):
    status, err = places.printed_to_a_full_device(tree.PAPCHECK, *words, "--out", tmp_path)
    assert status == 3
    assert err.count("No space left on device") == 1
    assert err.endswith("papcheck: stdout: No space left on device\n")
    assert "results.json" in os.listdir(tmp_path) or "selftest.json" in os.listdir(tmp_path)


def test_a_report_whose_stdout_is_full(done):
    assert places.printed_to_a_full_device(tree.PAPCHECK, "report", done) == (
        3, "papcheck: stdout: No space left on device\n")


@pytest.mark.parametrize("words", [
    ("run", "SYNC-*"), ("run", CASE, "--debug"), ("selftest", "session-zero-*"),
], ids=str)
@pytest.mark.parametrize("left", [0, 4])
def test_a_full_disk_is_said_once(tmp_path, words, left):
    out = tmp_path / "out"
    status, printed, err = places.on_a_full_disk(tmp_path, tree.PAPCHECK, *words, "--out", out,
                                                 left=left)
    assert status == 3, err
    assert err.count("No space left on device") == 1
    assert f"papcheck: {out}: No space left on device\n" in err
    assert "ERROR" not in err and "CONFORMANT" not in printed and "ERROR" not in printed


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_written_is_named_and_half_of_it_is_not_left(tmp_path, name):
    (tmp_path / name).symlink_to("/dev/full")
    done = papcheck("run", CASE, "--out", tmp_path)
    assert done.status == 3 and "CONFORMANT" not in done.stdout
    assert done.stderr.count(f"papcheck: {tmp_path}") == 1
    assert done.stderr.endswith(": No space left on device\n")
    assert not [one for one in os.listdir(tmp_path) if one.endswith(".tmp")]


def test_a_link_stays_one_and_its_target_is_written(tmp_path):
    for name in FILES:
        (tmp_path / name).symlink_to(f"my-{name}")
    assert papcheck("run", CASE, "--out", tmp_path).status == 0
    for name in FILES:
        assert os.readlink(tmp_path / name) == f"my-{name}"
        assert (tmp_path / f"my-{name}").stat().st_size > 0
    (tmp_path / "my-report.html").write_text("")
    assert papcheck("report", tmp_path, "--format", "html").status == 0
    assert (tmp_path / "report.html").is_symlink()
    assert "<html" in (tmp_path / "my-report.html").read_text()


def test_a_pipe_has_the_report_and_the_null_device_stays_one(tmp_path, done):
    with places.read_fifo(tmp_path / "junit.xml") as came:
        os.mknod(tmp_path / "report.html", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        (tmp_path / "results.json").symlink_to(done / "results.json")
        assert papcheck("report", tmp_path).status == 0
    assert came[0].startswith(b"<?xml") and came[0].rstrip().endswith(b"</testsuites>")
    assert places.is_null(tmp_path / "report.html")
    assert stat.S_ISFIFO((tmp_path / "junit.xml").stat().st_mode)


@pytest.mark.parametrize("words", [("run", CASE), ("selftest", "session-zero-opens")], ids=str)
def test_an_out_that_is_no_folder_is_a_usage_error(tmp_path, words):
    null = tmp_path / "null"
    os.mknod(null, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    for path in (null, "/dev/null"):
        done = papcheck(*words, "--out", path)
        assert (done.status, done.stdout) == (2, "")
        assert done.stderr == f"papcheck: --out {path}: expected a folder that can be written\n"
    assert places.is_null(null)
