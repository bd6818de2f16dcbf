"""What `papcheck inf` reads, the SetupAPI of Wine reads: sections, keys, values and tokens of INFs
of every shape. Numbers of folders stay as they are here, and are folders there."""
import subprocess

import pytest

import tree
import wine
from papcheck import papcheck

pytestmark = pytest.mark.windows

SHAPES = r'''; a comment
[s]
a = b=c, d
HKR,,x=y
"k=1"=2
a,,b
x,
a;b
"a;b";c
c1=b,\
  c,\ ; why
 d
CopyFiles="Dir\"\ ; why
,File
CopyFiles2=Dir\\
,File
x="Dir\"
y=1
z=a \
  b
w="  x, y  " 
q="an ""example"" here"
e=""
p=pre"mid "post  
u="open
v=1
pc=%%Root%%\x
tok=%t%;c
tok2=%t u%,1
pc2=50%
pc3=50%,%t%
h=\\host\a \ b
[S] trailing
more=1
[ sp ]
in=1
[Version]
Signature="$Windows NT$"
[Strings]
t="Ü"
t u="TU"
'''
PLAYER = (tree.ROOT / "fixtures/inf/player.inf").read_text(encoding="ascii").replace("%13%", "13")


def entries(text):
    """Sorted; SetupAPI says a value that stands alone twice, as the key, too."""
    found = []
    for line in text.splitlines():
        section, *fields = line.rstrip("|").split("|")
        if len(fields) == 2 and fields[0] == "":
            fields[0] = fields[1]
        found.append((section.lower(), *fields))
    return sorted(found)


@pytest.fixture(name="fields", scope="module")
def fields_of_windows(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inf")
    program = folder / "fields.exe"
    subprocess.run(["x86_64-w64-mingw32-gcc-win32", "-municode", "-o", program,
                    tree.ROOT / "conformance/orchestrate/programs/inf_fields.c", "-lsetupapi"],
                   check=True, timeout=tree.SECONDS)
    with wine.wine(folder / "wine") as made:
        yield lambda path: made.run(program, wine.windows_name(path))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("text", [SHAPES, PLAYER], ids=["shapes", "player"])
@pytest.mark.parametrize("mark, encoding", [
    (b"", "cp1252"), (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le")])
def test_both_read_the_same(fields, tmp_path, text, mark, encoding, end):
    path = tmp_path / "x.inf"
    path.write_bytes(mark + text.replace("\n", end).encode(encoding))
    status, theirs = fields(path)
    ours = papcheck("inf", "--fields", path)
    assert (status, ours.status, ours.stderr) == (0, 0, "")
    assert len(entries(theirs)) > 25
    assert entries(ours.stdout) == entries(theirs)
