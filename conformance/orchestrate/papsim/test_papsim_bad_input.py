"""What is wrong with papsim's input is said in one line that names it, with exit status 2, and
nothing is left half-written."""
import socket

import pytest

import tree
from papsim import papsim, refused


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
    refused(done, part)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("old, new, line", [
    ("vendor: 0x1209", "vendor: mouse", 6),
    ("speed: high", "speed: warp", 12),
    ("max-power: 500", "max-power: 90000", 13),
    ("usb:", "usb", 4),
    ("name: mtp", "nome: mtp", 2),
])
def test_a_broken_player_file_is_named_by_file_and_line(tmp_path, old, new, line):
    text = (tree.PLAYERS / "mtp.yaml").read_text(encoding="utf-8")
    assert old in text.splitlines()[line - 1]
    path = tmp_path / "broken.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = papsim("serve", "--player", path, "--listen", "127.0.0.1:0", cwd=tmp_path)
    refused(done, "broken.yaml:")
    assert list(tmp_path.iterdir()) == [path]


def test_a_value_that_stands_twice_is_named_where_it_does(tmp_path):
    """Not where the letters of its key stand in another one, or in a comment."""
    lines = (tree.PLAYERS / "pap-winusb.yaml").read_text(encoding="utf-8").splitlines()
    at = lines.index("    description: Memory card")
    lines[at:at] = ["    # id: the same as the first", "    id: 0x00010001"]
    path = tmp_path / "broken.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = papsim("serve", "--player", path, "--listen", "127.0.0.1:0", cwd=tmp_path)
    refused(done, f"{path}:{at + 2}: storages[1].id: 0x00010001 stands twice")


def test_a_comment_does_not_draw_an_error_to_itself(tmp_path):
    text = (tree.PLAYERS / "mtp.yaml").read_text(encoding="utf-8")
    number = next(i for i, line in enumerate(text.splitlines(), 1) if "serial:" in line)
    path = tmp_path / "broken.yaml"
    path.write_text("# The serial: without a comma\n" + text.replace('serial: "', 'serial: ",', 1),
                    encoding="utf-8")
    done = papsim("serve", "--player", path, "--listen", "127.0.0.1:0", cwd=tmp_path)
    refused(done, f"{path}:{number + 1}: usb.serial: ',0A1B2C3D4E5F6071': expected")


@pytest.mark.parametrize("quirks, line, name", [
    ("quirks: [no-zero-reads, broken]\n", 1, "broken"),
    ("quirks:\n  - broken-battery-level # and\n  - broken\n", 3, "broken"),
    ("quirks: [mtp]\n", 1, "mtp"),                            # stands further up, too
    ("quirks: [cancel-any-code]\n", 1, "cancel-any-code"),  # a deviation no player is known for
    ("quirks: ['']\n", 1, ""),
    ("quirks:\n  - Unique-Filenames\n", 2, "Unique-Filenames"),
])
def test_a_quirk_that_is_none_is_named_by_file_and_line(tmp_path, quirks, line, name):
    text = (tree.PLAYERS / "mtp.yaml").read_text(encoding="utf-8")
    path = tmp_path / "broken.yaml"
    path.write_text(text + quirks, encoding="utf-8")
    done = papsim("serve", "--player", path, "--listen", "127.0.0.1:0", cwd=tmp_path)
    refused(done, f"{path}:{len(text.splitlines()) + line}: quirks[", f"]: '{name}': no such quirk")
    assert list(tmp_path.iterdir()) == [path]


def test_a_port_in_use_is_named(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        port = other.getsockname()[1]
        done = papsim("serve", "--player", "mtp", "--listen", f"127.0.0.1:{port}", cwd=tmp_path)
    refused(done, f"127.0.0.1:{port}")
    assert not list(tmp_path.iterdir())
