"""`papcheck mof` and `papcheck wmi`: what is made and asked, and what each refuses."""
import pytest

TEXT = """class Base { [key] string Id; };
class Händler : Base { uint32 N = 5; };
instance of Händler { Id = "x"; };
"""
MADE = 'class Base\nclass Händler : Base\ninstance Händler.Id="x"\n'
NO_FILE = "No such file or directory"


@pytest.mark.parametrize("encode", [
    lambda text: text.encode("utf-8"),
    lambda text: b"\xef\xbb\xbf" + text.encode("utf-8"),
    lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    lambda text: text.encode("cp1252"),
], ids=["utf-8", "marked", "utf-16le", "utf-16be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_makes_the_same(check, tmp_path, encode, end):
    path = tmp_path / "x.mof"
    path.write_bytes(encode(TEXT.replace("\n", end)))
    done = check("mof", path)
    assert (done.status, done.stdout, done.stderr) == (0, MADE, "")


def test_what_is_printed_as_mof_makes_the_same_again(check, tmp_path):
    path, again = tmp_path / "x.mof", tmp_path / "again.mof"
    path.write_text(TEXT, encoding="utf-8")
    done = check("mof", "--text", path)
    again.write_text(done.stdout, encoding="utf-8")
    assert (done.status, check("mof", again).stdout) == (0, MADE)
    assert check("mof", "--text", again).stdout == done.stdout


def test_a_fault_has_its_place_in_the_file_it_is_in_and_nothing_stays(check, tmp_path):
    path, inner, repository = tmp_path / "x.mof", tmp_path / "inner.mof", tmp_path / "repository"
    path.write_text(TEXT + '#include ("inner.mof")\n', encoding="utf-8")
    inner.write_text("class C {\n  sint8 ä = 128;\n};", encoding="utf-8")
    done = check("mof", "--repository", repository, path)
    assert done.status == 1
    assert done.stdout == MADE + (
        f"{inner}:2:13: no value of type sint8: WBEM_E_VALUE_OUT_OF_RANGE\n")
    done = check("wmi", "--repository", repository, "--namespace", "root\\default", "get", "Base")
    assert (done.status, done.stdout) == (1, "Base: WBEM_E_NOT_FOUND\n")


def test_a_file_that_includes_itself_ends(check, tmp_path):
    path = tmp_path / "x.mof"
    path.write_text('#include "x.mof"\n#include "x.mof"\n', encoding="utf-8")
    done = check("mof", path)
    assert (done.status, done.stdout) == (1, f"{path}:1:2: more than 16 files in each other\n")


@pytest.mark.parametrize("data, why", [
    (TEXT.encode("utf-16-le"), "UTF-16 without a byte order mark: expected one (FF FE)"),
    (b"\x7fELF\0", "a NUL after 4 bytes: expected text"),
])
def test_what_is_no_text_is_said(check, tmp_path, data, why):
    path = tmp_path / "x.mof"
    path.write_bytes(data)
    done = check("mof", path)
    assert (done.status, done.stdout) == (1, f"{path}: {why}\n")


@pytest.mark.parametrize("words, why", [
    (("mof",), "mof: expected one file or several"),
    (("mof", "/absent.mof"), f"/absent.mof: {NO_FILE}"),
    (("mof", "--class", "sometimes", "x"),
     "--class sometimes: expected createonly, updateonly, safeupdate or forceupdate"),
    (("mof", "--instance", "safeupdate", "x"),
     "--instance safeupdate: expected createonly or updateonly"),
    (("wmi",), "wmi: expected a query, list, list CLASS or get PATH"),
    (("wmi", "get", "a", "b"), "wmi: expected a query, list, list CLASS or get PATH"),
    (("wmi", "--namespace", "root\\absent", "list"), "--namespace root\\absent: no such namespace"),
])
def test_what_is_asked_wrongly_is_said_in_one_line(check, words, why):
    done = check(*words)
    assert (done.status, done.stdout, done.stderr) == (2, "", f"papcheck: {why}\n")


def test_a_repository_is_kept_asked_and_held_to_its_flags(check, tmp_path):
    path, repository = tmp_path / "x.mof", tmp_path / "repository"
    path.write_text(TEXT, encoding="utf-8")
    keep = ("--repository", repository)
    assert check("mof", *keep, "--check", path).status == 0
    asked = ("wmi", *keep, "--namespace", "//./root/default")
    assert "Base" not in check(*asked, "list").stdout
    assert check("mof", *keep, path).status == 0
    assert check("mof", *keep, "--class", "createonly", path).stdout == (
        f"{path}:1:1: class Base: WBEM_E_ALREADY_EXISTS\n")
    assert check(*asked, "list", "Base").stdout == "Händler : Base\n"
    done = check(*asked, 'select N from Händler where Id = "X"')
    assert (done.status, done.stdout) == (0, "instance of Händler\n{\n    N = 5;\n};\n")
    done = check(*asked, "select * from\n Base where")
    assert (done.status, done.stdout) == (
        1, "query:2:12: WBEM_E_INVALID_QUERY: the end of the query: expected a string, a number, "
        "TRUE, FALSE or NULL\n")
    done = check(*asked, "get", "root\\default:Base.Id='x'")
    assert done.stdout.startswith("instance of Händler")


def test_a_file_that_is_no_repository_is_left_alone(check, tmp_path):
    (tmp_path / "repository.db").write_bytes(b"not a database, but long enough to be one" * 9)
    done = check("wmi", "--repository", tmp_path, "list")
    assert done.status == 2 and len(done.stderr.splitlines()) == 1
    assert (tmp_path / "repository.db").read_bytes().startswith(b"not a database")
