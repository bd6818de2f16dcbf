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
ROWS = ("SP-SYNC-*", "SP-META-*", "SP-STG-*")


@pytest.fixture
def judge(run):
    def judges(provider, *words, **environment):
        return run(*words, "--provider", THROUGH, env={
            **os.environ, "THROUGH_PROVIDER": str(tree.BUILD / provider),
            **PROVIDERS.get(provider, {}), **environment})
    return judges


def failed(done):
    """The clauses of cases that fail; what only warns is about files that are open, which here
    are copies."""
    return {clause for case in done.results["cases"] if case["verdict"] == "FAIL"
            for clause, checks in case["rows"].items() if checks["fail"]}


def holds(done, at_least):
    verdicts = [case["verdict"] for case in done.results["cases"]]
    assert not failed(done) and "ERROR" not in verdicts, done.stdout
    assert verdicts.count("PASS") > at_least, done.stdout


def test_what_holds_directly_holds_for_an_application(judge):
    holds(judge("libspcore.so", *ROWS, "SP-OBJ-*", "SP-GLOB-*", "SP-DEV-020"), 150)


def test_it_holds_over_another_provider(judge):
    holds(judge("other.so", *ROWS), 60)


@pytest.mark.parametrize("defect, row", [("no-files-made", "SP-SYNC-005"),
                                         ("find-finds-parent", "SP-SYNC-006")])
def test_what_a_provider_does_wrong_is_seen_through_it(judge, defect, row):
    done = judge("libspcore-deviant.so", row, SPCORE_DEVIATE=defect)
    assert done.status == 1 and row in {name.split(".")[0] for name in failed(done)}, done.stdout
