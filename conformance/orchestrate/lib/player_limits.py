"""What a case says when it cannot judge an imported player, and what of the player's file is the
reason: whoever is inconclusive for another one is not explained."""
import re

import player_faults

GIB4 = 4 << 30
SEND_OBJECT_PROP_LIST, SET_OBJECT_PROP_VALUE = 0x9808, 0x9804


def lacks_operation(*codes):
    return lambda player, _: not player.operations & set(codes)


def says_no_level(player, _):
    return "broken-battery-level" in player.quirks or not any(
        one["code"] == 0x5001 and "range" in one for one in player.file.get("properties", []))


def lacks_format(player, found):
    return int(found[1], 16) not in player.codes


def has_no_files(player, _):
    """A log does not have the device's files, but the folders that every device has."""
    return all(one.get("folder") for one in player.file.get("objects", []))


def has_no_objects(player, _):
    return not player.file.get("objects")


def has_no_medium(player, _):
    return player.file.get("no-storages", False)


def has_one_medium(player, _):
    return len(player.file.get("storages", [])) < 2


def has_much_room(player, _):
    return any(one.get("free", one["capacity"]) >= GIB4
               for one in player.file.get("storages", [{"capacity": GIB4}]))


def has_no_groups(player, _):
    return not any(one.get("group") for one in player.file.get("object-properties", []))


def has_objects_without_properties(player, _):
    return not all(player.formats.values())


def has_quirk(name):
    return lambda player, _: name in player.quirks


def lacks_events(player, _):
    return {0x4002, 0x4003, 0x4006, 0x4007} - set(player.file["device"].get("events", []))


def sets_no_device_property(player, _):
    return not any(one.get("settable") for one in player.file.get("properties", [])) or \
        0x1016 not in player.operations


def sets_no_number(player, _):
    return 0x1016 not in player.operations or not any(
        one.get("settable") and one["type"].strip("uint").isdigit()
        for one in player.file.get("properties", []))


def cannot_be_named(player, _):
    return not any(one["code"] == 0xd402 and one.get("settable")
                   for one in player.file.get("properties", [])) or \
        0x1016 not in player.operations


def of_format(player, kind, code):
    """How its objects of the format get the property, if they have it: "said" with the object or
    "set" later."""
    listed = next((one for one in player.file.get("formats", []) if one["code"] == kind), None)
    if not listed or listed.get("no-properties") or \
            code not in listed.get("properties", [code]):
        return set()
    one = [each for each in player.described[code] if kind in each.get("formats", [])] or \
        [each for each in player.described[code] if "formats" not in each]
    ways = {"has"}
    if SEND_OBJECT_PROP_LIST in player.operations:
        ways.add("said")
    if SET_OBJECT_PROP_VALUE in player.operations and (not one or one[0].get("settable")):
        ways |= {"said", "set"}
    return ways


def of_songs(player, code):
    return of_format(player, 0x3009, code)


def folders_keep_no_title(player, _):
    return "said" not in of_format(player, 0x3001, 0xdc44)


def songs_cannot(way, *codes):
    return lambda player, _: any(way not in of_songs(player, code) for code in codes)


def songs_set_no_text(player, _):
    return all("set" not in of_songs(player, code) or
               any("form" in one or "choices" in one for one in player.described[code])
               for code in (0xdc44, 0xdc46, 0xdc9a))


def songs_set_neither(player, _):
    """This duration, or a date beside one of creation."""
    duration = 0x01020304
    forms = [one["range"] for one in player.described[0xdc89] if "range" in one]
    takes = all(form["minimum"] <= duration <= form["maximum"] and
                (duration - form["minimum"]) % form["step"] == 0 for form in forms)
    return ("set" not in of_songs(player, 0xdc89) or not takes) and \
        ("set" not in of_songs(player, 0xdc09) or "has" not in of_songs(player, 0xdc08))


def songs_set_no_date_or_track(player, _):
    return not any("set" in of_songs(player, code) for code in (0xdc08, 0xdc09, 0xdc8b))


def songs_lack(player, found):
    return "has" not in of_songs(player, int(found[1], 16))


