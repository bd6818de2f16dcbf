"""What is wrong with the real devices whose logs became players: which clauses each of their
faults breaks (fixtures/mtp/player-faults.tsv), which players have it, and the line of a player's
log that shows it."""
import collections
import csv
import functools
import re

import yaml

import tree

TABLE = tree.ROOT / "fixtures" / "mtp" / "player-faults.tsv"
PAGE = tree.ROOT / "docs" / "imported.md"
MADE = "# Made by papsim import from "
# Whose findings are all named; of the others some are not assigned yet.
CLOSED = (
    "archos-48", "archos-a504", "cowon-iaudio-10", "cowon-iaudio-d2", "cowon-iaudio-j3",
    "cowon-iaudio-u3", "creative-zen-4gb", "creative-zen-microphoto", "creative-zen-pmc",
    "creative-zen-v", "creative-zen-vision-m", "creative-zen-x-fi", "haier-ibiza-rhapsody",
    "insignia-dv4g", "iriver-clix", "iriver-e100", "iriver-h10-20gb", "iriver-spinn",
    "iriver-t10a", "iriver-t30", "iriver-t7-volcano", "maxfield-g-flash-ng-1gb",
    "microsoft-zune", "microsoft-zune-hd", "mymusix-pd6070", "philips-gogear-vibe-sa1vbe08",
    "philips-gogear-vibe-sa3vbe04pn-02", "philips-hdd1630-17", "philips-hdd6320-00",
    "philips-sa5145", "philips-sa6045", "polaroid-freescape", "samsung-yh-925", "samsung-yp-k5",
    "samsung-yp-p3", "samsung-yp-q2", "samsung-yp-r0", "samsung-yp-t10", "samsung-yp-u3",
    "samsung-yp-u5", "sandisk-sansa-c240", "sandisk-sansa-clip", "sandisk-sansa-clip-plus",
    "sandisk-sansa-e250", "sandisk-sansa-e270", "sandisk-sansa-e280v2", "sandisk-sansa-fuze",
    "sandisk-sansa-m240", "slacker-pmp", "sony-walkman-nwz-a816", "sony-walkman-nwz-a828",
    "sony-walkman-nwz-e354", "sony-walkman-nwz-s516", "sony-walkman-nwz-s616f",
    "sony-walkman-nwz-s638f", "sony-walkman-nwz-s739f", "sony-walkman-nwz-w202",
    "sonyericsson-w910", "thomson-m51", "toshiba-gigabeat-met401", "toshiba-gigabeat-p10",
    "toshiba-gigabeat-s", "toshiba-gigabeat-u", "trekstor-ibeat-sweez-fm")
EIGHT = {0xdc01, 0xdc02, 0xdc03, 0xdc04, 0xdc07, 0xdc0b, 0xdc41, 0xdc44}  # MTP 1.1, 5.3.2.1

DATES = (0xdc08, 0xdc09, 0xdc47, 0xdc4e, 0xdc93, 0xdc99)  # MTP 1.1, B.2: those the judge looks at


class Player:
    """A player file that was made of a log."""

    def __init__(self, path):
        text = path.read_text(encoding="utf-8")
        self.name, self.log = path.stem, text.splitlines()[0].removeprefix(MADE)
        self.file = yaml.safe_load(text)
        self.operations = set(self.file["device"]["operations"])
        # Of each format those that the log lists; where it lists nothing, it has the usual ones.
        self.formats = {one["code"]: set(one.get("properties", []))
                        for one in self.file.get("formats", [])
                        if "properties" in one or one.get("no-properties")}
        self.codes = [one["code"] for one in self.file.get("formats", [])]
        self.properties = [one["code"] for one in self.file.get("properties", [])]
        self.described = collections.defaultdict(list)
        for one in self.file.get("object-properties", []):
            self.described[one["code"]].append(one)

    @property
    def quirks(self):
        return self.file.get("quirks", [])


@functools.cache
def players():
    """{name: Player} of all that were imported."""
    paths = sorted(path for path in tree.PLAYERS.glob("*.yaml")
                   if path.read_text(encoding="utf-8").startswith(MADE))
    return {path.stem: Player(path) for path in paths}


