"""What no message could tell a patient, so that somebody of the clinic has to, beside what is untold of visits.

Derived from the care path, where it is kept. Told by a person or by a later message, it is done.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from booking.domain.care_path import CarePath
from careflow_domain.errors import conflict


class News(StrEnum):
    """What a patient is told of by a link of another service."""

    QUESTIONS = "questions"
    ACCOUNT = "account"
    PLAN = "plan"


def untold_of(path: CarePath) -> Mapping[News, datetime]:
    """What the patient has yet to be told, and since when."""
    since = {
        News.QUESTIONS: path.questions.untold_since,
        News.ACCOUNT: path.account_untold_since,
        News.PLAN: path.plan_untold_since,
    }
    return {news: at for news, at in since.items() if at is not None}


def told(path: CarePath, news: News, *, now: datetime) -> CarePath:
    """The patient knows of it now."""
    match news:
        case News.QUESTIONS:
            return path.questioned(lambda asked: asked.told(), now=now)
        case News.ACCOUNT:
            return path.account_told(None, now=now)
        case News.PLAN:
            return path.plan_told(None, now=now)


def told_by_hand(path: CarePath, news: News, *, now: datetime) -> CarePath:
    """Somebody of the clinic has told them. Raises `told_already`."""
    after = told(path, news, now=now)
    if after is path:
        raise conflict("told_already", "There is nothing that the patient has to be told still.")
    return after
