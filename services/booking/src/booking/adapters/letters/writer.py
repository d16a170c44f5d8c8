"""Puts a letter together: what it tells, in the patient's language and by the clock where they live."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from booking.application.letters import Invitation, Letter
from booking.application.results import Scheduled
from booking.domain.appointments import Appointment
from booking.domain.message_subjects import AboutAccount, AboutPlan, AboutQuestions, AboutVisit, Reason
from booking.domain.messages import Message
from booking.domain.patient_details import PatientDetails
from careflow_service.clock import Clock
from careflow_service.pages.links import Signed
from careflow_service.pages.words import Words, preferred, words_of
from careflow_service.pages.writing import Writing

WITH_CALENDAR: Final = frozenset({Reason.VISIT_BOOKED, Reason.VISIT_MOVED, Reason.VISIT_CANCELLED})
"""What changes a calendar; a reminder finds it there."""
NARROW_SPACE: Final = "\N{NARROW NO-BREAK SPACE}"
"""Stands before AM and PM; one such letter and a text message holds 70 of them instead of 160."""
_SUBJECTS: Final = {
    Reason.QUESTIONS_ASKED: "subject_of_questions",
    Reason.ACCOUNT_NEWS: "subject_of_account",
    Reason.PLAN_TASKS: "subject_of_plan",
}
STOP_PAGE: Final = "/pages/messages/"
VISITS_PAGE: Final = "/pages/visits/"
CALL_PAGE: Final = "/pages/free-call/confirm/"


class LetterWriter:
    """See `booking.application.letters.Writer`. `phone` is what patients call, `address` where they find this
    service's pages; what is not known is not written of. `organizer` is who invites.
    """

    def __init__(
        self,
        *,
        organizer: str,
        clock: Clock,
        stop: Signed,
        visits: Signed,
        calls: Signed,
        phone: str | None,
        address: str | None,
    ) -> None:
        self._words = words_of(__package__)
        self._organizer = organizer
        self._clock = clock
        self._phone = phone
        self._stop = stop
        self._visits = visits
        self._calls = calls
        self._address = address

    def write(self, message: Message, visit: Appointment | None, details: PatientDetails) -> Letter:
        words = self._words[preferred(details.language, "")]
        zone = ZoneInfo(details.timezone)
        told = _by_link(message, words, zone) if visit is None else self._told(message, visit, words, zone)
        letter = words.groups["letter"]
        invitation = self._invitation(message, visit, details)
        calendar = "off_calendar" if message.reason is Reason.VISIT_CANCELLED else "calendar"
        known = message.reason is not Reason.CALL_ASKED_FOR
        behind = [
            *([letter["questions"].format(phone=self._phone)] if self._phone else []),
            *(
                [letter["stop"].format(link=self._link(STOP_PAGE, self._stop, message))]
                if known and self._address
                else []
            ),
        ]
        visits = self._link(VISITS_PAGE, self._visits, message)
        at_length = [
            *([letter[calendar]] if invitation else []),
            *([letter["visits"].format(link=visits)] if visit and known and self._address else []),
        ]
        return Letter(
            id=message.id,
            subject=letter[_SUBJECTS.get(message.reason, "subject")],
            text="\n\n".join([told, *at_length, *behind]) + "\n",
            short=" ".join([told, *behind]).replace(NARROW_SPACE, " "),
            invitation=invitation,
        )

    def _link(self, page: str, links: Signed, message: Message) -> str:
        return f"{self._address}{page}{links.sign(message.id)}"

    def _told(self, message: Message, visit: Appointment, words: Words, zone: ZoneInfo) -> str:
        waiting = message.reason is Reason.VISIT_NEAR and visit.to_be_called_about
        group = words.groups["visit_waiting" if waiting else message.reason.value]
        until = visit.held_until or visit.starts_at
        return group["text"].format(
            when=_when(visit.starts_at, words, zone),
            until=_when(until, words, zone),
            link=f"{self._address}{CALL_PAGE}{self._calls.sign(visit.id)}",
        )

    def _invitation(self, message: Message, visit: Appointment | None, details: PatientDetails) -> Invitation | None:
        if visit is None or message.reason not in WITH_CALENDAR:
            return None
        return Invitation(Scheduled.of(visit), details.email, self._organizer, told_at=self._clock())


def _by_link(message: Message, words: Words, zone: ZoneInfo) -> str:
    text = words.groups[message.reason.value]["text"]
    match message.about:
        case AboutQuestions() as about:
            return text.format(link=about.link, by=_when(about.answer_by, words, zone))
        case AboutAccount() as about:
            return text.format(link=about.account_link, until=_when(about.leads_until, words, zone))
        case AboutPlan() as about:
            return text.format(link=about.plan_link, until=_when(about.useful_until, words, zone))
        case AboutVisit():
            raise AssertionError("a visit is told of as it stands")


def _when(moment: datetime, words: Words, zone: ZoneInfo) -> str:
    """`Tuesday, November 24, 2026, 10:15 AM (Pacific Standard Time)`."""
    write = Writing(words)
    day = write.long_day(moment.astimezone(zone).date())
    return f"{day}, {write.time(moment, zone)} ({write.zone(zone, moment)})"
