"""`papsim import lsusb`: what a log of `lsusb -v` says of a device, the real lsusb says of the
player made of it; and logs of several devices, of other versions, without rights, with lines
missing."""
import re
import subprocess

import pytest

import tree
from logs import LOGS, LSUSB, MODERN, made
from papsim import papsim
from tree import has

SUPER, UNPRIVILEGED = LOGS / "super.lsusb", LOGS / "unprivileged.lsusb"
# What docs/import.md does not list as left out.
CARRIED = {
    "Device": ["bcdUSB", "bDeviceClass", "bDeviceSubClass", "bDeviceProtocol", "bMaxPacketSize0",
               "idVendor", "idProduct", "bcdDevice"],
    "Configuration": ["bNumInterfaces", "bConfigurationValue", "iConfiguration", "bmAttributes",
                      "MaxPower"],
    "Interface": ["bInterfaceNumber", "bAlternateSetting", "bNumEndpoints", "bInterfaceClass",
                  "bInterfaceSubClass", "bInterfaceProtocol", "iInterface"],
    "Endpoint": ["bEndpointAddress", "bmAttributes", "wMaxPacketSize", "bInterval", "bMaxBurst"],
    "Qualifier": ["bcdUSB", "bDeviceClass", "bDeviceSubClass", "bDeviceProtocol"],
}
HEADERS = {"Device Descriptor:": "Device", "Configuration Descriptor:": "Configuration",
           "Interface Descriptor:": "Interface", "Endpoint Descriptor:": "Endpoint",
           "Device Qualifier (for other device speed):": "Qualifier"}


def value_of(key, rest):
    """A string without its index; a number without what it means."""
    if key.startswith("i") and not key.startswith("id"):
        text = rest.partition(" ")[2].strip()
        return "" if text == "(error)" else text
    return rest.partition(" ")[0]


def fields_of(text, product, configuration):
    """The carried fields, in order, of the device and its configuration."""
    devices = re.split(r"^Device Descriptor:\n", text, flags=re.M)[1:]
    device = next(each for each in devices
                  if re.search(rf"^  idProduct +0x{product}\b", each, re.M))
    # Two blanks begin what stands beside the configurations, four what is in one.
    parts = re.split(r"^  (?=Configuration Descriptor:\n)|^(?=\w.*:\n)", device, flags=re.M)
    section, found = "Device", []
    for part in parts:
        value = re.search(r"^    bConfigurationValue +(\d+)$", part, re.M)
        if value and value[1] != configuration:
            continue
        for line in part.split("\n"):
            line = line.strip()
            if line.endswith(":") and "  " not in line:
                section = HEADERS.get(line)
            key, _, rest = line.partition(" ")
            if key in CARRIED.get(section, ()):
                found.append((section, key, value_of(key, rest.strip())))
    return found