# ---- what is judged

# What would keep the judge from looking, and says nothing of the device: a medium that was full
# when the log was made, and 20 s and more for each operation that changes something, of which
# hundreds are asked for (the quirk itself has a test of its own).
SET_ASIDE = (r"^    free: 0\n", r"^  - long-timeout\n")


def to_judge(player, folder):
    """Path of the player's file, or of a copy in the folder without what is set aside."""
    path = tree.PLAYERS / f"{player.name}.yaml"
    text = path.read_text(encoding="utf-8")
    less = functools.reduce(lambda rest, line: re.sub(line, "", rest, flags=re.M), SET_ASIDE, text)
    if less == text:
        return path
    copy = folder / path.name
    copy.write_text(less, encoding="utf-8")
    return copy


# ---- faults that no flag of libmtp's stands for: who has it, and what in the log shows it

OWN = {
    "lacks-extension": (
        lambda player: "microsoft.com: 1.0" not in player.file["device"]["extensions"],
        r"^ *Vendor extension description:"),
    "lacks-counting": (lambda player: 0x1006 not in player.operations,
                       r"^ *Supported operations:"),
    "lacks-properties": (
        lambda player: any(EIGHT - properties for properties in player.formats.values()),
        r"^ *Playable File \(Object\) Types"),
    "no-properties": (
        lambda player: not all(player.formats.values()),
        r"^ *Playable File \(Object\) Types"),
    "size-of-32-bits": (
        lambda player: any(one["type"] == "uint32" for one in player.described[0xdc04]),
        r"^ *dc04: .*UINT32"),
    "date-of-no-form": (
        lambda player: any(one["type"] == "string" and one.get("form") != "date"
                           for code in DATES for one in player.described[code]),
        r"^ *dc(08|09|47|4e|93|99): .*STRING data type(?! DATETIME)"),
    "format-twice": (
        lambda player: len(player.codes) != len(set(player.codes)),
        r"^ *Playable File \(Object\) Types"),
    "property-twice": (
        lambda player: any(len(one.get("properties", [])) != len(set(one.get("properties", [])))
                           for one in player.file.get("formats", [])),
        r"^ *3001: Association"),
    "device-property-twice": (
        lambda player: len(player.properties) != len(set(player.properties)),
        r"^ *Device Properties Supported:"),
    "battery-past-full": (
        lambda player: any(one["code"] == 0x5001 and one["current"] > one["range"]["maximum"]
                           for one in player.file.get("properties", [])
                           if "current" in one and "range" in one),
        r"^ *Battery level "),
    "subclass-of-no-class": (
        lambda player: not player.file["usb"].get("class") and player.file["usb"].get("subclass"),
        r"(?i)^ *bDeviceSubClass: (0x)?(ff|255)\b"),
    "code-of-no-kind": (
        lambda player: any(code >> 12 not in (1, 9) for code in player.operations),
        r"^ *[02-8a-f][0-9a-f]{3}: Unknown \([02-8a-f]"),
    "disk-of-a-vendor": (
        lambda player: player.file["usb"]["persona"] == "pap" and "unload-driver" in player.quirks,
        r"(?i)^ *bDeviceClass: (0x)?(ff|255)\b"),
}


# ---- the table

@functools.cache
def rows():
    """[(fault, clause, why)] as the table has them: a fault is a quirk of docs/quirks.md, or one of
    OWN."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [tuple(row.values()) for row in csv.DictReader(file, delimiter="\t",
                                                              quoting=csv.QUOTE_NONE)]


# A quirk of an operation that the player does not list shows nowhere.
OF_OPERATION = {"broken-set-object-proplist": 0x9806}


def quirks_of(player):
    return [quirk for quirk in player.quirks
            if OF_OPERATION.get(quirk) in {None} | player.operations]


def faults_of(player):
    """The names of its faults, in the table's order."""
    return [fault for fault in dict.fromkeys(row[0] for row in rows())
            if fault in quirks_of(player) or (fault in OWN and OWN[fault][0](player))]


