"""papd without a kernel: `papsim exec` gives it the players, by the same libusb calls as the real
library would, plugged and pulled by papsim. What systemd is told is read where systemd would."""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pytest

import tree
from papsim import Papsim
from sync_device import held

INF = tree.ROOT / "fixtures/inf/papkit.inf"
PLAYER_INF = tree.ROOT / "fixtures/inf/player.inf"
TONE = tree.ROOT / "fixtures/media/tone.mp3"
KNOWN = {"pap-inf": ("--inf", INF), "pap-winusb": ("--device", "1209:5041")}


@pytest.fixture
def library(tmp_path):
    (tmp_path / "library" / "Tones").mkdir(parents=True)
    shutil.copy(TONE, tmp_path / "library" / "Tones")
    return tmp_path / "library"


class Manager:
    """systemd's end of sd_notify(3): a socket, whose messages are kept."""

    def __init__(self, path):
        self.path, self.said = path, []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(tree.SECONDS)

    def until(self, word):
        """Reads until that is said; a barrier's descriptor is closed, as systemd does."""
        while word not in self.said:
            data, descriptors, _, _ = socket.recv_fds(self.socket, 4096, 4)
            for descriptor in descriptors:
                os.close(descriptor)
            self.said += data.decode().splitlines()


class Papd:
    """As a context; it must have ended in the end."""

    def __init__(self, papsim, tmp_path, *words):
        self.manager = Manager(tmp_path / "notify")
        self.log = pathlib.Path(tempfile.mkstemp(dir=tmp_path)[1])
        state = () if "--state" in words else ("--state", tmp_path / "state")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [tree.PAPSIM, "exec", "--connect", papsim.place(), "--", tree.PAPD, *words, *state],
                env={**os.environ, "NOTIFY_SOCKET": str(self.manager.path)}, stdout=log,
                stderr=log, stdin=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(tree.SECONDS)
        self.manager.socket.close()
        print(self.text)

    @property
    def text(self):
        return self.log.read_text("utf-8")

    def until_said(self, words):
        deadline = time.monotonic() + tree.SECONDS
        while words not in self.text:
            assert self.process.poll() is None and time.monotonic() < deadline, self.text
            time.sleep(0.02)

    def ends(self, status=0):
        self.manager.until("STATUS=ended")
        assert self.process.wait(tree.SECONDS) == status, self.text


@pytest.mark.parametrize("player", KNOWN)
def test_a_player_that_is_there_gets_the_library(player, library, tmp_path):
    with Papsim(player) as papsim:
        with Papd(papsim, tmp_path, "--library", library, *KNOWN[player]) as papd:
            papd.until_said(": up to date")
            papsim.tell("unplug")
            papd.ends()
        papsim.tell("plug")
        assert held(papsim)["Music/Tones/tone.mp3"] == TONE.read_bytes()
    said = papd.manager.said
    order = [said.index(word) for word in ("READY=1", "STOPPING=1", "STATUS=ended")]
    assert order == sorted(order)
    assert said.count("READY=1") == said.count("STOPPING=1") == 1
    assert any(re.fullmatch(r"EXTEND_TIMEOUT_USEC=\d+", word) for word in said)


def test_one_that_comes_while_it_settles_finds_it_there(library, tmp_path):
    with Papsim("pap-winusb") as papsim:
        with Papd(papsim, tmp_path, "--library", library, "--device", "1209:5041", "--settle",
                  "60000") as papd:
            papd.until_said(": up to date")
            papsim.tell("unplug")
            papd.until_said(": let go")
            shutil.copy(TONE, library / "more.mp3")
            papsim.tell("plug")
            papd.until_said(": sent more.mp3")
            papd.process.send_signal(signal.SIGTERM)
            papd.ends()


@contextlib.contextmanager
def without_library(library, tmp_path, retry):
    """(papsim, papd) with a player that it could not synchronise, as its library is `elsewhere`."""
    with Papsim("pap-winusb") as papsim:
        papsim.tell("unplug")
        with Papd(papsim, tmp_path, "--library", library, "--device", "1209:5041", "--settle",
                  "600000", "--retry", retry) as papd:
            papd.manager.until("READY=1")
            library.rename(tmp_path / "elsewhere")
            papsim.tell("plug")
            papd.until_said(": not synchronised: ")
            yield papsim, papd
            papd.process.send_signal(signal.SIGTERM)
            papd.ends()


def test_what_was_not_possible_is_tried_again(library, tmp_path):
    with without_library(library, tmp_path, "20") as (papsim, papd):
        (tmp_path / "elsewhere").rename(library)
        papd.until_said(": up to date")
        papsim.tell("unplug")
        papd.until_said(": let go")


