"""papsim's command line: what it says, what it refuses in one line, and that a refusal leaves
nothing."""
import json
import os
import re
import signal
import socket

import pytest

import tree
from papsim import Papsim, ask, papsim, refused

GOOD = (tree.PLAYERS / "mtp-small.yaml").read_text()


def serve_refused(*options, words=(), player="mtp-small", cwd=None):
    refused(papsim("serve", "--player", player, "--listen", "127.0.0.1:0", *options, cwd=cwd),
            *words)


# ---- usage

@pytest.mark.parametrize("words, named", [
    ([], ["expected a verb"]),
    (["frobnicate"], ["frobnicate"]),
    (["serve"], ["--player"]),
    (["serve", "--player"], ["--player", "expected a value"]),
    (["serve", "--player", "mtp", "--colour", "red"], ["--colour"]),
    (["serve", "--player", "mtp", "extra"], ["extra"]),
    (["serve", "--player", "mtp", "--seed", "many"], ["--seed", "many"]),
    (["serve", "--player", "mtp", "--seed", "-1"], ["--seed"]),
    (["serve", "--player", "mtp", "--listen", "127.0.0.1"], ["--listen", "ADDR:PORT"]),
    (["serve", "--player", "mtp", "--listen", "127.0.0.1:65536"], ["--listen"]),
    (["serve", "--player", "mtp", "--listen", "127.0.0.1:http"], ["--listen"]),
    (["serve", "--player", "mtp", "--listen", ":0"], ["--listen"]),
    (["serve", "--player", "mtp", "--listen", "nowhere:0"], ["--listen", "nowhere"]),
    (["serve", "--player", "mtp", "--deviate", "no-such-defect"], ["--deviate", "no-such-defect"]),
    (["serve", "--player", "no-such-player"], ["--player", "no-such-player"]),
    (["serve", "--player", "/nonexistent.yaml"], ["/nonexistent.yaml"]),
    (["control"], ["SOCK VERB"]),
    (["control", "/tmp/socket"], ["SOCK VERB"]),
    (["control", "/tmp/socket", "status", "novalue"], ["novalue", "KEY=VALUE"]),
    (["control", "/tmp/socket", "{broken"], ["control"]),
    (["players", "extra"], ["extra"]),
    (["deviations", "--yaml"], ["--yaml", "--json"]),
])
def test_bad_usage_is_one_line(words, named):
    refused(papsim(*words), *named)


def test_help_names_every_verb():
    result = papsim("--help")
    assert (result.returncode, result.stderr) == (0, "")
    for verb in ("serve", "control", "players", "deviations"):
        assert f"papsim {verb}" in result.stdout


def test_version():
    assert re.fullmatch(r"papsim \d+\.\d+\.\d+\n", papsim("--version").stdout)


# ---- player files

@pytest.mark.parametrize("old, new, line", [
    ("speed: high", "speed: warp", 11),
    ("vendor: 0x1209", "vendor: 0x12090", 6),
    ("battery: 80", "batery: 80", 30),
    ("  persona: mtp", "  persona: [", None),
    ("- capacity: 4194304", "- capacity: lots", 19),
], ids=["value", "range", "key", "syntax", "number"])
def test_a_broken_player_file_is_named_with_its_line(tmp_path, old, new, line):
    assert old in GOOD
    file = tmp_path / "broken.yaml"
    file.write_text(GOOD.replace(old, new, 1))
    if line is None:
        assert re.search(re.escape(str(file)) + r":\d+: ",
                         papsim("serve", "--player", file, "--listen", "127.0.0.1:0").stderr)
    else:
        line = GOOD[:GOOD.index(old)].count("\n") + 1
    serve_refused(player=file, words=[f"{file}:{line}: " if line else f"{file}:"])


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\0" * 100, b"- - -\n", b"&a [*a]\n",
                                     b"a: " * 5000],
                         ids=["empty", "bom", "nul", "list", "alias", "deep"])
def test_what_is_no_player_file_is_refused(tmp_path, content):
    file = tmp_path / "junk.yaml"
    file.write_bytes(content)
    serve_refused(player=file, words=[str(file)])


def test_a_folder_is_no_player_file(tmp_path):
    serve_refused(player=tmp_path, words=[str(tmp_path)])


# ---- what cannot be opened, and what it leaves

