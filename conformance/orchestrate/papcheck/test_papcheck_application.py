"""The storage and sync suites as an application: through.so takes each call to libwmdm, which takes
it to the provider. What holds directly holds that way, too, for two providers of other structure;
what a provider does wrong is seen through it."""
import os

import pytest

import tree

pytestmark = pytest.mark.patient(60)

THROUGH = tree.BUILD / "through.so"
PROVIDERS = {"libspcore.so": {}, "other.so": {
    "THROUGH_CLASS": "{5C0A3B1D-7E2F-4D61-9A88-0B6D3F1E2C47}"}}
ROWS = ("SP-STG-*", "SP-SYNC-*", "SP-META-*", "SP-OBJ-*", "SP-GLOB-*")
DIFFERENT = {
    "SP-DEV-032": "an application's command carries a MAC, which is looked at first",
    "SP-STG-045": "an application's command carries a MAC, which is looked at first",
    "SP-GLOB-024": "an application has no way from a medium to its device",
    "SP-ERR-007": "an application has no way from a medium to its device",
    "SP-OBJ-015": "what is read has been read when the file was opened",
}


@pytest.fixture
def judge(run):
    def judges(provider, *words, **environment):
        return run(*words, "--provider", THROUGH, env={
            **os.environ, "THROUGH_PROVIDER": str(tree.BUILD / provider),
            **PROVIDERS.get(provider, {}), **environment})
    return judges


def failed(done):
    """Rows that weigh; what only warns is about files that are open, which here are copies."""
    return {row["id"] for row in done.results["rows"]
            if row["verdict"] == "fail" and row["level"] != "SHOULD" and not row["reading"]}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_holds_directly_holds_for_an_application(judge, provider):
    done = judge(provider, *ROWS)
    verdicts = [case["verdict"] for case in done.results["cases"]]
    assert failed(done) <= set(DIFFERENT) and "ERROR" not in verdicts, done.stdout
    assert verdicts.count("PASS") > 100, done.stdout


@pytest.mark.parametrize("defect, row", [("no-files-made", "SP-SYNC-005"),
                                         ("find-finds-parent", "SP-SYNC-006")])
def test_what_a_provider_does_wrong_is_seen_through_it(judge, defect, row):
    done = judge("libspcore-deviant.so", row, SPCORE_DEVIATE=defect)
    assert done.status == 1 and row in failed(done), done.stdout
