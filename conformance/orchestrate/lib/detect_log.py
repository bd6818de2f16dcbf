"""What mtp-detect prints, read into sets and tables that can be compared: of any libmtp from 0.1 to
1.1, wrapped, unindented or with other programs' messages between its lines. Written from the logs
and from mtp-detect's output; it shares nothing with the importer, which it judges."""
import dataclasses
import quopri
import re

HEADINGS = {
    "USB low-level info:": "usb",
    "Device info:": "device",
    "Supported operations:": "operations",
    "Events supported:": "events",
    "Device Properties Supported:": "properties",
    "Playable File (Object) Types and Object Properties Supported:": "formats",
    "Storage Devices:": "storages",
    "Special directories:": "folders",
    "MTP-specific device properties:": "values",
    "libmtp supported (playable) filetypes:": "types",
    "Secure Time:": "time",
    "Device Certificate:": "certificate",
}
ORDER = list(HEADINGS.values())
OPFF = re.compile(r"Unknown OPFF type \d+")
ENTRY = re.compile(r"([0-9a-f]{4}): ?(.*)$")
TYPED = re.compile(r"^(?P<name>.*?)(?P<array>array of )?\b(?P<type>U?INT(?:8|16|32|64|128)|STRING|"
                   r"UNDEFINED|UNKNOWN) data type(?P<rest>.*)$")
# What other layers of the reporter's machine said meanwhile.
MESSAGE = re.compile(r"PTP[:_ ]|LIBMTP|Error \d|ERROR|\(Look this up|Detect:|Connected to|"
                     r"ptp2/|(?:in|out)ep: usb_|usb_clear_halt|Trying to |"
                     r"WMPInfo.xml Does not exist")
# Those that stand in the middle of a line: it goes on where the messages end.
SPLICE = re.compile(r"(?<=.)(PTP: (?:Closing|Opening) session|Unknown OPFF type \d+|PTP_ERROR_IO.*|"
                    r"LIBMTP (?:PANIC|WARNING).*|ptp2/ptp_usb_.*|ignoring libusb_.*)$")


@dataclasses.dataclass
class Storage:
    """One storage; numbers as printed, texts None where the tool printed (null)."""
    values: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Log:
    """One run of mtp-detect."""
    usb: dict = dataclasses.field(default_factory=dict)
    device: dict = dataclasses.field(default_factory=dict)
    operations: set = dataclasses.field(default_factory=set)
    events: set = dataclasses.field(default_factory=set)
    properties: set = dataclasses.field(default_factory=set)
    formats: dict = dataclasses.field(default_factory=dict)  # code -> {property: words or None}
    storages: dict = dataclasses.field(default_factory=dict)
    values: dict = dataclasses.field(default_factory=dict)
    sections: set = dataclasses.field(default_factory=set)
    version: str = ""
    types: list = dataclasses.field(default_factory=list)
    unread: bool = False  # the tool could not read of the storages


def decode(raw):
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        # Each byte that is no UTF-8 is one of Latin-1.
        return raw.decode("utf-8", "surrogateescape").encode("utf-16", "surrogatepass").decode(
            "utf-16", "surrogatepass").translate({0xdc00 + byte: byte for byte in range(128, 256)})


def unpaste(lines):
    """What a mail program, a terminal or an editor put before each line, and colours, go."""
    lines = [re.sub(r"^LIBMTP \w+\[\d+\]: ", "", line) for line in lines]
    lines = [re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]", "", line).removeprefix("\ufeff") for line in lines]
    for at, line in enumerate(lines):
        match = re.match(r"(.*\S.*?)Device info:\s*$", line)
        if not match:
            continue
        parts = re.split(r"(\s*\d+\s*)", match[1])
        pattern = "".join(r"\s*\d+\s*" if re.match(r"\s*\d", part) else re.escape(part.rstrip()) +
                          (r"\s" * (len(part) - len(part.rstrip())) if index + 1 < len(parts) else
                           r"\s?" * (len(part) - len(part.rstrip())))
                          for index, part in enumerate(parts))
        if all(re.match(pattern, each) for each in lines[at:at + 3]):
            return [re.sub("^" + pattern, "", each) for each in lines]
    return lines