def seen(player, *words):
    return subprocess.run([tree.PAPSIM, "exec", "--player", player, "--", *words], text=True,
                          timeout=tree.SECONDS, check=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


DEVICES = [
    (LSUSB, "7a01", "1", 32, ["Acme Audio Ltd", "Melody", "5EA1C0DE00042077"]),
    (SUPER, "7a05", "3", 47, ["Acme Audio: Ltd", "Melody Five:", "5EA1C0DE00042079"]),
    (UNPRIVILEGED, "7a06", "1", 32, [None, None, None]),
    (UNPRIVILEGED, "7a07", "1", 32, [None, "Oldie", None]),
]


@pytest.mark.parametrize("log, product, configuration, count, strings", DEVICES,
                         ids=[device[1] for device in DEVICES])
def test_lsusb_shows_the_player_as_the_log_has_it(tmp_path, log, product, configuration, count,
                                                  strings):
    has("lsusb")
    player = made(tmp_path, "lsusb", log, "--device", f"1209:{product}")
    wanted = fields_of(log.read_text(encoding="utf-8"), product, configuration)
    assert len(wanted) == count
    shown = fields_of(seen(player, "lsusb", "-v"), product, configuration)
    # The log may lack the other speed's; where it says something the player says the same.
    if not any(field[0] == "Qualifier" for field in wanted):
        shown = [field for field in shown if field[0] != "Qualifier"]
    assert shown == wanted
    # lsusb takes these from the kernel's files: another client asks the device.
    asked = seen(player, "/usr/bin/python3", "-c",
                 "import usb.core\nfor d in usb.core.find(find_all=True):\n"
                 "    print([d.manufacturer, d.product, d.serial_number])")
    assert asked == f"{strings}\n"


def test_the_comparison_sees_each_field():
    """Whatever carried number changes in a log changes what is compared."""
    text = SUPER.read_text(encoding="utf-8")
    whole = fields_of(text, "7a05", "3")
    # The device's own, and those of the configuration that is taken, behind OTG's.
    device = range(text.index("Configuration Descriptor"))
    taken = range(text.index("bcdOTG"), text.index("Binary Object Store"))
    numbers = r"^ +(bcd\w+|bDevice\w+|bMaxPacketSize0|bInterface\w+|bEndpointAddress|bmAttributes" \
              r"|wMaxPacketSize|bInterval|bMaxBurst) +(?=\d)"
    places = [match.end() for match in re.finditer(numbers, text, re.M)
              if (match.start() in device or match.start() in taken) and match[1] not in
              ("bcdOTG", "bcdHID")]
    assert len(places) == 6 + 2 * 4 + 4 * 5
    for place in places:
        assert fields_of(text[:place] + "9" + text[place:], "7a05", "3") != whole, place


def test_a_qualifier_says_what_the_device_says(tmp_path):
    has("lsusb")
    player = made(tmp_path, "lsusb", UNPRIVILEGED)
    assert [field[1:] for field in fields_of(seen(player, "lsusb", "-v"), "7a06", "1")
            if field[0] == "Qualifier"] == [("bcdUSB", "2.00"), ("bDeviceClass", "255"),
                                            ("bDeviceSubClass", "0"), ("bDeviceProtocol", "0")]
    player = made(tmp_path, "lsusb", UNPRIVILEGED, "--device", "1209:7a07")
    assert "Qualifier" not in seen(player, "lsusb", "-v")


# ---- what the importer looks for

def test_the_first_device_with_a_players_pipes_is_taken(tmp_path):
    assert "product: 0x7a06\n" in made(tmp_path, "lsusb", UNPRIVILEGED).read_text(encoding="utf-8")


@pytest.mark.parametrize("ids, message", [
    ("1209:7a09", r"\d+: there is no device 1209:7a09 in it"),
    ("1d6b:0002", r"\d+: no interface with a bulk IN, a bulk OUT and an interrupt IN endpoint"),
])
def test_a_device_that_is_none_is_refused(ids, message):
    done = papsim("import", "lsusb", UNPRIVILEGED, "--device", ids)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"papsim: {re.escape(str(UNPRIVILEGED))}:{message}\n", done.stderr)


def facts(tmp_path, text, *more):
    log = tmp_path / "log.txt"
    log.write_text(text, encoding="utf-8")
    done = papsim("import", "lsusb", log, *more)
    assert done.returncode == 0, done.stderr
    return done.stdout