# (what the case says, what is the reason)
CASES = (
    (r"the device plays no objects of format 0x(\w+)", lacks_format),
    (r"while preparing: the device takes no objects of format 0x(\w+), and lists none; no document "
     r"demands it", lacks_format),
    (r"no object of 4 GiB or more", has_no_files),
    (r"the device has no file of more than 4 GiB, and less than 8", has_no_files),
    (r"songs have no text that hosts set freely", songs_set_no_text),
    (r"hosts set neither duration nor date of modification", songs_set_neither),
    (r"the device lets no host name its files", songs_cannot("set", 0xdc07)),
    (r"the device's songs cannot be given a title", songs_cannot("said", 0xdc44)),
    (r"the device's folders keep no title", folders_keep_no_title),
    (r"a title cannot be set", songs_cannot("set", 0xdc44)),
    (r"no references can be set", lacks_operation(0x9811)),
    (r"no second writable store", has_one_medium),
    (r"the device neither moves objects nor sets their values",
     lacks_operation(0x1019, SET_OBJECT_PROP_VALUE)),
    (r"the device has no object of up to 1 MiB", has_no_files),
    (r"no object has a property", has_no_objects),
    (r"nothing that is shown refers to anything", has_no_files),
    (r"there is nothing on the device that could be shown", has_no_objects),
    (r"the device has no object to count \(0x2001 OK\)", has_no_objects),
    (r"the device has no object to count \(0x2005 OperationNotSupported\)",
     lacks_operation(0x1006)),
    (r"the device has no store that is there", has_no_medium),
    (r"the store has 4 GiB or more free", has_much_room),
    (r"the only writable store is the removable one", has_one_medium),
    (r"the device has one medium", has_one_medium),
    (r"no file is protected on this device", lacks_operation(0x1012)),
    (r"a file cannot be made read-only", lacks_operation(0x1012)),
    (r"SetAttributes2 is not offered", lacks_operation(0x1012)),
    (r"no property of a group", has_no_groups),
    (r"the device's songs keep no duration", songs_cannot("said", 0xdc89)),
    (r"the device's songs keep no wave format", songs_cannot("said", 0xde93, 0xde94, 0xde99)),
    (r"the device's songs keep no cover", songs_cannot("said", 0xdc86, 0xdc82)),
    (r"rating and play count of the device's songs cannot be set",
     songs_cannot("set", 0xdc8a, 0xdc91)),
    (r"the device's songs keep no sync id", songs_cannot("said", 0xdc42)),
    (r"songs have no property 0x(\w+)", songs_lack),
    (r"a name of its objects is nothing the device lets a host set", songs_cannot("set", 0xdc44)),
    (r"title and genre of the device's songs cannot be set", songs_cannot("set", 0xdc44, 0xdc8c)),
    (r"the device keeps no title or no genre of MP3", songs_cannot("said", 0xdc44, 0xdc8c)),
    (r"title, track and genre of the device's songs cannot be set",
     songs_cannot("set", 0xdc44, 0xdc8b, 0xdc8c)),
    (r"the device has no friendly name( that can be set)?", cannot_be_named),
    (r"the device's friendly name cannot be set", cannot_be_named),
    (r"hosts set no number of the device", sets_no_number),
    (r"hosts set no property of the device", sets_no_device_property),
    (r"hosts set neither dates nor track", songs_set_no_date_or_track),
    (r"the device has no storage", has_no_medium),
    (r"the device does not say how full its battery is", says_no_level),
    (r'on this player papsim refuses {"verb":"battery",.*', says_no_level),
    (r'on this player papsim refuses {"verb":"retag",.*"property":"0x(\w+)".*', songs_lack),
    (r"\d+ of what is mandatory never did what it is for in this run: request GET_STATUS of an "
     r"endpoint never with success( …)?", has_quirk("no-release-interface")),
)
# The same of a clause of which some check was not made.
CLAUSES = (
    (r"MTP-PRP-012\.reset", lacks_operation(0x1017)),
    (r"MTP-PRP-012\.(broken|set)|MTP-DEV-007\.persists", sets_no_device_property),
    (r"MTP-EVT-003\.(listed|parameters)", lacks_events),
    (r"SP-ENUM-041\.(equal|index)", has_one_medium),
    (r"SP-STG-004|SP-STG-007\.file|SP-STG-018\.file|SP-STG-046\.file|SP-DEV-056\.deep",
     has_no_files),
    (r"SP-DEV-036\.(exact|same)|SP-DEV-037\.device|MTP-DEV-005\.form|MTP-OBJ-001\.(format|parent)",
     has_no_objects),
    (r"SP-META-018\.number", songs_cannot("set", 0xdc8b)),
    (r"SP-META-023\.\w+", songs_cannot("set", 0xdc44)),
    (r"MTP-PRP-005\.depth", has_objects_without_properties),
    (r"MTP-OBJ-019", has_quirk("force-reset-on-close")),
    (r"MTP-OBJ-018\.(edit|free)", lacks_operation(0x95c4)),
)
MADE = re.compile(r"\d+ of \d+ checks of (\S+) were made")
BARRED = re.compile(r"not run because while preparing: .* \((\S+)\)")


def holds(table, text, player):
    read = ((re.fullmatch(words, text), reason) for words, reason in table)
    return any(found and reason(player, found) for found, reason in read)


def is_explained(player, case):
    clauses = MADE.findall(case["reason"])
    barred = BARRED.fullmatch(case["reason"])
    if case["verdict"] == "NOT_RUN":  # what it needs first is found broken, and named
        return barred is not None and any(clause.partition(".")[0] == barred[1]
                                          for clause in player_faults.named(player))
    if clauses:
        return all(holds(CLAUSES, clause, player) for clause in clauses)
    return holds(CASES, case["reason"], player)


def unexplained(player, results):
    """Cases that say nothing of the player, for no reason that its file shows."""
    return [f"{case['id']}: {case['reason']}" for case in results["cases"]
            if case["verdict"] in ("INCONCLUSIVE", "NOT_RUN") and not is_explained(player, case)]