def mend(lines):
    """Lines in whose middle a message stood, made whole."""
    made, head = [], None
    for line in lines:
        if head is not None:
            if MESSAGE.match(line.strip()) or (OPFF.match(line.strip())):
                continue
            if line.strip() in HEADINGS:
                made.append(head)
            else:
                line = head + line
            head = None
        match = SPLICE.search(line)
        if match and not MESSAGE.match(line.strip()) and line[:match.start()].strip() \
                and made and any(each.strip() == "Device info:" for each in made):
            head = line[:match.start()]
        else:
            made.append(line)
    return made if head is None else made + [head]


def amount(text):
    """A number; one that the reporter blotted out is that."""
    return "blotted" if re.fullmatch(r"[xX*#]{3,}", text) else int(text)


def nothing(text):
    return None if text.lower() in ("(null)", "") else text


def squeeze(text):
    return " ".join(text.split())


# ---- one object property

def bits(kind):
    return int(re.sub(r"\D", "", kind) or 0)


def number(kind, text):
    """The tools before 1.1.4 printed every integer as a signed one: the value its type has."""
    value = int(text)
    return value if not kind.startswith("U") or bits(kind) == 0 else value % (1 << bits(kind))


def form(kind, text):
    text = squeeze(text)
    match = re.match(r"range: MIN (-?\d+), MAX (-?\d+), STEP (-?\d+)$", text)
    if match:
        return ("range", *(number(kind, value) for value in match.groups()))
    if text.startswith("enumeration:"):
        values = [value.strip() for value in text[len("enumeration:"):].split(",") if value.strip()]
        return ("enumeration",
                frozenset(values if kind == "STRING" else (number(kind, v) for v in values)))
    if text.startswith("byte array:"):
        return ("byte array",)
    if text.startswith("DATETIME FORM"):
        return ("date",)
    if text.startswith("REGULAR EXPRESSION FORM"):
        return ("expression", nothing(text[len("REGULAR EXPRESSION FORM"):].strip(" ()")))
    if text.startswith("LONG STRING FORM"):
        return ("long string",)
    if text == "" or re.match(r"ANY \d+BIT VALUE( form)?$", text):
        return ("none",)
    return ("unread", text)


def describe(text):
    """(type, form, settable, group) of what follows a property's code; None: only its name."""
    match = TYPED.match(text)
    if not match:
        return None
    rest = re.match(r"(.*)(GET/SET|READ ONLY)\s*(?:GROUP 0x([0-9a-f]+))?\s*$",
                    squeeze(match["rest"]))
    if not rest:
        return ("unread", squeeze(match["rest"]))
    kind = (match["array"] or "") + match["type"]
    return (kind, form(match["type"], rest[1]), rest[2] == "GET/SET", int(rest[3] or "0", 16))


# ---- sections

