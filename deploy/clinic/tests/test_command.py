"""`careflow` has the demo because this package is installed beside it, not because it contains it."""

from importlib.metadata import entry_points

import pytest
from typer.testing import CliRunner

from careflow_cli.main import app
from careflow_clinic import command, demo


def test_careflow_finds_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []
    monkeypatch.setattr(demo, "run", lambda: ran.append("demo"))

    assert CliRunner().invoke(app, ["demo"]).exit_code == 0
    assert ran == ["demo"]


def test_the_clinic_is_what_adds_it() -> None:
    added = entry_points(group="careflow.commands")

    assert {each.dist.name for each in added if each.dist} == {"careflow-clinic"}
    assert {each.load() for each in added} == {command.demo, command.sample}
