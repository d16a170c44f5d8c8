"""Asks one build, or two in turns, and shows what they answered; ratios first."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from careflow_cli.checkout import root
from careflow_cli.errors import CareflowError
from careflow_cli.progress import step
from tests.bench.questions.answers import Answers, Compared, Figure, compared
from tests.bench.questions.builds import Build, Probe, probing
from tests.bench.questions.catalogue import QUESTIONS
from tests.bench.questions.extent import EXTENTS, Extent

THIS: Final = "this build"
OTHER: Final = "the other build"
_WIDTH_OFF_TERMINAL: Final = 150


def ask(questions: Sequence[str], *, beside: Path | None, extent: str, file: Path | None) -> int:
    """Ask, show, write; the exit code. `extent` is a name in EXTENTS. Raises CareflowError where something does not
    run.
    """
    builds = [Build(THIS, root()), *([Build(OTHER, beside.resolve())] if beside else [])]
    with ExitStack() as running:
        probes = [running.enter_context(probing(build, questions, extent=extent)) for build in builds]
        with step(f"starting {' and '.join(build.name for build in builds)}"):
            stores = [probe.started() for probe in probes]
        for name, probe in product(questions, probes):
            with step(f"{name}: preparing {probe.build.name}"):
                probe.prepare(name)
        answers, failed = _answers(questions, probes, EXTENTS[extent])
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_OFF_TERMINAL)
    title = f"CareFlow on {' and '.join(dict.fromkeys(stores))}"
    console.print(table(title, {name: compared(*_pair(each)) for name, each in answers.items()}))
    for note in dict.fromkeys(note for each in answers.values() for build in each.values() for note in build.notes):
        console.print(f"- {note}", markup=False)
    if file:
        file.write_text(json.dumps(as_json(answers), indent=2) + "\n", "utf-8")
    if failed:
        raise failed
    return 0


def _answers(
    questions: Sequence[str], probes: Sequence[Probe], extent: Extent
) -> tuple[dict[str, dict[str, Answers]], CareflowError | None]:
    """What was answered before anything failed, and what did."""
    answers: dict[str, dict[str, Answers]] = {}
    try:
        for name in questions:
            answers[name] = _in_turns(name, probes, extent)
    except CareflowError as failed:
        return answers, failed
    return answers, None


def _in_turns(question: str, probes: Sequence[Probe], extent: Extent) -> dict[str, Answers]:
    """A B A B: so that a machine that drifts meets both alike."""
    turns = min(extent.turns, QUESTIONS[question]().most_turns)
    answers = {probe.build.name: Answers() for probe in probes}
    for number in range(turns):
        for probe in probes:
            with step(f"{question}: turn {number + 1} of {turns}, {probe.build.name}"):
                answers[probe.build.name].add(probe.turn(question))
    return answers


def _pair(answers: Mapping[str, Answers]) -> tuple[Answers, Answers | None]:
    return answers[THIS], answers.get(OTHER)


def table(title: str, answers: Mapping[str, Sequence[Compared]]) -> Table:
    """Ratios first: of the builds, then of each to its floor, then the figures themselves."""
    shown = Table(title=title, title_justify="left")
    shown.add_column("what")
    for column in ("this / other", "this / floor", "other / floor", THIS, OTHER):
        shown.add_column(column, justify="right")
    for rows in answers.values():
        for row in rows:
            floors = (_multiple(figure.beside_floor if figure else None) for figure in (row.this, row.other))
            shown.add_row(row.name, _multiple(row.ratio), *floors, _value(row.this), _value(row.other))
        shown.add_section()
    return shown


def _multiple(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}x"


def _value(figure: Figure | None) -> str:
    return "" if figure is None else str(figure)


def as_json(answers: Mapping[str, Mapping[str, Answers]]) -> dict[str, Any]:
    """For programs: question -> what -> ratio and figures."""
    return {
        question: {row.name: _row_as_json(row) for row in compared(*_pair(each))} for question, each in answers.items()
    }


def _row_as_json(row: Compared) -> dict[str, Any]:
    figure = row.this or row.other
    assert figure is not None
    return {
        "unit": figure.unit,
        "ratio": row.ratio,
        **{
            name: {"value": each.value, "beside_floor": each.beside_floor}
            for name, each in (("this", row.this), ("other", row.other))
            if each is not None
        },
    }


def names(text: str) -> list[str]:
    """`book,crowd` in the order of the catalogue. Raises ValueError for a name there is not."""
    wanted = text.split(",")
    unknown = [name for name in wanted if name not in QUESTIONS]
    if unknown:
        raise ValueError(f"there is no question {unknown[0]}; there are {', '.join(QUESTIONS)}")
    return [name for name in QUESTIONS if name in wanted]