class Reader:
    """Takes a log line by line."""

    def __init__(self):
        self.log = Log()
        self.section = "head"
        self.runs = []
        self.format = None
        self.words = None  # of the property being read: [code, text]

    def flush(self):
        if self.words:
            self.log.formats[self.format][self.words[0]] = describe(self.words[1])
        self.words = None

    def heading(self, text):
        section = HEADINGS[text]
        self.flush()
        if section in self.log.sections and "formats" in self.log.sections:
            self.runs.append(self.log)  # another run of the tool begins
            self.log = Log(usb=dict(self.log.usb), version=self.log.version,
                           unread=self.log.unread)
        self.section = section
        self.log.sections.add(section)

    def line(self, line):
        text = line.strip()
        self.log.unread |= "Get Storage information failed" in text
        if self.section == "head" and text.endswith("USB low-level info:"):
            text = "USB low-level info:"  # after a message that did not end its line
        if text in HEADINGS:
            self.heading(text)
        else:
            getattr(self, "in_" + self.section)(line.rstrip(), text)

    def in_head(self, _, text):
        match = re.search(r"libmtp version: ([\d.]+)", text)
        if match:
            self.log.version = match[1]
        match = re.search(r"\(?([0-9a-f]{4}):([0-9a-f]{4})\)? @ bus", text) or \
            re.search(r"VID=([0-9a-f]{4}) and PID=([0-9a-f]{4})", text)
        if match and "idVendor" not in self.log.usb:
            self.log.usb.update(idVendor=match[1], idProduct=match[2])

    def in_usb(self, _, text):
        match = re.match(r"(bcdUSB|bDevice\w+|idVendor|idProduct|(?:IN|OUT) endpoint maxpacket): "
                         r"(\w+)", text)
        if match:
            self.log.usb[match[1]] = match[2]

    def in_device(self, _, text):
        key, colon, value = text.partition(":")
        names = ("Manufacturer", "Model", "Device version", "Serial number", "Vendor extension ID",
                 "Vendor extension description", "Detected object size", "Extensions")
        if colon and key in names:
            self.log.device[key] = squeeze(value)
        elif text and list(self.log.device)[-1:] == ["Vendor extension description"]:
            key = "Vendor extension description"
            self.log.device[key] = squeeze(self.log.device[key] + " " + text)

    def codes(self, found, text):
        match = re.match(r"(?:0x)?([0-9a-f]{4})\b", text)
        if match:
            found.add(int(match[1], 16))

    def in_operations(self, _, text):
        self.codes(self.log.operations, text)

    def in_events(self, _, text):
        self.codes(self.log.events, text)

    def in_properties(self, _, text):
        self.codes(self.log.properties, text)

    def in_formats(self, _, text):
        match = ENTRY.match(text)
        if match and "\t" not in text:
            self.flush()
            code = int(match[1], 16)
            if code >> 12 == 0xd:
                self.words = [code, match[2] or ""]
            else:
                self.format = code
                self.log.formats.setdefault(code, {})
        elif self.words and text and not MESSAGE.match(text) and not OPFF.match(text) and \
                not match:
            self.words[1] += " " + text

    def in_storages(self, _, text):
        key, colon, value = text.partition(":")
        value = value.strip()
        if colon and key == "StorageID":
            self.log.storages[int(value, 16)] = Storage()
        elif colon and self.log.storages:
            storage = list(self.log.storages.values())[-1]
            if key in ("StorageType", "FilesystemType", "AccessCapability"):
                storage.values[key] = int(value.split()[0], 16)
            elif key in ("MaxCapacity", "FreeSpaceInBytes", "FreeSpaceInObjects"):
                storage.values[key] = amount(value)
            elif key in ("StorageDescription", "VolumeIdentifier"):
                storage.values[key] = nothing(value)

    def in_folders(self, _, text):
        match = re.match(r"Default (\w+) folder: 0x([0-9a-f]{8})", text)
        if match:
            self.log.values[f"folder {match[1]}"] = match[2] not in ("00000000", "ffffffff")

    def in_values(self, _, text):
        match = re.match(r"(Friendly name|Synchronization partner|Storage description|Volume label|"
                         r"Total bytes on device|Free bytes on device): (.*)$", text)
        if match:
            self.log.values[match[1]] = nothing(match[2].split(" (")[0].strip().strip('"')
                                                if "bytes" in match[1] else match[2].strip('"'))
        match = re.match(r"Battery level (\d+) of (\d+)", text)
        if match:
            self.log.values["battery"] = (int(match[1]), int(match[2]))

    def in_types(self, _, text):
        if text in ("", "OK."):
            self.section = "tail"
        elif not MESSAGE.match(text):
            self.log.types.append(text)

    def in_tail(self, _, text):
        pass

    def in_time(self, _, text):
        self.long_text("secure time", text)

    def in_certificate(self, _, text):
        self.long_text("certificate", text)

    def long_text(self, name, text):
        if text in ("", "OK.") or MESSAGE.match(text) or text.startswith(("Unable to", "Device")):
            if name in self.log.values:
                self.section = "types"
            return
        self.log.values[name] = self.log.values.get(name, "") + "".join(text.split())


def read(raw):
    """A Log from the bytes of one."""
    reader = Reader()
    text = decode(raw)
    if "VID=3D" in text or "Content-Transfer-Encoding: quoted-printable" in text:
        text = decode(quopri.decodestring(raw))
    for line in mend(unpaste(re.split(r"\r?\n", text))):
        reader.line(line)
    reader.flush()
    # The run that got most of the device; the first of equals; one that was cut short does not
    # count.
    runs = [log for log in reader.runs + [reader.log] if log.sections & {"folders", "values"}]
    first = (runs or [reader.log])[0].usb
    same = [log for log in runs if all(log.usb.get(name) == first.get(name)
                                       for name in ("idVendor", "idProduct"))]
    return max(same or [reader.log], key=lambda log: sum(map(len, log.formats.values())))
