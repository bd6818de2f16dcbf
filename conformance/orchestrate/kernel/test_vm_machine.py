"""ci/vm itself: what a command prints and how it ends comes through, and the host stays as it
was."""
import pathlib
import subprocess

import pytest

from tree import ROOT

pytestmark = pytest.mark.vm


def run(*words):
    return subprocess.run([ROOT / "ci/vm", "run", *words], cwd=ROOT, timeout=600, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("machine")
    (folder / "host-file").write_text("untouched")
    share = folder / "share"
    share.mkdir()
    script = (f"seq 100000; printf 'to \\0 stderr' >&2; echo changed > {folder}/host-file; "
              f"cat {folder}/host-file > {share}/seen; exit 41")
    return run("--share", share, "--", "sh", "-c", script), folder


def test_the_exit_status_is_the_commands(result):
    assert result[0].returncode == 41


def test_both_outputs_come_through_apart_and_whole(result):
    assert result[0].stdout == b"".join(b"%d\n" % number for number in range(1, 100001))
    assert result[0].stderr == b"to \0 stderr"


def test_writes_reach_the_share_and_nothing_else_of_the_host(result):
    folder = pathlib.Path(result[1])
    assert (folder / "share/seen").read_text() == "changed\n"
    assert (folder / "host-file").read_text() == "untouched"


def test_a_command_that_does_not_end_is_ended(tmp_path):
    ended = run("--timeout", "3", "--", "sleep", "1000")
    assert ended.returncode == 124 and b"no end after 3" in ended.stderr


def test_a_module_the_kernel_lacks_is_named():
    ended = run("--modules", "no-such-module", "--", "true")
    assert ended.returncode == 125 and b"no_such_module" in ended.stderr
