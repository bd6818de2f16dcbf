"""docs/player-file.md is made of the schema: in step with it, and it knows every key in use."""
import re
import subprocess

import pytest
import yaml

import tree
from papsim import papsim

PAGE = tree.ROOT / "docs/player-file.md"


def keys():
    """The paths of all keys there are: "usb.speed", "storages[].id"."""
    done = papsim("keys")
    assert (done.returncode, done.stderr) == (0, "")
    return [line.split("\t") for line in done.stdout.splitlines()]


def documented():
    """The same, as the page has them: a table's heading says in what its keys stand."""
    found, within = set(), ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            name = re.search("`(.*)`", line)
            within = f"{name[1]}{'[]' if 'each entry' in line else ''}." if name else ""
        elif row := re.match(r"\| `(\S+)` \|", line):
            found.add(within + row[1])
    return found


def used(value, path=""):
    if isinstance(value, list):
        for entry in value:
            yield from used(entry, path + "[]")
    elif isinstance(value, dict):
        for key, inner in value.items():
            name = f"{path}.{key}" if path else key
            yield name
            yield from used(inner, name)


def test_the_page_is_what_the_schema_makes_of_it():
    said = papsim("keys").stdout
    made = subprocess.run([tree.ROOT / "ci/gen_player_file.py"], input=said, text=True,
                          capture_output=True, timeout=tree.SECONDS, check=True).stdout
    assert PAGE.read_text(encoding="utf-8") == made, "run `make manual` and keep what it makes"


def test_every_key_says_what_it_is_and_what_may_stand_there():
    for path, says, allowed, _ in keys():
        assert re.match("[A-Z][a-z']* .", says), path
        assert allowed, path


def test_the_page_has_every_key_and_no_other():
    assert documented() == {path.removesuffix("[]") for path, *_ in keys()}


@pytest.mark.parametrize("player", sorted(tree.PLAYERS.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_page_has_every_key_of_a_player(player):
    assert set(used(yaml.safe_load(player.read_text(encoding="utf-8")))) <= documented()


def test_the_page_s_example_is_a_player(tmp_path):
    example = re.search("```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)[1]
    (tmp_path / "least.yaml").write_text(example, encoding="utf-8")
    done = papsim("check", tmp_path / "least.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