@pytest.mark.parametrize("ends", ["a signal", "its removal"])
def test_who_waits_to_try_again_ends_at_once(library, tmp_path, ends):
    with without_library(library, tmp_path, "3600000") as (papsim, papd):
        if ends == "its removal":
            papsim.tell("unplug")
            papd.until_said(": let go")


def test_without_a_player_it_ends_at_once(library, tmp_path):
    with Papsim("mtp") as papsim:
        with Papd(papsim, tmp_path, "--library", library, "--device", "1209:5041") as papd:
            papd.ends()
    assert not papd.text and "READY=1" in papd.manager.said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_the_next_one_goes_on(number, library, tmp_path):
    for index in range(8):
        content = TONE.read_bytes() + tree.content((1 << 20) + index)
        (library / f"{index}.mp3").write_bytes(content)
    with Papsim("pap-winusb") as papsim:
        with Papd(papsim, tmp_path, "--library", library, "--device", "1209:5041") as papd:
            papd.until_said(": sent ")
            papd.process.send_signal(number)
            papd.ends()
        assert "interrupted" in papd.text
        papd.manager.path.unlink()
        papsim.free("1-1")
        with Papd(papsim, tmp_path, "--library", library, "--device", "1209:5041") as again:
            again.until_said(": up to date")
            again.process.send_signal(number)
            again.ends()
        papsim.free("1-1")
        found = held(papsim)
    first, second = (set(re.findall(r": sent (\S+)$", one.text, re.M)) for one in (papd, again))
    assert first and second and not first & second
    for path in library.rglob("*.mp3"):
        assert found[f"Music/{path.relative_to(library)}"] == path.read_bytes()


def test_a_player_that_does_not_fit_is_named_and_left(library, tmp_path):
    """Known by vendor and product, it says itself that it is no portable audio player."""
    with Papsim("pap-inf") as papsim:
        with Papd(papsim, tmp_path, "--library", library, "--device", "1209:5043", "--settle",
                  "0") as papd:
            papd.until_said("cannot be synchronised: ")
            papsim.tell("unplug")
            papd.ends()


THREADED = """
#include <pthread.h>
#include <unistd.h>
static void *stay(void *self)
{
    for (;;)
        pause();
    return self;
}
__attribute__((constructor)) static void start(void)
{
    pthread_t thread;

    pthread_create(&thread, 0, stay, 0);
}
"""


def test_a_provider_with_threads_of_its_own_gets_no_signal(library, tmp_path):
    source, provider = tmp_path / "threaded.c", tmp_path / "threaded.so"
    source.write_text(THREADED, encoding="ascii")
    subprocess.run(["gcc", "-shared", "-fPIC", "-pthread", "-o", provider, source,
                    "-Wl,-z,nodelete,--no-as-needed", f"-Wl,-rpath,{tree.BUILD}",
                    tree.BUILD / "libspcore.so"], check=True, timeout=tree.SECONDS)
    with Papsim("mtp") as papsim:
        with Papd(papsim, tmp_path, "--library", library, "--device", "1209:5041", "--provider",
                  provider) as papd:
            papd.ends()


# ---- what it is told wrong


def refused(*words):
    done = subprocess.run([tree.PAPD, *map(str, words)], text=True, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=tree.SECONDS, check=False)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert re.fullmatch(r"papd: [^\n]+\n", done.stderr), done.stderr
    return done.stderr


@pytest.mark.parametrize("words, says", [
    ((), "expected a verb"),
    (("run",), "--library"),
    (("--library", "{none}"), "No such file"),
    (("--library", "{inf}"), "a folder"),
    (("--library", "{dir}"), "--inf FILE or --device"),
    (("--library", "{dir}", "--device", "1209"), "1209:5041"),
    (("--library", "{dir}", "--settle", "-1"), "milliseconds"),
    (("--library", "{dir}", "--settle", "1s"), "milliseconds"),
    (("--library", "{dir}", "--retry", "0"), "milliseconds"),
    (("--library", "{dir}", "--inf", "{none}"), "No such file"),
    (("--library", "{dir}", "--inf", "{tone}"), "tone.mp3"),
    (("--library", "{dir}", "--inf", "{inf}", "--provider", "{none}"), "No such file"),
    (("--library", "{dir}", "--inf", "{inf}", "--provider", "{tone}"), "tone.mp3"),
    (("--library", "{dir}", "--inf", "{inf}", "more"), "unexpected"),
    (("install-files", "--inf", "{inf}", "--library", "{dir}"), "folder"),
    (("install-files", "{dir}", "--library", "{dir}"), "--inf FILE"),
    (("install-files", "{dir}", "--inf", "{inf}"), "--library DIR"),
])
def test_a_mistake_is_one_line(words, says, tmp_path):
    places = {"none": tmp_path / "none", "inf": INF, "dir": tmp_path, "tone": TONE}
    assert says in refused(*(word.format(**places) for word in words))


