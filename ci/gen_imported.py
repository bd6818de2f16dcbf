#!/usr/bin/python3
"""docs/imported.md, of the logs that the imported players were made of.

    ci/gen_imported.py FOLDER > docs/imported.md
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "conformance/orchestrate/lib"))
import player_faults  # noqa: E402

if len(sys.argv) != 2:
    sys.exit(__doc__)
sys.stdout.write(player_faults.page(pathlib.Path(sys.argv[1])))
