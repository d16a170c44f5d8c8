"""Whatever a patient says whenever, and whoever sleeps, no alarming answer goes unheard by a second, plain statement of
what is owed to it; nobody is asked without need.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from screening.domain.alerts import SafetyAlert
from services.screening.tests.any_alarm import week


def broken(seeds: range) -> list[tuple[int, list[str]]]:
    return [(seed, found) for seed in seeds if (found := week(seed).heard.broken)]


def test_no_alarming_answer_goes_unheard() -> None:
    assert broken(range(40)) == []


@pytest.mark.walks
@pytest.mark.timeout(1800)
def test_no_alarming_answer_goes_unheard_in_many_more_weeks() -> None:
    assert broken(range(1_000, 6_000)) == []


def _forgets_who_took_it_on(self: SafetyAlert, *_: Any, now: datetime) -> SafetyAlert:
    return ASKED_NEXT(self, *_, now=now) if self.acknowledged_by is None else self


def _joins_in_silence(self: SafetyAlert, positive: Any, asks: Any, persistence: Any, *, now: datetime) -> SafetyAlert:
    return self if self.acknowledged_by else JOINED(self, positive, asks, persistence, now=now)


ASKED_NEXT, JOINED = SafetyAlert.asked_next, SafetyAlert.joined


@pytest.mark.parametrize(("step", "without"), [("asked_next", _forgets_who_took_it_on), ("joined", _joins_in_silence)])
def test_with_a_step_left_out_the_second_statement_finds_what_went_unheard(
    monkeypatch: pytest.MonkeyPatch, step: str, without: Callable[..., SafetyAlert]
) -> None:
    monkeypatch.setattr(SafetyAlert, step, without)

    assert broken(range(10))
