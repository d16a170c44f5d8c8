"""The running stack that tests of one worker share: started for the first that asks, gone before the first that does
not.
"""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

RECORDING = """
from contextlib import contextmanager
from pathlib import Path

import pytest
from careflow_cli.stack.stack import Stack

RECORD = Path(__file__).parent / "record"


def note(line):
    with RECORD.open("a") as record:
        record.write(line + "\\n")


@contextmanager
def recorded():
    note("stack starts")
    yield object.__new__(Stack)
    note("stack ends")


Stack.ephemeral = recorded


@pytest.fixture(autouse=True)
def named(request):
    note(request.node.name)


@pytest.fixture
def clinic(stack):
    yield stack
    note("clinic closes")
"""
TESTS = """
def test_alone(): pass
def test_on_it(stack): pass
def test_through_another_fixture(clinic): pass
def test_alone_too(): pass
"""


def record_of(pytester: pytest.Pytester, tests: str, *arguments: str) -> list[str]:
    pytester.makeconftest(RECORDING)
    pytester.makepyfile(tests)
    pytester.runpytest_subprocess("-p", "careflow_cli.pytest_plugin", *arguments)
    return Path(pytester.path / "record").read_text("utf-8").splitlines()


def test_it_lives_as_long_as_it_is_asked_for(pytester: pytest.Pytester) -> None:
    assert record_of(pytester, TESTS) == [
        "test_on_it",
        "stack starts",
        "test_through_another_fixture",
        "clinic closes",
        "stack ends",
        "test_alone",
        "test_alone_too",
    ]


def test_it_ends_with_an_interrupted_run(pytester: pytest.Pytester) -> None:
    tests = "def test_on_it(stack): raise KeyboardInterrupt\ndef test_also(stack): pass\n"

    assert record_of(pytester, tests) == ["test_on_it", "stack starts", "stack ends"]


def test_nothing_is_started_for_nobody(pytester: pytest.Pytester) -> None:
    assert record_of(pytester, TESTS, "-k", "alone") == ["test_alone", "test_alone_too"]
