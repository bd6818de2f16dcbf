"""The world's MTP clients, unmodified, on a real Linux host: libmtp's tools, gphoto2 and
android-file-transfer list, send and get, and what comes back is what went, byte for byte."""
import hashlib
import random
import re

import pytest

import vm

pytestmark = pytest.mark.vm

# Around the edges that matter: one packet is 512 bytes, the container's header 12, libmtp's first
# packet carries 500 bytes of data and its next writes 16 KiB.
SIZES = [0, 1, 499, 500, 501, 512, 1012, 16384 + 500, 1048576 + 3]
TOOLS = ["mtp-detect", "mtp-files", "mtp-folders", "mtp-sendfile", "mtp-getfile", "mtp-delfile",
         "mtp-newfolder", "gphoto2", "aft-mtp-cli"]
BIG = 8 * 1048576


def content(size):
    return random.Random(size).randbytes(size)


def sendget(size):
    """libmtp there and back; the id is the one the sender printed."""
    name = f"send-{size}.bin"
    return f"""
        mtp-sendfile {name} {name} > sent-{size} 2>&1; code=$?
        cat sent-{size}
        id=$(tr '\\r' '\\n' < sent-{size} | sed -n 's/.*New file ID: \\([0-9]*\\).*/\\1/p')
        [ $code -eq 0 ] && [ -n "$id" ] || exit 1
        mtp-getfile $id back-{size}.bin && cmp {name} back-{size}.bin"""


def aft(size):
    return f"""
        aft-mtp-cli 'put send-{size}.bin aft-{size}.bin' &&
        aft-mtp-cli 'get aft-{size}.bin aftback-{size}.bin' &&
        cmp send-{size}.bin aftback-{size}.bin"""


# A client killed between two packets; peers' responders never open a session again after that.
KILLED = r"""
    {command} > killed-{name} 2>&1 &
    client=$!
    wait_for 20 grep -aq 'Progress: [1-9][0-9]\{{5,\}} of' killed-{name} || exit 1
    kill -0 $client && kill -9 $client || exit 1
    wait $client
    mtp-files"""
BIG_ID = "$(sed -n 's/.*New file ID: \\([0-9]*\\).*/\\1/p' sent-big)"


def steps_of(player):
    where = f"{player.port} {player.busid} {player.vid_pid}"
    steps = {
        "attach": f"attach {where}",
        "detect": "mtp-detect",
        "files-before": "mtp-files",
        "auto-detect": "gphoto2 --auto-detect",
        "aft-ls-before": "aft-mtp-cli ls",
    }
    steps |= {f"sendget-{size}": sendget(size) for size in SIZES}
    steps |= {
        "newfolder": "mtp-newfolder Zażółć-音楽 0 0 && mtp-folders",
        "files": "mtp-files",
        "aft-ls": "aft-mtp-cli ls",
        "gphoto2-list": "gphoto2 --list-files",
        "gphoto2-get": """
            store=$(gphoto2 --list-folders | sed -n "s,.*- \\(store_[0-9a-f]*\\).*,/\\1,p" | head -n 1)
            mkdir gphoto && cd gphoto &&
            gphoto2 --folder "${store:-/}" --get-file send-1012.bin && cmp send-1012.bin ../send-1012.bin""",
    }
    steps |= {f"aft-{size}": aft(size) for size in SIZES}
    steps |= {
        "delete": """
            id=$(sed -n 's/.*New file ID: \\([0-9]*\\).*/\\1/p' sent-501)
            mtp-delfile -n "$id" && mtp-files""",
        "send-big": "mtp-sendfile big.bin big.bin | tr '\\r' '\\n' > sent-big; "
                    "grep 'New file ID' sent-big",
        "killed-get": KILLED.format(name="get", command=f"mtp-getfile {BIG_ID} lost.bin"),
        "killed-send": KILLED.format(name="send", command="mtp-sendfile other.bin other.bin"),
        "unplug-busy": f"""
            mtp-getfile {BIG_ID} lost2.bin > busy 2>&1 &
            wait_for 20 grep -aq 'Progress: [1-9][0-9]\\{{5,\\}} of' busy || exit 1
            detach {player.vid_pid} && wait; attach {where} && mtp-files""",
        "get-big": f"mtp-getfile {BIG_ID} back-big.bin && cmp big.bin back-big.bin",
        "detach": f"detach {player.vid_pid}",
    }
    return steps