OTHER_VERSIONS = {
    "names of ids": (r"^(Bus .*ID 1209:7a0.*)$", r"\1 Acme Audio Ltd Player"),
    "no names of ids": (r"^(Bus .*ID 1209:7a0.).*$", r"\1"),
    "words for numbers": (r"^( +b\w+(?:Class|Protocol) +\d+).*$", r"\1 Whatever: it is"),
    "no words for numbers": (r"^( +b\w+(?:Class|Protocol) +\d+).*$", r"\1 "),
    "a length in hexadecimal": (r"(wTotalLength +)(\d+)$", r"\g<1>0x0027"),
    "no packets a frame": (r"(wMaxPacketSize +0x....).*$", r"\1"),
    "no meaning of attributes": (r"^ +(Self Powered|\(Bus Powered\)|Remote Wakeup)\n", ""),
    "words beside attributes": (r"^( +bmAttributes +0x..)\n +(Self Powered)", r"\1 \2"),
    "must be set": (r"^( +bmAttributes +0xc0)$", r"\1\n      (Missing must-be-set bit!)"),
    "the speed": (r"^(Device Descriptor:)$", r"Negotiated speed: High Speed (480Mbps)\n\1"),
    "no transfer types": (r"^ +(Transfer|Synch|Usage) Type.*\n", ""),
    "a class's own descriptor": (
        r"^(      Endpoint Descriptor:\n(?: {8}.*\n)+)",
        r"\1        AudioStreaming Endpoint Descriptor:\n          bLength                 7\n"
        r"          bmAttributes         0x00\n          bInterval  99\n"),
    "an association": (r"^(    Interface Descriptor:)$",
                       r"    Interface Association:\n      bInterfaceCount  2\n"
                       r"      iFunction 4 Two: one\n      bInterfaceNumber 7\n\1"),
    "OTG": (r"^( +MaxPower .*)$", r"\1\n    OTG Descriptor:\n      bmAttributes  0x03"),
    "bytes it does not know": (r"^( +bInterval .*)$", r"\1\n        ** UNRECOGNIZED:  05 24 00 10"),
    "line ends of Windows": (r"$(?=\n)", "\r"),
    "a quotation": (r"^(?=.)", "> "),
}


@pytest.mark.parametrize("what", OTHER_VERSIONS)
@pytest.mark.parametrize("product", ["7a06", "7a07"])
def test_another_version_prints_the_same_device(tmp_path, product, what):
    text = UNPRIVILEGED.read_text(encoding="utf-8")
    changed, count = re.subn(*OTHER_VERSIONS[what], text, flags=re.M)
    assert count and changed != text
    more = ("--device", f"1209:{product}")
    assert facts(tmp_path, changed, *more) == facts(tmp_path, text, *more)


def test_what_mtp_detect_knows_fills_what_lsusb_did_not_get(tmp_path):
    text = LSUSB.read_text(encoding="utf-8")
    bare, count = re.subn(r"^( +i(?:Manufacturer|Product|Serial) +\d+) .*$", r"\1 ", text,
                          flags=re.M)
    assert count == 6
    usb = tmp_path / "usb.txt"
    usb.write_text(bare, encoding="utf-8")
    player = made(tmp_path, "mtp-detect", MODERN, "--lsusb", usb).read_text(encoding="utf-8")
    assert '  serial: "5EA1C0DE00042077"\n' in player
    assert '  product-name: "Melody \\"M2\\""\n' in player


# ---- damage

def lines_of(text, words):
    """Numbers of the lines with these words."""
    return [number for number, line in enumerate(text.split("\n"), 1) if words in line]


def refused(tmp_path, text, *more):
    log, player = tmp_path / "log.txt", tmp_path / "player.yaml"
    log.write_text(text, encoding="utf-8")
    done = papsim("import", "lsusb", log, "-o", player, *more)
    assert (done.returncode, done.stdout) == (2, ""), done.stdout
    assert not player.exists()
    match = re.fullmatch(rf"papsim: {re.escape(str(log))}:(\d+): ([^\n]+)\n", done.stderr)
    assert match, done.stderr
    return int(match[1]), match[2]


@pytest.mark.parametrize("key", ["bEndpointAddress", "bInterval", "wMaxPacketSize",
                                 "bInterfaceClass", "bInterfaceNumber", "bAlternateSetting",
                                 "MaxPower", "idProduct"])
def test_a_line_that_is_missing_is_named_where_its_descriptor_ends(tmp_path, key):
    text = LSUSB.read_text(encoding="utf-8")
    text = text[text.index("Bus 003 Device 014"):]
    number, message = refused(tmp_path, re.sub(rf"^ +{key} .*\n", "", text, count=1, flags=re.M))
    assert message == f"the descriptor that ends here has no {key}"
    place = lines_of(text, f" {key} ")[0]
    assert place <= number <= place + 7


