"""What is wrong with the input is said in one line that names it, with exit status 2, and nothing is
left half-written."""
import socket
import subprocess

import pytest

import vm
from conftest import SECONDS

CASE = "USB-CH9-BV-01"
PROVIDER_CASE = "AUTH-CLOSED-BI-01"


def one_line(text, *parts):
    assert len(text.splitlines()) == 1, text
    for part in parts:
        assert part in text


# ---- papcheck


@pytest.mark.parametrize("words, part", [
    ((), "verb"),
    (("frobnicate",), "frobnicate"),
    (("run", "--frobnicate"), "--frobnicate"),
    (("run", "--out"), "--out"),
    (("run", "NO-SUCH-BV-01"), "NO-SUCH-BV-01"),
    (("run", CASE, "NO-SUCH-BV-01"), "NO-SUCH-BV-01"),
    (("run", CASE, "--jobs", "0"), "--jobs 0"),
    (("run", CASE, "--jobs", "two"), "--jobs two"),
    (("run", CASE, "--seed", "x"), "--seed x"),
    (("run", CASE, "--shard", "3/2"), "--shard 3/2"),
    (("run", CASE, "--shard", "0/2"), "--shard 0/2"),
    (("run", CASE, "--shard", "2/2"), "nothing is selected"),
    (("run", CASE, "--device", "serial:/dev/ttyS0"), "serial:/dev/ttyS0"),
    (("run", CASE, "--deviate", "no-such-defect"), "no-such-defect"),
    (("run", CASE, "--provider-deviate", "no-such-defect"), "no-such-defect"),
    (("run", CASE, "--host-deviate", "no-such-defect"), "no-such-defect"),
    (("run", CASE, "--device", "usbip:127.0.0.1:1/1-1", "--deviate", "device-descriptor-padded"),
     "--deviate"),
    (("run", PROVIDER_CASE, "--provider", "/no/such/library.so"), "/no/such/library.so"),
    (("run", PROVIDER_CASE, "--provider", "/etc/passwd"), "/etc/passwd"),
    (("run", CASE, "--ics", "/no/such/file"), "/no/such/file"),
    (("list", "--frobnicate"), "--frobnicate"),
    (("list", "NO-SUCH-BV-01"), "NO-SUCH-BV-01"),
    (("explain",), "case or a requirement row"),
    (("explain", "NO-SUCH-BV-01"), "NO-SUCH-BV-01"),
    (("explain", CASE, "--out", "/no/such/folder"), "/no/such/folder/results.json"),
    (("explain", CASE, "another"), "another"),
    (("doctor", "--frobnicate"), "--frobnicate"),
    (("report",), "folder"),
    (("report", "/no/such/folder"), "/no/such/folder/results.json"),
    (("report", "/tmp", "--format", "pdf"), "--format pdf"),
    (("selftest", "--frobnicate"), "--frobnicate"),
])
def test_papcheck_refuses(check, tmp_path, words, part):
    done = check(*words, cwd=tmp_path)
    assert done.status == 2, done.stdout + done.stderr
    one_line(done.stderr, "papcheck: ", part)
    assert done.stdout == ""
    assert not list(tmp_path.iterdir()), "something was written"


@pytest.mark.parametrize("text, line", [
    ("MTP=yes\nMTP.STORES.2\n", 2),
    ("MTP=yes\n\n# fine\nMTP=perhaps\n", 4),
    ("mtp=yes\n", 1),
    ("=yes\n", 1),
])
def test_a_bad_ics_is_named_by_file_and_line(check, tmp_path, text, line):
    path = tmp_path / "bad.ics"
    path.write_text(text, encoding="ascii")
    done = check("run", CASE, "--ics", path, cwd=tmp_path)
    assert done.status == 2
    one_line(done.stderr, f"{path}:{line}: ")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", ["", "# nothing but this\n", "MTP=no\n"])
def test_an_ics_by_which_nothing_would_be_judged_is_refused(check, tmp_path, text):
    path = tmp_path / "empty.ics"
    path.write_text(text, encoding="ascii")
    done = check("run", CASE, "--ics", path, cwd=tmp_path)
    assert done.status == 2
    one_line(done.stderr, f"{path}:")
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_is_named(check, tmp_path):
    (tmp_path / "file").write_text("", encoding="ascii")
    done = check("run", CASE, "--out", tmp_path / "file/run")
    assert done.status == 2
    one_line(done.stderr, str(tmp_path / "file/run"))