@pytest.fixture(scope="module")
def lane(tmp_path_factory):
    for name in TOOLS:
        vm.tool(name)
    folder = tmp_path_factory.mktemp("clients")
    for size in SIZES:
        (folder / f"send-{size}.bin").write_bytes(content(size))
    for name in ("big.bin", "other.bin"):
        (folder / name).write_bytes(content(BIG))
    with vm.player("mtp", folder) as player:
        return vm.boot(folder, steps_of(player))


def test_mtp_detect_names_the_model_and_a_storage(lane):
    text = lane.step("detect").ok().out
    assert "Device recognized as MTP" in text or "Device recognized as PTP" in text
    for field in ("Manufacturer", "Model", "Serial number"):
        assert re.search(rf"^\s*{field}: \S", text, re.M), field
    assert re.search(r"StorageID: 0x[0-9a-fA-F]{8}", text)
    assert re.search(r"MaxCapacity: [1-9]", text)
    assert re.search(r"^\s*1001: Get device info", text, re.M)
    assert text.rstrip().endswith("OK.")


def test_mtp_detect_meets_no_error(lane):
    """libmtp reports what it cannot parse as it goes on, and still exits 0."""
    text = lane.step("detect").ok().text
    bad = [line for line in text.splitlines()
           if re.search(r"error|PTP_|LIBMTP PANIC|failed|unable|could not|inconsistent", line, re.I)]
    assert not bad


def test_mtp_files_lists_what_was_sent(lane):
    text = lane.step("files").ok().out
    for size in SIZES:
        assert re.search(rf"Filename: send-{size}\.bin\s+File size {size} ", text), size


@pytest.mark.parametrize("size", SIZES)
def test_libmtp_sends_and_gets_the_same_bytes(lane, size):
    lane.step(f"sendget-{size}").ok()
    assert lane.file(f"back-{size}.bin").read_bytes() == content(size)


@pytest.mark.parametrize("size", SIZES)
def test_android_file_transfer_puts_and_gets_the_same_bytes(lane, size):
    lane.step(f"aft-{size}").ok()
    assert lane.file(f"aftback-{size}.bin").read_bytes() == content(size)


def test_android_file_transfer_lists_the_files(lane):
    text = lane.step("aft-ls").ok().out
    for size in SIZES:
        assert f"send-{size}.bin" in text


def test_gphoto2_finds_the_player(lane):
    assert re.search(r"usb:\d+,\d+", lane.step("auto-detect").ok().out)


def test_gphoto2_lists_the_files(lane):
    text = lane.step("gphoto2-list").ok().out
    for size in SIZES:
        assert f"send-{size}.bin" in text


def test_gphoto2_gets_the_same_bytes(lane):
    lane.step("gphoto2-get").ok()
    assert lane.file("gphoto/send-1012.bin").read_bytes() == content(1012)


def test_a_folder_with_a_name_beyond_ascii_is_made(lane):
    assert "Zażółć-音楽" in lane.step("newfolder").ok().out


def test_a_deleted_file_is_gone(lane):
    text = lane.step("delete").ok().out
    assert "send-500.bin" in text and "send-501.bin" not in text


def test_a_client_killed_while_getting_leaves_the_player_usable(lane):
    lane.step("send-big").ok()
    assert "big.bin" in lane.step("killed-get").ok().out


def test_a_client_killed_while_sending_leaves_the_player_usable(lane):
    text = lane.step("killed-send").ok().out
    assert "Filename: big.bin" in text


def test_a_player_unplugged_while_busy_comes_back(lane):
    assert "Filename: big.bin" in lane.step("unplug-busy").ok().out


def test_a_big_file_is_whole_after_all_that(lane):
    lane.step("get-big").ok()
    assert hashlib.sha256(lane.file("back-big.bin").read_bytes()).digest() \
        == hashlib.sha256(content(BIG)).digest()
