"""What is wrong with papcheck's input is said in one line that names it, with exit status 2, and
nothing is left half-written."""
import pytest

import tree

CASE = "USB-CH9-BV-01"
PROVIDER_CASE = "AUTH-CLOSED-BI-01"


def one_line(text, *parts):
    assert len(text.splitlines()) == 1, text
    for part in parts:
        assert part in text


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
    (("run", CASE, "--device", "usbip:127.0.0.1"), "usbip:HOST[:PORT]/BUSID"),
    (("run", CASE, "--device", "usbip:127.0.0.1:3240/"), "usbip:HOST[:PORT]/BUSID"),
    (("run", CASE, "--device", "usbip:127.0.0.1:zz/1-1"), "usbip:HOST[:PORT]/BUSID"),
    (("run", CASE, "--device", "usb:zz"), "usb:VID:PID[:SERIAL]"),
    (("run", CASE, "--device", "usb:0451"), "usb:VID:PID[:SERIAL]"),
    (("run", CASE, "--deviate", "no-such-defect"), "no-such-defect"),
    (("run", CASE, "--provider-deviate", "no-such-defect"), "no-such-defect"),
    (("run", CASE, "--host-deviate", "no-such-defect"), "no-such-defect"),
    (("run", CASE, "--device", "usbip:127.0.0.1:1/1-1", "--deviate", "device-descriptor-padded"),
     "--deviate"),
    (("run", PROVIDER_CASE, "--provider", tree.BUILD / "libspcore.so", "--provider-deviate",
      "add-filter-accepted"), "--provider-deviate"),
    (("run", CASE, "--device", "usbip:127.0.0.1:1/1-1",
      "--provider-deviate", "add-filter-accepted"),
     "--provider-deviate"),
    (("run", CASE, "--device", "usbip:127.0.0.1:1/1-1", "--host-deviate", "any"), "--host-deviate"),
    (("run", PROVIDER_CASE, "--provider", "/no/such/library.so"), "/no/such/library.so"),
    (("run", PROVIDER_CASE, "--provider", "/etc/passwd"), "/etc/passwd"),
    (("run", CASE, "--ics", "/no/such/file"), "/no/such/file"),
    (("list", "--frobnicate"), "--frobnicate"),
    (("list", "NO-SUCH-BV-01"), "NO-SUCH-BV-01"),
    (("explain",), "a case, a requirement row or an item"),
    (("explain", "NO.SUCH.ITEM"), "papcheck ics list"),
    (("explain", "NO-SUCH-BV-01"), "NO-SUCH-BV-01"),
    (("explain", CASE, "--out", "/no/such/folder"), "/no/such/folder/results.json"),
    (("explain", CASE, "another"), "another"),
    (("doctor", "--frobnicate"), "--frobnicate"),
    (("report",), "folder"),
    (("report", "/no/such/folder"), "/no/such/folder/results.json"),
    (("report", "/tmp", "--format", "pdf"), "--format pdf"),
    (("selftest", "--frobnicate"), "--frobnicate"),
    (("selftest", "NOPE"), "NOPE"),
    (("selftest", "USB-CH9-001", "NOPE-*"), "NOPE-*"),
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


@pytest.mark.parametrize("text", ["", "{", "[]", '{"suite": "x"}', "\0", '{"a": 1, "a": 2}'])
def test_results_that_are_none_are_refused(check, tmp_path, text):
    (tmp_path / "results.json").write_text(text, encoding="ascii")
    done = check("report", tmp_path)
    assert done.status == 2
    one_line(done.stderr, str(tmp_path / "results.json"))
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


@pytest.mark.parametrize("length", [0, 3, 200, 5000, 100000])
def test_a_library_cut_short_is_no_library(check, tmp_path, length):
    path = tmp_path / "half.so"
    path.write_bytes((tree.BUILD / "libspcore.so").read_bytes()[:length])
    done = check("run", PROVIDER_CASE, "--provider", path, cwd=tmp_path)
    assert done.status == 2
    one_line(done.stderr, str(path))
