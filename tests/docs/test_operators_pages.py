"""What the operators' pages name exists: every command with its options, and every metric."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main
from prometheus_client import REGISTRY

from booking import metrics as _of_booking  # noqa: F401 - registers its metrics
from careflow_cli.deployment import settings
from careflow_cli.main import app
from careflow_events import metrics as _of_events  # noqa: F401 - registers its metrics
from careflow_service.telemetry import metrics as _of_services  # noqa: F401 - registers its metrics
from screening import metrics as _of_screening  # noqa: F401 - registers its metrics

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "operators").glob("*.md"))
_CODE = re.compile(r"`((?:careflow) [^`\n]+)`")
_METRIC = re.compile(r"\bcareflow_[a-z_]+")
_SETTING = re.compile(r"\bCAREFLOW_[A-Z_]+")
_SECTION = re.compile(r"^#+ ", re.MULTILINE)


def commands(page: Path) -> list[str]:
    """What stands in the text as code and is a command; those in blocks are run elsewhere."""
    return [found for found in _CODE.findall(page.read_text("utf-8")) if "…" not in found]


def complaint(written: str) -> str | None:
    """What is wrong with a command as it is written, if anything: a command or an option there is not."""
    command: Any = typer.main.get_command(app)
    words = shlex.split(written)[1:]
    while (commands := getattr(command, "commands", None)) and words:
        found = commands.get(words[0])
        if found is None:
            return f"{written}: there is no {words[0]}"
        command, words = found, words[1:]
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [word for word in words if word.startswith("--") and word not in options]
    return f"{written}: there is no {unknown[0]}" if unknown else None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_is_there(page: Path) -> None:
    assert [wrong for each in commands(page) if (wrong := complaint(each))] == []


def test_a_command_that_is_not_there_is_found() -> None:
    assert complaint("careflow parked forget booking") is not None
    assert complaint("careflow parked replay booking --all") is not None
    assert complaint("careflow parked replay SERVICE --id ID --execute") is None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_metric_is_there(page: Path) -> None:
    known = {sample for metric in REGISTRY.collect() for sample in (metric.name, f"{metric.name}_total")}

    assert set(_METRIC.findall(page.read_text("utf-8"))) - known == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_that_is_to_stand_in_env_is_read_there(page: Path) -> None:
    read = settings.values(ROOT / ".env.example").keys()
    sections = [each for each in _SECTION.split(page.read_text("utf-8")) if "`.env`" in each]

    assert [name for each in sections for name in _SETTING.findall(each) if name not in read] == []