def test_a_port_in_use_leaves_nothing(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = papsim("serve", "--player", "mtp-small", "--listen", f"127.0.0.1:{port}",
                        "--control", tmp_path / "control", "--state", tmp_path / "state",
                        "--capture", tmp_path / "capture")
    refused(result, "--listen", str(port), "in use")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("path, word", [
    ("/nonexistent/control", "No such file"),
    ("/" + "x" * 200, "too long"),
    ("/proc/control", ""),
])
def test_a_control_socket_that_cannot_be_made_leaves_nothing(tmp_path, path, word):
    serve_refused("--control", path, "--state", tmp_path / "state",
                  "--capture", tmp_path / "capture", words=["--control", word])
    assert os.listdir(tmp_path) == []


def test_a_control_socket_in_use_stays_its_owners(tmp_path):
    path = tmp_path / "control"
    with Papsim("mtp-small", control=path) as first:
        serve_refused("--control", path, words=["--control", "in use"])
        assert json.loads(papsim("control", path, "status").stdout)["port"] == first.port


def test_a_file_in_place_of_the_control_socket_is_kept(tmp_path):
    path = tmp_path / "control"
    path.write_text("precious")
    serve_refused("--control", path, words=["--control"])
    assert path.read_text() == "precious"


def test_a_control_socket_of_a_killed_papsim_is_replaced(tmp_path):
    path = tmp_path / "control"
    with Papsim("mtp-small", control=path) as first:
        first.kill()
    assert path.exists()
    with Papsim("mtp-small", control=path) as second:
        assert json.loads(papsim("control", path, "status").stdout)["port"] == second.port
        assert second.end()[0] == 0
    assert not path.exists()


@pytest.mark.parametrize("capture", ["/nonexistent/capture", "/", "/dev/full"])
def test_a_capture_that_cannot_be_made_leaves_nothing(tmp_path, capture):
    serve_refused("--capture", capture, "--control", tmp_path / "control", "--state",
                  tmp_path / "state", words=["--capture", capture])
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("state", ["/nonexistent/state", "/dev/null", "/proc/state"])
def test_a_state_folder_that_cannot_be_made_leaves_nothing(tmp_path, state):
    serve_refused("--state", state, "--control", tmp_path / "control", "--capture",
                  tmp_path / "capture", words=[state])
    assert os.listdir(tmp_path) == []


def test_a_broken_second_player_leaves_nothing(tmp_path):
    file = tmp_path / "broken.yaml"
    file.write_text("name: 7\n")
    serve_refused("--player", file, "--state", tmp_path / "state",
                  "--control", tmp_path / "control", "--capture", tmp_path / "capture",
                  words=[str(file)])
    assert os.listdir(tmp_path) == ["broken.yaml"]


# ---- serving

def test_the_first_line_says_where():
    with Papsim("mtp-small") as one:
        assert one.said == b"listening 127.0.0.1:%d\n" % one.port
        socket.create_connection(("127.0.0.1", one.port), timeout=tree.SECONDS).close()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(tmp_path, by):
    with Papsim("mtp-small", control=tmp_path / "control",
                options=["--capture", tmp_path / "capture"]) as one:
        with socket.create_connection(("127.0.0.1", one.port), timeout=tree.SECONDS) as connection:
            assert one.end(by) == (0, f"listening {one.place()}\n", "")
            assert connection.recv(1) == b""
    assert os.listdir(tmp_path) == ["capture"]


def test_several_players_have_busids_of_their_own():
    with Papsim("mtp-small", "mtp") as one:
        status = json.loads(papsim("control", one.control, "status").stdout)
        assert [(row["name"], row["busid"]) for row in status["players"]] == [
            ("mtp-small", "1-1"), ("mtp", "1-2")]
        assert one.end()[0] == 0


def test_state_survives_a_restart(tmp_path):
    for _ in range(2):
        with Papsim("mtp-small", state=tmp_path / "state") as one:
            assert one.end() == (0, f"listening {one.place()}\n", "")
    assert (tmp_path / "state" / "1-1").is_dir()


# ---- control

@pytest.fixture(scope="module")
def control():
    with Papsim("mtp-small") as one:
        yield one.control


def test_control_answers(control):
    result = papsim("control", control, "status")
    assert result.returncode == 0
    player = json.loads(result.stdout)["players"][0]
    assert (player["plugged"], player["imported"], player["deviations"]) == (True, False, [])


def test_control_takes_an_object(control):
    assert papsim("control", control, '{"verb":"status"}').returncode == 0


def test_control_switches_defects(control):
    assert papsim("control", control, "deviate", "name=short-always-ok").returncode == 0
    row = json.loads(papsim("control", control, "status").stdout)["players"][0]
    assert row["deviations"] == ["short-always-ok"]
    assert papsim("control", control, "deviate", "name=short-always-ok", "on=false").returncode == 0
    row = json.loads(papsim("control", control, "status").stdout)["players"][0]
    assert row["deviations"] == []


@pytest.mark.parametrize("words, named", [
    (["explode"], "explode"), (["deviate", "name=nothing"], "nothing"),
    (["unplug", "busid=9-9"], "busid"), (['{"verb":7}'], "verb")])
def test_a_refused_request_is_exit_1(control, words, named):
    result = papsim("control", control, *words)
    assert result.returncode == 1
    answer = json.loads(result.stdout)
    assert answer["ok"] is False
    assert named in answer["error"]


@pytest.mark.parametrize("words, error", [
    ("battery level=180", "level: 180: expected 0 to 100"),
    ("battery level=-1", "level: -1: expected 0 to 100"),
    ("battery level=full", 'level: "full": expected 0 to 100'),
    ("battery level=50.5", "level: 50.5: expected 0 to 100"),
    ("battery", "level: is missing: expected 0 to 100"),
    ("battery level=50 lvl=1", "lvl: battery takes no such argument: expected level"),
    ("unplug now=true", "now: unplug takes no such argument: expected none"),
    ("deviate name=short-always-ok on=maybe", 'on: "maybe": expected true or false'),
    ("deviate name=short-always-ok on=2", "on: 2: expected true or false"),
    ("deviate on=true", "name: is missing: expected a text"),
    ("deviate name=nothing",
     'name: "nothing": expected a deviation (papsim deviations lists them)'),
    ("press key=pause",
     'key: "pause": expected play, stop, next, previous, volume-up or volume-down'),
    ("press key=or", 'key: "or": expected play, stop, next, previous, volume-up or volume-down'),
    ("add path=a size=lots", 'size: "lots": expected a whole number of at least 0'),
    ("add path=a size=-1", "size: -1: expected a whole number of at least 0"),
    ("add path=a format=0x10000", 'format: "0x10000": expected 0 to 65535'),
    ("add path=a folder=perhaps", 'folder: "perhaps": expected true or false'),
    ("add path=a storage=7", "storage: 7: expected one of the 2 there are, from 0"),
    ('add path=a properties={"0x10000":"x"}',
     'properties: {"0x10000":"x"}: expected an object of texts, by codes from 0 to 0xffff'),
    ("event code=0x3fff", 'code: "0x3fff": expected 16384 to 65535'),
    ("references handle=1 handles=[-1]",
     "handles: [-1]: expected a list of numbers, each 0 to 4294967295"),
    ("clock advance=1e300", "advance: 1e300: expected -32000000000 to 32000000000 seconds"),
    ("clock set=yesterday", 'set: "yesterday": expected YYYYMMDDThhmmss'),
])
def test_nonsense_is_refused_and_changes_nothing(control, words, error):
    before = [papsim("control", control, verb).stdout for verb in ("status", "details")]
    result = papsim("control", control, *words.split(" "))
    assert result.returncode == 1
    assert json.loads(result.stdout) == {"ok": False, "error": error}
    assert [papsim("control", control, verb).stdout for verb in ("status", "details")] == before


@pytest.mark.parametrize("words", ["battery level=0x32", "deviate name=short-always-ok on=off",
                                   "property property=0x5001 value=50", "snapshot name=7",
                                   "clock advance=0.25"])
def test_a_value_is_taken_for_what_its_verb_wants(control, words):
    assert json.loads(papsim("control", control, *words.split(" ")).stdout)["ok"] is True


def test_no_service_is_exit_3(tmp_path):
    result = papsim("control", tmp_path / "nobody", "status")
    assert result.returncode == 3
    assert re.fullmatch(r"papsim: [^\n]+\n", result.stderr)


@pytest.mark.parametrize("line", [
    b"\n", b"nonsense\n", b"[]\n", b"7\n", b'{"verb"\n', b"\xff\xfe\n",
    b'{"verb":"status","verb":"status"}\n', b'{"verb":null}\n', b"[" * 5000 + b"\n"])
def test_junk_on_the_control_socket_is_an_answer(control, line):
    answer = json.loads(ask(control, line))
    assert answer["ok"] is False
    assert answer["error"]
    assert json.loads(ask(control, b'{"verb":"status"}\n'))["ok"] is True


def test_an_endless_line_is_cut_off(control):
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        ask(control, b"x" * 4096000)
    assert json.loads(ask(control, b'{"verb":"status"}\n'))["ok"] is True


def test_several_requests_in_one_write_are_answered_in_order(control):
    answers = ask(control, b'{"verb":"status"}\n{"verb":"nothing"}\n{"verb":"status"}\n')
    assert [json.loads(line)["ok"] for line in answers.splitlines()] == [True, False, True]


# ---- lists

def test_players_lists_every_file():
    result = papsim("players")
    assert result.returncode == 0
    names = [line.split()[0] for line in result.stdout.splitlines()]
    assert names == sorted(file.stem for file in tree.PLAYERS.glob("*.yaml"))
    assert "broken" not in result.stdout


def test_players_of_another_folder(tmp_path):
    (tmp_path / "one.yaml").write_text(GOOD)
    (tmp_path / "two.yaml").write_text("nonsense\n")
    result = papsim("players", env={**os.environ, "PAPSIM_PLAYERS": str(tmp_path)})
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["one", "two"]
    assert "(broken: " in result.stdout.splitlines()[1]


def test_deviations_as_json():
    rows = json.loads(papsim("deviations", "--json").stdout)
    assert len(rows) > 50
    for row in rows:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["name"])
        assert row["text"]
        assert all(re.fullmatch(r"[A-Z0-9]+-[A-Z0-9]+-\d{3}(\.[a-z0-9-]+)?", one)
                   for one in row["rows"])
        assert bool(row["rows"]) != ("quirk" in row), "a requirement's defect, or a real player's"
    names = [row["name"] for row in rows]
    assert len(set(names)) == len(names)
    assert [row["quirk"] for row in rows if "quirk" in row] == list(range(1, 35))
    listed = [line.split()[0] for line in papsim("deviations").stdout.splitlines()]
    assert listed == names
