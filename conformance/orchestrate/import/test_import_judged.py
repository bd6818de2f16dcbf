"""Players made of real logs are judged, as devices and as what libspcore drives: what is found is
what fixtures/mtp/player-faults.tsv names for that player, and is found."""
import os
import re

import pytest

import player_faults
import player_limits
import tree
from papcheck import papcheck

pytestmark = pytest.mark.patient(60)

# Judged whole, and the faults that they are there for; `make check-imported` judges all.
SAMPLE = {
    "creative-zen-4gb": {"ignore-header-errors"},
    "creative-zen-pmc": {"broken-mtpgetobjproplist-all", "size-of-32-bits"},
    "samsung-yp-k5": {"no-zero-reads", "playlist-spl-v1"},
}
# Of these only the rows that their faults are about: with them each fault is found, and each quirk
# is judged of a player that has it.
SHOWN = {
    "archos-48": {"broken-set-object-proplist", "force-reset-on-close", "subclass-of-no-class"},
    "cowon-iaudio-10": {"broken-mtpgetobjproplist", "format-twice"},
    "iriver-clix": {"iriver-ogg-alzheimer"},
    "iriver-h10-20gb": {"battery-past-full", "lacks-counting", "lacks-properties",
                        "no-properties"},
    "microsoft-zune-hd": {"code-of-no-kind"},
    "philips-gogear-vibe-sa3vbe04pn-02": {"device-property-twice"},
    "samsung-yp-r0": {"disk-of-a-vendor"},
    "sandisk-sansa-clip-plus": {"cannot-handle-datemodified", "lacks-extension",
                                "no-release-interface"},
    "slacker-pmp": {"broken-battery-level", "broken-send-object-proplist"},
    "sony-walkman-nwz-a816": {"date-of-no-form", "unique-filenames", "unload-driver"},
    "sonyericsson-w910": {"property-twice"},
}
BESIDE = "MTP-OBJ-BV-02"  # prepares files of one name, which is another row
UNSHOWN = {"long-timeout"}  # which player_faults.SET_ASIDE has
ALL = os.environ.get("PAPKIT_JUDGED") == "all"


# What a provider got wrong of them before it was mended, each in the case that found it.
MENDED = (
    ("cowon-iaudio-10", "FORMAT-CODE-BV-01"),  # a format that the device lists twice
    ("microsoft-zune-hd", "SYNC-MEDIA-BV-01"),  # a tag that can only be said with an object
    ("iriver-h10-20gb", "STORAGE-TAGS-BV-07"),  # the name of an object without properties
    ("iriver-t10a", "STORAGE-SAID-BV-11"),  # names that no host may set
)


@pytest.mark.parametrize(("name", "case"), MENDED)
def test_what_was_mended_is_not_found(tmp_path, name, case):
    done = papcheck("run", case, "--player", tree.PLAYERS / f"{name}.yaml", "--provider",
                    tree.BUILD / "libspcore.so", "--allow-mtp", "--out", tmp_path / "run")
    done.folder = tmp_path / "run"
    assert done.case(case)["verdict"] == "PASS", done.stdout


def judge(tmp_path, name, *patterns):
    player = player_faults.players()[name]
    done = papcheck("run", *patterns, "--player", player_faults.to_judge(player, tmp_path),
                    "--provider", tree.BUILD / "libspcore.so", "--allow-mtp",
                    "--evidence", "failed", "--timeout-scale", 4, "--out", tmp_path / "run")
    done.folder = tmp_path / "run"
    assert not player_faults.unnamed(player, done.results), done.last_line
    assert not player_limits.unexplained(player, done.results)
    found = {fault for fault, _ in player_faults.seen(player, done.results)}
    assert found == player_faults.judged(player, done.results), found
    return found, {case["verdict"] for case in done.results["cases"]}