def named(player):
    """{clause: {faults that break it}} of a player."""
    found = collections.defaultdict(set)
    for fault in faults_of(player):
        for other, clause, _ in rows():
            if other == fault:
                found[clause].add(fault)
    return found


def reds(case):
    """The clauses that a case found broken."""
    return {check["row"] for check in case["checks"] if not check["ok"]}


def unnamed(player, results):
    """Findings that are none of the faults that the table names for this player."""
    clauses, found = named(player), []
    for case in results["cases"]:
        if case["verdict"] == "ERROR":
            found.append(f"{case['id']}: {case['reason']}")
        elif case["verdict"] == "FAIL":
            strange = sorted(reds(case) - set(clauses))
            if strange or not reds(case):
                found.append(f"{case['id']}: {' '.join(strange)} {case['reason']}")
    return found


def seen(player, results):
    """{(fault, clause)} of the table that this run has found, as failures or as warnings."""
    clauses = named(player)
    return {(fault, clause) for case in results["cases"] if case["verdict"] in ("PASS", "FAIL")
            for clause in reds(case) for fault in clauses.get(clause, ())}


def judged(player, results):
    """The player's faults that break a clause which this run judged."""
    clauses = {clause for case in results["cases"] if case["verdict"] in ("PASS", "FAIL")
               for clause in case["rows"]}
    return {fault for clause, faults in named(player).items() if clause in clauses
            for fault in faults}


# ---- the log

def shown(player, fault, lines):
    """(number, line) of the log that shows it; of what libmtp's table knows, the device's number,
    or the extension that libmtp goes by."""
    if fault in OWN:
        patterns = [OWN[fault][1]]
    else:
        patterns = [rf"(?i)^ *idProduct: (0x)?0*{player.file['usb']['product']:x}\b",
                    r"(?i)^ *Vendor extension description:"]
    for pattern in patterns:
        for number, line in enumerate(lines, 1):
            if re.search(pattern, line):
                return number, line.strip()
    raise AssertionError(f"{player.log}: no line shows {fault}")


def lines_of(player, folder):
    return (folder / player.log).read_text(encoding="utf-8", errors="replace").splitlines()


HEAD = """# What the real devices behind the players do wrong

{players} files of `fixtures/players` were made of logs of real devices. The judge takes them
(`papcheck run --player NAME`) as it takes any device. Each fault of a device is named here with
the line of its log that shows it, or, where libmtp's table of devices knows it
([quirks.md](quirks.md)), with the line that has the device's number or the extension libmtp goes
by. `fixtures/mtp/player-faults.tsv` says which clauses each fault breaks.

Of {closed} nothing else is found, with libspcore as what drives them: `make check-imported` judges
them, `make check` some of them
(`conformance/orchestrate/import/test_import_judged.py`). A medium that was full when the log was
made is emptied for that, and `long-timeout` set aside. Where a case cannot judge one of them, the
reason is in the player's file: `conformance/orchestrate/lib/player_limits.py` has which. Of one
that is marked *open* there are findings that are nobody's yet. `ci/gen_imported.py FOLDER >
docs/imported.md` makes this page of the logs in FOLDER.

## The faults

| fault | clause | why |
|---|---|---|
"""


def page(folder):
    """docs/imported.md, of the logs in that folder."""
    text = HEAD.format(players=len(players()), closed=len(CLOSED))
    text += "".join(f"| `{fault}` | {clause} | {why} |\n" for fault, clause, why in rows())
    text += "\n## The players\n"
    for player in players().values():
        text += f"\n### {player.name}\n\n" + ("" if player.name in CLOSED else "*open*, ")
        faults = faults_of(player)
        text += f"{player.log}" + (":\n\n" if faults else ": none.\n")
        lines = lines_of(player, folder) if faults else []
        for fault in faults:
            number, line = shown(player, fault, lines)
            text += f"- `{fault}`, line {number}: `{line[:100].replace('`', '')}`\n"
    return text