@pytest.mark.parametrize("text", ["", "{", "[]", "{\"suite\": \"x\"}", "\0", "{\"a\": 1, \"a\": 2}"])
def test_results_that_are_none_are_refused(check, tmp_path, text):
    (tmp_path / "results.json").write_text(text, encoding="ascii")
    done = check("report", tmp_path)
    assert done.status == 2
    one_line(done.stderr, str(tmp_path / "results.json"))
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


@pytest.mark.parametrize("length", [0, 3, 200, 5000, 100000])
def test_a_library_cut_short_is_no_library(check, tmp_path, length):
    path = tmp_path / "half.so"
    path.write_bytes((vm.BUILD / "libspcore.so").read_bytes()[:length])
    done = check("run", PROVIDER_CASE, "--provider", path, cwd=tmp_path)
    assert done.status == 2
    one_line(done.stderr, str(path))


# ---- papsim


def papsim(*words, cwd):
    return subprocess.run([vm.BUILD / "papsim", *map(str, words)], cwd=cwd, text=True,
                          timeout=SECONDS, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)


@pytest.mark.parametrize("words, part", [
    ((), "verb"),
    (("frobnicate",), "frobnicate"),
    (("serve",), "--player"),
    (("serve", "--frobnicate"), "--frobnicate"),
    (("serve", "--player"), "--player"),
    (("serve", "--player", "no-such-player"), "no-such-player"),
    (("serve", "--player", "mtp", "--listen", "127.0.0.1:70000"), "127.0.0.1:70000"),
    (("serve", "--player", "mtp", "--seed", "x"), "--seed x"),
    (("serve", "--player", "mtp", "--deviate", "no-such-defect"), "no-such-defect"),
    (("serve", "--player", "mtp", "--capture", "/no/such/folder/file"), "/no/such/folder/file"),
    (("players", "--frobnicate"), "--frobnicate"),
    (("deviations", "--frobnicate"), "--frobnicate"),
])
def test_papsim_refuses(tmp_path, words, part):
    done = papsim(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    one_line(done.stderr, "papsim: ", part)
    assert done.stdout == "" and not list(tmp_path.iterdir())


@pytest.mark.parametrize("old, new, line", [
    ("vendor: 0x1209", "vendor: mouse", 6),
    ("speed: high", "speed: warp", 12),
    ("max-power: 500", "max-power: 90000", 13),
    ("usb:", "usb", 4),
    ("name: mtp", "nome: mtp", 2),
])
def test_a_broken_player_file_is_named_by_file_and_line(tmp_path, old, new, line):
    text = (vm.ROOT / "fixtures/players/mtp.yaml").read_text(encoding="utf-8")
    assert old in text.splitlines()[line - 1]
    path = tmp_path / "broken.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = papsim("serve", "--player", path, "--listen", "127.0.0.1:0", cwd=tmp_path)
    assert done.returncode == 2
    one_line(done.stderr, "broken.yaml:")
    assert done.stdout == "" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("quirks, line, name", [
    ("quirks: [no-zero-reads, broken]\n", 1, "broken"),
    ("quirks:\n  - broken-battery-level # and\n  - broken\n", 3, "broken"),
    ("quirks: [mtp]\n", 1, "mtp"),                            # stands further up, too
    ("quirks: [cancel-unchecked]\n", 1, "cancel-unchecked"),  # a deviation no player is known for
    ("quirks: ['']\n", 1, ""),
    ("quirks:\n  - Unique-Filenames\n", 2, "Unique-Filenames"),
])
def test_a_quirk_that_is_none_is_named_by_file_and_line(tmp_path, quirks, line, name):
    text = (vm.ROOT / "fixtures/players/mtp.yaml").read_text(encoding="utf-8")
    path = tmp_path / "broken.yaml"
    path.write_text(text + quirks, encoding="utf-8")
    done = papsim("serve", "--player", path, "--listen", "127.0.0.1:0", cwd=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    one_line(done.stderr, f"{path}:{len(text.splitlines()) + line}: {name}: no such quirk")
    assert list(tmp_path.iterdir()) == [path]


def test_a_port_in_use_is_named(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        port = other.getsockname()[1]
        done = papsim("serve", "--player", "mtp", "--listen", f"127.0.0.1:{port}", cwd=tmp_path)
    assert done.returncode == 2
    one_line(done.stderr, f"127.0.0.1:{port}")
    assert not list(tmp_path.iterdir())
