"""`careflow contract`: what it says of kept and broken promises, and of a release."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from careflow_cli.errors import CareflowError
from careflow_cli.main import app
from careflow_events.schemas import released

COMMAND = CliRunner()


@pytest.fixture(autouse=True)
def releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Releases of the test's own."""
    place = tmp_path / "released"
    monkeypatch.setattr(released, "RELEASES", place)
    return place


def test_before_the_first_release_nothing_is_promised() -> None:
    assert "nothing is released yet" in COMMAND.invoke(app, ["contract", "check"]).output


def test_a_broken_promise_is_named_with_the_reason_of_its_rule(tmp_path: Path, releases: Path) -> None:
    changes = tmp_path / "CHANGELOG.md"
    changes.write_text("# Changes\n\n## Unreleased\n\n- All.\n")
    schema = released.release("1.0", changes, releases) / "schemas/booking/ConsultationMissed/v1.json"
    assert "keeps every promise of 1.0" in COMMAND.invoke(app, ["contract", "check"]).output

    document = orjson.loads(schema.read_bytes())
    document["properties"]["reason"] = {"type": "string"}
    schema.write_bytes(orjson.dumps(document))

    result = COMMAND.invoke(app, ["contract", "check"])
    assert isinstance(result.exception, CareflowError)
    assert "1.0: booking/ConsultationMissed/v1: data.reason: removed" in result.output
    assert "Nothing is removed inside v1" in result.output


def test_a_release_that_is_not_the_next_is_refused_in_one_line(releases: Path) -> None:
    result = COMMAND.invoke(app, ["contract", "release", "1.7"])

    assert isinstance(result.exception, CareflowError)
    assert str(result.exception) == "1.7 is not the next release: that is 1.0"
    assert not releases.exists()
