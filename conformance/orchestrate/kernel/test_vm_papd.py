"""papd as systemd and udev run it: a player that is plugged in starts it and gets the library, one
that is pulled out ends it, and what a kill has left half done the next start finishes. The player
is known by its INF alone, and so is the service."""
import re
import shutil

import pytest

import tree
import vm
from sync_device import held

pytestmark = pytest.mark.vm

INF = tree.ROOT / "fixtures/inf/papkit.inf"
TONE = tree.ROOT / "fixtures/media/tone.mp3"
FILES = 12  # of the library that papd is killed over
SIZE = 1 << 20

# systemctl takes a second of the emulator's, so what systemd tells papd's cgroup and files is read.
SERVICE = """
unit=papservice.service
state() { systemctl show -p "$1" --value $unit; }
is_state() { [ "$(state ActiveState)" = "$1" ]; }
said() { grep -q "$1" said 2> /dev/null; }
"""

STEPS = {
    "install": SERVICE + """
{papd} install-files / --inf {inf} --library $PWD/library
mkdir -p /run/systemd/system/$unit.d
printf '[Service]\\nStandardOutput=append:%s\\nStandardError=inherit\\n' $PWD/said \
    > /run/systemd/system/$unit.d/said.conf
systemctl daemon-reload && udevadm control --reload && is_state inactive
""",
    "attach": SERVICE + """
attach {where} && wait_for 120 said 'up to date' && is_state active && state NRestarts
""",
    "detach": SERVICE + """
detach {id} && wait_for 120 is_state inactive && state Result && mv said first
""",
    "again": SERVICE + """
attach {where} && wait_for 120 said 'up to date' && is_state active && mv said second
""",
    "gone": SERVICE + """
detach {id} && wait_for 120 is_state inactive
""",
    "killed": SERVICE + """
mv more/* library
attach {where} && wait_for 120 said ': sent' && systemctl kill -s KILL $unit &&
    wait_for 120 is_state failed && ! said 'up to date' && state Result && mv said third
""",
    "resumed": SERVICE + """
detach {id} && attach {where} && wait_for 120 said 'up to date' && is_state active && mv said fourth
""",
    "stopped": SERVICE + """
systemctl stop $unit && is_state inactive && state Result && detach {id}
""",
}


@pytest.fixture(scope="module")
def lane(tmp_path_factory):
    """(the lane, what the player holds at its end)"""
    folder = tmp_path_factory.mktemp("papd")
    (folder / "library" / "Tones").mkdir(parents=True)
    shutil.copy(TONE, folder / "library" / "Tones")
    (folder / "library" / "all.m3u").write_text("Tones/tone.mp3\n", encoding="ascii")
    (folder / "more").mkdir()
    for number in range(FILES):
        content = TONE.read_bytes() + tree.content(SIZE + number)
        (folder / f"more/{number:02}.mp3").write_bytes(content)
    with vm.player("pap-inf") as player:
        words = {"papd": tree.PAPD, "inf": INF, "where": player.where, "id": player.vid_pid}
        steps = {name: re.sub(r"\{(\w+)\}", lambda m: str(words.get(m[1], m[0])), text)
                 for name, text in STEPS.items()}
        lane = vm.boot(folder, steps, modules="vhci-hcd", systemd=True)
        player.papsim.free(player.busid)
        yield lane, held(player.papsim)


def said(lane, name):
    return (lane.folder / name).read_text("utf-8").splitlines()


@pytest.mark.parametrize("name", STEPS)
def test_the_step_succeeds(lane, name):
    lane[0].step(name).ok()


def test_a_player_that_comes_starts_it_once_and_gets_the_library(lane):
    assert lane[0].step("attach").ok().out == "0\n"
    lines = said(lane[0], "first")
    assert len([line for line in lines if re.search(r": sent Tones/tone\.mp3$", line)]) == 1
    assert len([line for line in lines if line.endswith(": list all.m3u")]) == 1


def test_one_that_goes_ends_it_without_an_error(lane):
    assert lane[0].step("detach").ok().out == "success\n"


def test_one_that_comes_back_starts_it_again_and_has_it_already(lane):
    lines = said(lane[0], "second")
    assert not [line for line in lines if ": sent" in line]
    assert [line for line in lines if line.endswith(": up to date")]


def test_a_kill_loses_nothing_and_what_was_whole_is_not_sent_again(lane):
    assert lane[0].step("killed").ok().out == "signal\n"
    sent = [[line.rsplit(" ", 1)[1] for line in said(lane[0], name) if ": sent" in line]
            for name in ("third", "fourth")]
    assert sent[0] and not set(sent[0]) & set(sent[1])
    library = lane[0].folder / "library"
    found = {path: content for path, content in lane[1].items() if isinstance(content, bytes)}
    for path in library.rglob("*.mp3"):
        assert found.get(f"Music/{path.relative_to(library)}") == path.read_bytes(), path
    assert len([path for path in found if re.search(r"/\d\d\.mp3", path)]) == FILES


def test_a_stop_control_ends_it_while_the_player_stays(lane):
    assert lane[0].step("stopped").ok().out == "success\n"
