"""Players of many objects and many players: what `count` in a player file makes, and what it costs
in memory. Times are `make bench`'s business."""
import re

import tree
from mtp_client import ALL, ARTIST, FILE_NAME, FOLDER, NAME, PARENT, SIZE
from papsim import Papsim, papsim, refused

MILLION = (tree.PLAYERS / "mtp-million.yaml").read_text(encoding="utf-8")
ENTRY = MILLION[MILLION.index("\nobjects:\n") + 1:]


def player(folder, objects, name="many"):
    path = folder / f"{name}.yaml"
    path.write_text(MILLION.replace(ENTRY, "objects:\n" + objects), encoding="utf-8")
    return path


def test_count_makes_objects_with_names_values_and_content_of_their_own(tmp_path):
    path = player(tmp_path, """
  - path: "Music/{f}/{n} of {f}.mp3"
    count: 250
    per-folder: 100
    size: 300
    properties:
      - {code: 0xdc44, value: "Title {n}"}
      - {code: 0xdc46, value: "Artist {f}"}
  - path: "flat {n}.txt"
    count: 3
    text: same
  - path: "{n} as it stands"
""")
    with Papsim(path) as server:
        mtp = server.session()
        objects = mtp.objects()
        tracks = {one[FILE_NAME]: (number, one) for number, one in objects.items()
                  if one[FILE_NAME].endswith(".mp3")}
        assert sorted(tracks) == [f"{n:03} of {n // 100:03}.mp3" for n in range(250)]
        contents = set()
        for n in range(0, 250, 10):
            number, one = tracks[f"{n:03} of {n // 100:03}.mp3"]
            assert (one[NAME], one[ARTIST], one[SIZE]) == (f"Title {n:03}",
                                                           f"Artist {n // 100:03}", 300)
            assert objects[one[PARENT]][FILE_NAME] == f"{n // 100:03}"
            contents.add(mtp.content(number))
        assert len(contents) == 25
        rest = {one[FILE_NAME] for one in objects.values()} - set(tracks)
        assert rest == {"Music", "000", "001", "002", "flat 0.txt", "flat 1.txt", "flat 2.txt",
                        "{n} as it stands"}


def test_what_count_cannot_make_costs_one_line(tmp_path):
    def serve(objects):
        return papsim("serve", "--listen", "127.0.0.1:0", "--player", player(tmp_path, objects))

    refused(serve("  - {path: same.txt, count: 2}\n"), "same.txt", "twice")
    refused(serve("  - {path: '{n}', count: many}\n"), "many.yaml:")
    refused(serve("  - {path: '{n}', count: 100000, size: 4000000000, sparse: true}\n"),
            "do not fit")
    refused(serve("  - {path: '%s{n}', count: 10}\n" % ("x" * 300)), "is no legal path")


def test_a_hundred_thousand_objects_take_less_than_200_bytes_each(tmp_path):
    count = 100000
    one = player(tmp_path, "  - {path: one}\n", "one")
    many = player(tmp_path, ENTRY[9:].replace("1000000", str(count)))
    with Papsim(one) as server:
        base = server.memory()
    with Papsim(many) as server:
        mtp = server.session()
        assert len(mtp.handles()) == count + count // 1000 + 1
        assert mtp.ask(0x1006, ALL, FOLDER, 0).params == (count // 1000 + 1,)
        assert server.asan() or (server.memory() - base) * 1024 < 200 * count


def test_three_hundred_players_take_less_than_64_kib_each():
    with Papsim("mtp") as server:
        base = server.memory()
    with Papsim(*["mtp"] * 300) as server:
        with server.connect() as connection:
            busids = [busid for busid, _, _ in connection.devices()]
        assert busids == [f"1-{n + 1}" for n in range(300)]
        assert server.asan() or server.memory() - base < 64 * 299
        limits = server.proc("limits").read_text()
        soft, hard = re.search(r"^Max open files\s+(\d+)\s+(\d+)", limits, re.M).groups()
        assert soft == hard
        server.session(b"1-300")
