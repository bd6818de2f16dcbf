"""papcheck as its users run it."""
import dataclasses
import json
import pathlib
import subprocess

import gen_checks
import tree

# Whole runs of our own subjects, which files share by the fixture `once`: those that `make checks`
# takes the least of, the second by a pattern that everything matches.
WHOLE, BY_PATTERN, OTHER_SEED = gen_checks.RUNS
BY_PATTERN = ("*", *BY_PATTERN)

SECONDS = 600  # a whole run takes its time; a deadline, never a measure


# One case is red, because it crashes there; in the others it stands still until an interrupt.
STANDS_STILL = """
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
__attribute__((constructor)) static void start(void)
{
    const char *of = getenv("PAPCHECK_CONTEXT"); /* a path that names the case */

    if (of && strstr(of, "%s"))
        *(volatile int *)0 = 1;
    while (of)
        pause();
}
int DllGetClassObject(void) { return 0; }
"""


@dataclasses.dataclass
class Done:
    """A finished papcheck."""
    status: int
    stdout: str
    stderr: str
    folder: pathlib.Path

    @property
    def last_line(self):
        return self.stdout.rstrip("\n").splitlines()[-1]

    @property
    def results(self):
        return json.loads((self.folder / "results.json").read_text(encoding="utf-8"))

    def case(self, name):
        return next(case for case in self.results["cases"] if case["id"] == name)


def papcheck(*words, program=tree.PAPCHECK, cwd=None, env=None, preexec_fn=None):
    done = subprocess.run([program, *map(str, words)], cwd=cwd, env=env, text=True, timeout=SECONDS,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False, preexec_fn=preexec_fn)
    return Done(done.returncode, done.stdout, done.stderr, pathlib.Path())


HOSTILE = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;\u202etxt.exe\x1b[31m\x00"


def hostile_report(results, folder, keep=()):
    """The report of results in which everything a device or a provider can name is hostile."""
    hostile = {"device": HOSTILE, "provider": HOSTILE, "deviations": [HOSTILE],
               "ics": {HOSTILE: [HOSTILE]}, "patterns": [HOSTILE], "shard": HOSTILE,
               "files": [dict.fromkeys(file, HOSTILE) for file in results["files"]],
               "devices": [dict.fromkeys(device, HOSTILE) for device in results["devices"]],
               "rows": [{**row, "requirement": HOSTILE} for row in results["rows"]]}
    of_case = {"title": HOSTILE, "reason": HOSTILE, "notes": [HOSTILE], "evidence": "../../../etc"}
    hostile["cases"] = [
        {**case, **{name: value for name, value in of_case.items() if name not in keep},
         "checks": [{**check, "text": HOSTILE, "seen": HOSTILE, "file": HOSTILE}
                    for check in case["checks"]]} for case in results["cases"]]
    # jansson refuses NUL in text by default, and the engine cannot write it
    text = json.dumps({**results, **hostile}).replace("\\u0000", "")
    (folder / "results.json").write_text(text, encoding="utf-8")
    assert papcheck("report", folder).status == 0
    return folder
