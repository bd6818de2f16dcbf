"""`papsim import` and `papsim anonymise` on text that Windows wrote: UTF-16 behind a mark of byte
order, as its shell's `>` makes it of what a tool prints; and on such text that is damaged."""
import codecs

import pytest

from logs import LSUSB, MODERN, NAMES, WRAPPED, facts_of, refusal
from papsim import papsim

MARKS = {"little endian": (codecs.BOM_UTF16_LE, "utf-16-le"),
         "big endian": (codecs.BOM_UTF16_BE, "utf-16-be"),
         "UTF-8": (codecs.BOM_UTF8, "utf-8")}


def of_windows(text, form):
    mark, codec = MARKS[form]
    return mark + text.replace("\n", "\r\n").encode(codec)


@pytest.mark.parametrize("form", MARKS)
@pytest.mark.parametrize("log", [MODERN, NAMES, WRAPPED], ids=lambda log: log.stem)
def test_a_log_imports_as_it_does_in_utf_8(tmp_path, log, form):
    # A name beyond the BMP is two units.
    text = log.read_text(encoding="utf-8").replace("Model: ", "Model: \U0001f3b5 \xe9\u266b ")
    made = facts_of(tmp_path, of_windows(text, form))
    assert made == facts_of(tmp_path, text.encode())
    assert 'model: "\U0001f3b5 \xe9\u266b ' in made


@pytest.mark.parametrize("form", MARKS)
def test_descriptors_import_as_they_do_in_utf_8(tmp_path, form):
    usb = tmp_path / "usb.txt"
    text = LSUSB.read_text(encoding="utf-8").replace("Acme Audio", "\xc9l\xe9 \U0001f3b5")
    made = []
    for raw in (text.encode(), of_windows(text, form)):
        usb.write_bytes(raw)
        done = papsim("import", "lsusb", usb)
        assert done.returncode == 0, done.stderr
        made.append(done.stdout)
    assert made[0] == made[1]
    assert 'manufacturer: "\xc9l\xe9 \U0001f3b5 Ltd"' in made[0]


@pytest.mark.parametrize("form", MARKS)
@pytest.mark.parametrize("path", [MODERN, LSUSB], ids=lambda path: path.name)
def test_anonymise_writes_utf_8_without_a_mark(tmp_path, path, form):
    log = tmp_path / path.name
    log.write_bytes(of_windows(path.read_text(encoding="utf-8"), form))
    done = papsim("anonymise", log, text=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.replace(b"\r\n", b"\n").decode() == papsim("anonymise", path).stdout
    assert b"5EA1C0DE00042077" not in done.stdout


def half(mark, codec, text):
    """A high surrogate alone, a low one alone, two high ones."""
    high, low = ("\ud83c".encode(codec, "surrogatepass"), "\udfb5".encode(codec, "surrogatepass"))
    before, after = mark + text[:500].encode(codec), text[500:].encode(codec)
    return [before + high + after, before + low + after, before + high + high + low + after]


@pytest.mark.parametrize("form", ["little endian", "big endian"])
def test_damaged_utf_16_is_named_with_its_line(tmp_path, form):
    mark, codec = MARKS[form]
    text = MODERN.read_text(encoding="utf-8")
    line = text[:500].count("\n") + 1
    whole = mark + text.encode(codec)
    for raw in half(mark, codec, text):
        assert refusal(tmp_path, raw) == line
    # The last byte is missing; a NUL; what is no text at all.
    assert refusal(tmp_path, whole[:-1]) == text.count("\n")
    assert refusal(tmp_path, mark + text[:500].encode(codec) + b"\0\0" +
                 text[500:].encode(codec)) == line
    assert refusal(tmp_path, mark) == 1
    assert refusal(tmp_path, mark + mark) == 1
    assert refusal(tmp_path, mark + b"\0") == 1
    log = tmp_path / "log.txt"
    log.write_bytes(whole[:-1])
    for verb in (("anonymise", "--strict"), ("import", "lsusb"),
                 ("import", "--strict", "mtp-detect")):
        done = papsim(*verb, log, "-o", tmp_path / "never")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (f"papsim: {log}:{text.count(chr(10))}: half a character: this is "
                               "damaged UTF-16\n")
    assert not (tmp_path / "never").exists()


@pytest.mark.parametrize("form", ["little endian", "big endian"])
def test_a_cut_at_any_byte_is_one_line(tmp_path, form):
    mark, codec = MARKS[form]
    raw = mark + MODERN.read_text(encoding="utf-8").encode(codec)
    for place in range(1, len(raw) - 2000, 997):
        assert refusal(tmp_path, raw[:place]) is not None