FAULTS = {
    "TriggerType = 1": ("TriggerType = 2", "AddTrigger"),
    '2,"USB\\VID_1209&PID_5043"': ('2,"USB\\MS_COMP_WINUSB"', "MS_COMP_WINUSB"),
    "Player,USB\\VID_1209&PID_5043": ("Player,PCI\\VEN_1209", "ids"),
    "AddInterface = %PAP%": ("AddInterface = {00000000-0000-0000-0000-000000000001}", "interface"),
    "StartType     = 3": ("StartType     = 4", "StartType"),
}


@pytest.mark.parametrize("old", FAULTS)
def test_an_inf_that_cannot_be_taken_is_named_with_its_place(old, tmp_path):
    new, says = FAULTS[old]
    text = INF.read_text("ascii")
    assert old in text
    (tmp_path / "a.inf").write_text(text.replace(old, new), encoding="ascii")
    said = refused("install-files", tmp_path / "root", "--inf", tmp_path / "a.inf", "--library",
                   tmp_path)
    assert says in said and "a.inf" in said and not (tmp_path / "root").exists()


# ---- the files of systemd and udev


def installed(tmp_path, inf, library):
    root = tmp_path / "root"
    done = subprocess.run([tree.PAPD, "install-files", root, "--inf", inf, "--library", library],
                          text=True, capture_output=True, timeout=tree.SECONDS, check=True)
    unit, rules = (pathlib.Path(line) for line in done.stdout.splitlines())
    assert {path for path in root.rglob("*") if path.is_file()} == {unit, rules}
    return unit, rules


@pytest.mark.parametrize("inf, name", [(INF, "papservice"), (PLAYER_INF, "playersvc")])
def test_systemd_finds_nothing_wrong_with_the_unit(inf, name, library, tmp_path):
    unit, _ = installed(tmp_path, inf, library)
    assert unit.name == f"{name}.service"
    done = subprocess.run([tree.tool("systemd-analyze"), "verify", "--man=no", unit], text=True,
                          capture_output=True, timeout=tree.SECONDS, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["50%", "a b", 'it\'s "so"', "$HOME", "back\\slash"])
def test_a_folder_of_any_name_comes_through_the_unit(name, tmp_path):
    """As systemd takes the line to pieces."""
    library = tmp_path / name
    library.mkdir()
    unit, _ = installed(tmp_path, INF, library)
    line = re.search(r"^ExecStart=(.*)$", unit.read_text("utf-8"), re.M)[1]
    words = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line)
    words = [re.sub(r"\\(.)", r"\1", quoted).replace("%%", "%").replace("$$", "$") or plain
             for quoted, plain in words]
    assert words[words.index("--library") + 1] == str(library)


def test_the_rule_names_the_ids_of_the_trigger(library, tmp_path):
    text = INF.read_text("ascii").replace(
        'DataItem    = 2,"USB\\VID_1209&PID_5043"',
        'DataItem    = 2,"usb\\vid_1209&pid_ABCD&rev_0102"\n'
        'DataItem    = 2,"USB\\Class_FF&SubClass_01"')
    (tmp_path / "a.inf").write_text(text, encoding="ascii")
    rules = installed(tmp_path, tmp_path / "a.inf", library)[1].read_text("utf-8")
    lines = [line for line in rules.splitlines() if not line.startswith("#")]
    assert len(lines) == 3
    assert 'ATTR{idVendor}=="1209", ATTR{idProduct}=="abcd", ATTR{bcdDevice}=="0102"' in lines[0]
    assert 'ENV{DEVTYPE}=="usb_interface", ATTR{bInterfaceClass}=="ff", ' \
           'ATTR{bInterfaceSubClass}=="01"' in lines[2]


def test_without_data_items_every_player_of_the_inf_triggers(library, tmp_path):
    text = INF.read_text("ascii").replace('DataItem    = 2,"USB\\VID_1209&PID_5043"\n', "")
    (tmp_path / "a.inf").write_text(text, encoding="ascii")
    rules = installed(tmp_path, tmp_path / "a.inf", library)[1].read_text("utf-8")
    assert 'ATTR{idVendor}=="1209", ATTR{idProduct}=="5043"' in rules


def test_what_cannot_be_written_is_said_and_nothing_is_left(library, tmp_path):
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "lib").write_text("in the way", encoding="ascii")
    done = subprocess.run([tree.PAPD, "install-files", tmp_path / "root", "--inf", INF,
                           "--library", library], text=True, capture_output=True,
                          timeout=tree.SECONDS, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"papd: [^\n]+ directory\n", done.stderr), done.stderr