@pytest.mark.parametrize("key, value", [
    ("bcdUSB", "two"), ("bcdDevice", "2.1x"), ("bDeviceClass", "256"), ("idVendor", "0x12091"),
    ("bMaxPacketSize0", "65"), ("bNumInterfaces", "33"), ("bNumInterfaces", "-1"),
    ("bConfigurationValue", "0"), ("bmAttributes", "0x100"), ("MaxPower", "9999999999999mA"),
    ("bNumEndpoints", "31"), ("bInterfaceProtocol", "1x"), ("wMaxPacketSize", "0x10000"),
    ("iProduct", "300 Melody"), ("iInterface", "MTP"), ("bInterval", ""),
])
def test_a_value_that_is_none_is_named_with_its_line(tmp_path, key, value):
    text = LSUSB.read_text(encoding="utf-8")
    at = text.index("Bus 003 Device 014")
    damaged = text[:at] + re.sub(rf"^( +{key}) .*$", rf"\1   {value}", text[at:], count=1,
                                 flags=re.M)
    number, _ = refused(tmp_path, damaged)
    before = text[:at].count("\n")
    line = before + lines_of(text[at:], f" {key} ")[0]
    # A value that is gone leaves no field: that shows where the descriptor ends.
    assert number == line if value else line < number <= line + 2


def test_a_descriptor_that_is_missing_is_refused(tmp_path):
    text = SUPER.read_text(encoding="utf-8")
    endpoint = r"^      Endpoint Descriptor:\n(?: {8}.*\n)+"
    assert "endpoint descriptors and says" in refused(tmp_path, re.sub(endpoint, "", text, count=1,
                                                                       flags=re.M))[1]
    interface = r"^    Interface Descriptor:\n(?:(?!    Interface).*\n)*?" \
                r"(?=    Interface Descriptor:|Binary)"
    cut, count = re.subn(interface, "", text[text.index("OTG"):], count=1, flags=re.M)
    assert count == 1
    refused(tmp_path, text[:text.index("OTG")] + cut)
    # Two configurations, of which the second has lost an interface at its end.
    last = text.rindex("    Interface Descriptor:")
    assert refused(tmp_path, text[:last])[1] == "a configuration has 1 interfaces and says 2"
    # A heading that is missing makes two descriptors one.
    headless, count = re.subn(r"^      Endpoint Descriptor:\n", "", text, flags=re.M)
    assert count == 6
    assert "in one descriptor" in refused(tmp_path, headless)[1] or \
        "says" in refused(tmp_path, headless)[1]


def test_a_cut_at_any_line_is_refused_or_loses_nothing(tmp_path):
    text = SUPER.read_text(encoding="utf-8")
    whole, lines = facts(tmp_path, text), text.splitlines(keepends=True)
    end = lines_of(text, "Binary Object Store")[0]
    last = lines_of(text, "bInterval")[-1]
    for cut in range(1, last):
        number, _ = refused(tmp_path, "".join(lines[:cut]))
        assert number == cut
    for cut in range(end, len(lines)):
        assert facts(tmp_path, "".join(lines[:cut])) == whole


@pytest.mark.parametrize("old, new", [
    ("Interface Descriptor:", "Interface Descriptor:\n" * 100000),
    ("Device Descriptor:", "Device Descriptor:\n" * 100000),
    ("Configuration Descriptor:", "Configuration Descriptor:\n" * 100000),
    ("Endpoint Descriptor:", "Endpoint Descriptor:\n" * 100000),
    ("iProduct                2 ", "iProduct                2 " + "m" * (10 << 20)),
    ("bNumEndpoints           3", "bNumEndpoints           " + "3" * 100000),
], ids=["interfaces", "devices", "configurations", "endpoints", "a name", "a number"])
def test_too_much_of_anything_is_one_line(tmp_path, old, new):
    text = SUPER.read_text(encoding="utf-8")
    assert old in text
    refused(tmp_path, text.replace(old, new, 1))


@pytest.mark.parametrize("log, words", [(SUPER, ["5EA1C0DE00042079"]), (UNPRIVILEGED, [])],
                         ids=["super", "unprivileged"])
def test_what_was_anonymised_imports_to_the_same_descriptors(tmp_path, log, words):
    hidden = papsim("anonymise", log).stdout
    assert not any(word in hidden for word in words)
    made_of = [re.sub(r"^  serial: .*\n", "", facts(tmp_path, text), flags=re.M)
               for text in (log.read_text(encoding="utf-8"), hidden)]
    assert made_of[0] == made_of[1]