@pytest.mark.parametrize("name", player_faults.CLOSED if ALL else list(SAMPLE))
def test_what_is_found_is_named(tmp_path, name):
    found, verdicts = judge(tmp_path, name)
    assert "PASS" in verdicts and found >= SAMPLE.get(name, set())


@pytest.mark.parametrize("name", () if ALL else list(SHOWN))
def test_each_fault_is_found_where_it_is_looked_for(tmp_path, name):
    player = player_faults.players()[name]
    rows = sorted({clause.partition(".")[0] for clause in player_faults.named(player)})
    assert judge(tmp_path, name, BESIDE, *rows)[0] >= SHOWN[name]


def test_each_fault_and_quirk_is_among_what_is_judged():
    players, judged = player_faults.players(), SAMPLE | SHOWN
    quirks = {quirk for player in players.values() for quirk in player.quirks}
    shown = {quirk for name in judged for quirk in player_faults.quirks_of(players[name])}
    assert quirks - shown <= UNSHOWN
    assert set().union(*judged.values()) == {row[0] for row in player_faults.rows()}
    assert set(judged) <= set(player_faults.CLOSED)


def test_what_a_device_only_reads_no_provider_says_it_can_rename(tmp_path):
    """A gigabeat U describes ObjectFileName as READ ONLY."""
    done = papcheck("run", "STORAGE-RENAME-*", "STORAGE-SAID-BV-11", "--player", tree.PLAYERS /
                    "toshiba-gigabeat-u.yaml", "--provider", tree.BUILD / "libspcore.so",
                    "--allow-mtp", "--out", tmp_path / "run")
    done.folder = tmp_path / "run"
    verdicts = {case["id"]: case["verdict"] for case in done.results["cases"]}
    assert verdicts == {"STORAGE-RENAME-BI-01": "NOT_APPLICABLE",
                        "STORAGE-RENAME-BI-02": "NOT_APPLICABLE", "STORAGE-RENAME-BV-01":
                        "NOT_APPLICABLE", "STORAGE-RENAME-BV-02": "NOT_APPLICABLE",
                        "STORAGE-SAID-BV-11": "PASS"}, verdicts


def test_only_what_keeps_the_judge_from_looking_is_set_aside(tmp_path):
    players = player_faults.players()
    copies = {name: path.read_text(encoding="utf-8") for name, path in
              ((name, player_faults.to_judge(player, tmp_path)) for name, player in players.items())
              if path.parent == tmp_path}
    whole = {name: (tree.PLAYERS / f"{name}.yaml").read_text(encoding="utf-8") for name in copies}
    assert {name: len(whole[name].splitlines()) - len(text.splitlines())
            for name, text in copies.items()} == {"archos-48": 1, "cowon-iaudio-d2": 1}


def test_page_has_every_player_and_its_faults():
    page = player_faults.PAGE.read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (\S+)\n(.*?)(?=^### |\Z)", page, re.M | re.S))
    assert sections.keys() == player_faults.players().keys()
    for name, player in player_faults.players().items():
        assert re.findall(r"^- `(\S+)`, line \d+: `", sections[name], re.M) == \
            player_faults.faults_of(player), name
        assert ("*open*" in sections[name]) == (name not in player_faults.CLOSED), name
    for fault, clause, why in player_faults.rows():
        assert f"| `{fault}` | {clause} | {why} |\n" in page


def test_table_names_clauses_and_faults_that_there_are():
    catalogue = tree.ROOT / "conformance" / "catalogue"
    known = {line.split("\t")[0] for path in catalogue.glob("*.tsv")
             for line in path.read_text(encoding="utf-8").splitlines()}
    quirks = (tree.ROOT / "docs" / "quirks.md").read_text(encoding="utf-8")
    for fault, clause, _ in player_faults.rows():
        assert clause in known, clause
        assert fault in player_faults.OWN or f"| `{fault}` |" in quirks, fault
    assert len({row[:2] for row in player_faults.rows()}) == len(player_faults.rows())
