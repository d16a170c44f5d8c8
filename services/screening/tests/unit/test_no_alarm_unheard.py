"""Whatever a patient says whenever, and whoever sleeps, no alarming answer goes unheard by a second, plain statement of
what is owed to it; nobody is asked without need.
"""

from collections.abc import Callable
from dataclasses import replace
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


def _asks_nobody_when_all_were_asked(self: SafetyAlert, *_: Any, now: datetime) -> SafetyAlert:
    after = ASKED_NEXT(self, *_, now=now)
    return replace(after, due_at=None) if after.all_asked and after is not self else after


def _owes_no_contact(self: SafetyAlert, *_: Any, now: datetime) -> SafetyAlert:
    return replace(ACKNOWLEDGED(self, *_, now=now), due_at=None)


def _owes_no_further_contact(self: SafetyAlert, *_: Any) -> SafetyAlert:
    return replace(CONTACTED(self, *_), due_at=None)


def _goes_on_where_the_chain_was(self: SafetyAlert, *_: Any, now: datetime) -> SafetyAlert:
    return replace(RISEN(self, *_, now=now), paged=self.paged)


def _waits_as_before(self: SafetyAlert, *_: Any, now: datetime) -> SafetyAlert:
    return replace(RISEN(self, *_, now=now), due_at=self.due_at)


def _was_said_whenever(self: SafetyAlert, positive: Any, _: Any) -> bool:
    return any(each.code == positive.code for each in self.positives)


ASKED_NEXT, JOINED, RISEN = SafetyAlert.asked_next, SafetyAlert.joined, SafetyAlert._risen
ACKNOWLEDGED, CONTACTED = SafetyAlert.acknowledged, SafetyAlert.contacted


@pytest.mark.parametrize(
    ("step", "without"),
    [
        ("asked_next", _forgets_who_took_it_on),
        ("asked_next", _asks_nobody_when_all_were_asked),
        ("joined", _joins_in_silence),
        ("acknowledged", _owes_no_contact),
        ("contacted", _owes_no_further_contact),
        ("_risen", _goes_on_where_the_chain_was),
        ("_risen", _waits_as_before),
        ("has", _was_said_whenever),
    ],
)
def test_with_a_step_left_out_the_second_statement_finds_what_went_unheard(
    monkeypatch: pytest.MonkeyPatch, step: str, without: Callable[..., object]
) -> None:
    monkeypatch.setattr(SafetyAlert, step, without)

    assert any(week(seed).heard.broken for seed in range(10))
