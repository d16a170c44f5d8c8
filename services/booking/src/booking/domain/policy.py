"""The clinic's numbers for booking: one typed, versioned document, each value with its source and our default."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from booking.domain.channels import Channel
from booking.domain.course import PlanTerms
from booking.domain.intervals import local_instant, on_grid
from booking.domain.record_clocks import RecordRequestPolicy
from booking.domain.visits import Phase, VisitKind
from careflow_domain.disclosures import CopyPolicy
from careflow_domain.errors import DomainError, ErrorKind, invalid
from careflow_domain.policy_versions import check_version
from careflow_domain.retention import RetentionPolicy
from careflow_domain.setting import Setting

HOURS_AHEAD: Final = Setting(
    value=730,
    default=730,
    source="Default of this system: an absence is known a year or two ahead; what is further away is a mistyped year",
)
"""For a clinic whose own policy says nothing of it."""


@dataclass(frozen=True, slots=True)
class DoseWindow:
    """At most so many doses in any stretch of this length; of a plan in this phase only, where one is named."""

    length: timedelta
    most: int
    phase: Phase | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingPolicy:
    """What booking decides by. Every appointment records the `version` it was made under. Raises `policy_invalid`."""

    version: str
    minimum_age_years: Setting[int]
    served_states: Setting[tuple[str, ...]]
    merge_reversible_days: Setting[int]
    retention: RetentionPolicy
    record_copies: CopyPolicy
    erasure_answer_hours: Setting[int]
    record_requests: RecordRequestPolicy
    hold_minutes: Setting[int]
    call_confirm_minutes: Setting[int]
    concurrent_holds: Setting[int]
    offer_minutes: Setting[int]
    offer_percent: Setting[int]
    offer_call_first_hours: Setting[int]
    quiet_from_hour: Setting[int]
    quiet_until_hour: Setting[int]
    reminder_hours: Setting[tuple[int, ...]]
    channels_until_withdrawn: Setting[tuple[Channel, ...]]
    message_link_days: Setting[int]
    link_wrong_tries: Setting[int]
    sitting_minutes: Setting[int]
    horizon_days: Setting[int]
    self_booking_lead_minutes: Setting[int]
    late_notice_minutes: Setting[int]
    late_moves_allowed: Setting[int]
    late_moves_window_days: Setting[int]
    arrival_opens_minutes: Setting[int]
    arrival_grace_minutes: Setting[int]
    task_taken_minutes: Setting[int]
    hold_cancels_hours: Setting[int]
    hold_grace_minutes: Setting[int]
    at_risk_task_days: Setting[int]
    dosing_interval_hours: Setting[int]
    cadence_days: Setting[int]
    integration_within_hours: Setting[int]
    doses_in_7_days: Setting[int]
    doses_in_30_days: Setting[int]
    adverse_event_holds_from_grade: Setting[int]
    longest_series: Setting[int]
    info_calls_per_person_a_day: Setting[int]
    info_calls_per_contact_a_day: Setting[int]
    info_calls_per_address_a_day: Setting[int]
    inquiries_per_person_a_day: Setting[int]
    inquiries_per_address_a_day: Setting[int]
    inquiry_reopen_days: Setting[int]
    urgent_repeat_minutes: Setting[int]
    crisis_words: Setting[tuple[str, ...]]
    suggestions: Setting[int]
    suggestion_days: Setting[int]
    hours_ahead_days: Setting[int] = HOURS_AHEAD

    def __post_init__(self) -> None:
        check_version(self.version)
        numbers = [
            self.minimum_age_years,
            self.merge_reversible_days,
            self.erasure_answer_hours,
            self.hold_minutes,
            self.call_confirm_minutes,
            self.concurrent_holds,
            self.offer_minutes,
            self.offer_percent,
            self.message_link_days,
            self.link_wrong_tries,
            self.sitting_minutes,
            self.horizon_days,
            self.task_taken_minutes,
            self.late_moves_window_days,
            self.suggestion_days,
            self.dosing_interval_hours,
            self.cadence_days,
            self.integration_within_hours,
            self.doses_in_7_days,
            self.doses_in_30_days,
            self.longest_series,
            self.info_calls_per_person_a_day,
            self.info_calls_per_contact_a_day,
            self.info_calls_per_address_a_day,
            self.inquiries_per_person_a_day,
            self.inquiries_per_address_a_day,
            self.inquiry_reopen_days,
            self.urgent_repeat_minutes,
            self.hours_ahead_days,
        ]
        hours = (self.quiet_until_hour.value, self.quiet_from_hour.value)
        if not 0 <= hours[0] < hours[1] <= 23:
            raise invalid("policy_invalid", "Quiet hours begin in the evening and end in the morning.")
        if any(hours <= 0 for hours in self.reminder_hours.value):
            raise invalid("policy_invalid", "A reminder comes before the visit.")
        if not all(any(each.isalnum() for each in phrase) for phrase in self.crisis_words.value):
            raise invalid("policy_invalid", "Words that sound like a crisis are words.")
        if any(number.value <= 0 for number in numbers) or not self.served_states.value:
            raise invalid("policy_invalid", "The booking policy needs positive numbers and at least one state.")

    @property
    def home_state(self) -> str:
        """Where the clinic is: the state assumed of somebody who has not said theirs."""
        return self.served_states.value[0]

    def serves(self, state: str) -> bool:
        """Whether the clinic is licensed to see patients who live there."""
        return state in self.served_states.value

    @property
    def merge_reversible(self) -> timedelta:
        """How long two records that were merged can be parted again."""
        return timedelta(days=self.merge_reversible_days.value)

    @property
    def erasure_answered_within(self) -> timedelta:
        """How long a request to erase somebody waits for the other services before somebody is told."""
        return timedelta(hours=self.erasure_answer_hours.value)

    @property
    def hold_for(self) -> timedelta:
        return timedelta(minutes=self.hold_minutes.value)

    @property
    def call_confirmed_within(self) -> timedelta:
        """How long a call is kept for whoever asked for it without a login and has not confirmed it."""
        return timedelta(minutes=self.call_confirm_minutes.value)

    @property
    def horizon(self) -> timedelta:
        return timedelta(days=self.horizon_days.value)

    @property
    def self_booking_lead(self) -> timedelta:
        return timedelta(minutes=self.self_booking_lead_minutes.value)

    @property
    def late_notice(self) -> timedelta:
        return timedelta(minutes=self.late_notice_minutes.value)

    @property
    def late_moves_window(self) -> timedelta:
        return timedelta(days=self.late_moves_window_days.value)

    @property
    def arrival_opens(self) -> timedelta:
        return timedelta(minutes=self.arrival_opens_minutes.value)

    def may_arrive(self, starts_at: datetime, *, now: datetime) -> bool:
        """Whether it is not too early to say of somebody that they are here."""
        return now >= starts_at - self.arrival_opens

    @property
    def arrival_grace(self) -> timedelta:
        """How late a patient may be before somebody calls them."""
        return timedelta(minutes=self.arrival_grace_minutes.value)

    @property
    def task_taken_for(self) -> timedelta:
        """How long somebody may have taken a task before it waits for everybody again."""
        return timedelta(minutes=self.task_taken_minutes.value)

    @property
    def inquiry_reopens_for(self) -> timedelta:
        """How long an inquiry that was closed by mistake can be opened again."""
        return timedelta(days=self.inquiry_reopen_days.value)

    @property
    def urgent_told_again(self) -> timedelta:
        """After how long the desk is told once more of an urgent inquiry that nobody sees to."""
        return timedelta(minutes=self.urgent_repeat_minutes.value)

    @property
    def at_risk_task_before(self) -> timedelta:
        """How long before a visit that the clearance does not cover somebody has to see to it."""
        return timedelta(days=self.at_risk_task_days.value)

    @property
    def message_link_works(self) -> timedelta:
        """How long the links in a message work."""
        return timedelta(days=self.message_link_days.value)

    @property
    def sitting(self) -> timedelta:
        """How long a patient who came in by a link sits before their pages."""
        return timedelta(minutes=self.sitting_minutes.value)

    @property
    def dose_windows(self) -> tuple["DoseWindow", ...]:
        """How many doses there may be in any stretch of time, whatever the plan says."""
        return (
            DoseWindow(timedelta(days=7), self.doses_in_7_days.value, Phase.INDUCTION),
            DoseWindow(timedelta(days=30), self.doses_in_30_days.value, None),
        )

    @property
    def careful_terms(self) -> PlanTerms:
        """How visits follow each other where a plan does not say so."""
        return PlanTerms(
            dosing_interval_hours=self.dosing_interval_hours.value,
            cadence_days=self.cadence_days.value,
            integration_within_hours=self.integration_within_hours.value,
        )

    def held_until(self, held_since: datetime | None, starts_at: datetime) -> datetime | None:
        """When a visit on hold is called off by itself: never with less time left than the grace, then a person must
        decide.
        """
        grace = timedelta(minutes=self.hold_grace_minutes.value)
        if held_since is None or starts_at - held_since < grace:
            return None
        latest = starts_at - timedelta(hours=self.hold_cancels_hours.value)
        return min(starts_at, max(latest, held_since + grace))

    def offered_until(self, starts_at: datetime, *, now: datetime) -> datetime:
        """How long somebody on the waitlist has to answer: the longest time, or a share of what is left."""
        return now + min(
            timedelta(minutes=self.offer_minutes.value), (starts_at - now) * self.offer_percent.value / 100
        )

    def call_first(self, kind: VisitKind, starts_at: datetime, *, now: datetime) -> bool:
        """Whether somebody talks to the patient before such a visit is booked from the waitlist."""
        return kind is VisitKind.DOSING and starts_at - now < timedelta(hours=self.offer_call_first_hours.value)

    def asking_from(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Now, or in quiet hours when they are over: nobody is asked at night."""
        local = now.astimezone(zone)
        if self.quiet_until_hour.value <= local.hour < self.quiet_from_hour.value:
            return now
        late = local.hour >= self.quiet_from_hour.value
        morning = local.date() + timedelta(days=1 if late else 0)
        return local_instant(morning, time(self.quiet_until_hour.value), zone)

    def check_start(self, starts_at: datetime, *, now: datetime, by_patient: bool) -> None:
        """Raises `slot_off_grid`, `slot_in_past`, `slot_too_soon` (for patients only) or `slot_too_far`."""
        if not on_grid(starts_at):
            raise invalid("slot_off_grid", "Visits start on the quarter-hour.")
        if starts_at <= now:
            raise invalid("slot_in_past", "That time is past.")
        if by_patient and starts_at < now + self.self_booking_lead:
            raise invalid("slot_too_soon", "That time is too soon to be booked online; please call the clinic.")
        if starts_at > now + self.horizon:
            raise invalid("slot_too_far", "That time is further ahead than the calendar is open.")

    def check_wish(self, starts_from: datetime | None, *, now: datetime) -> None:
        """Somebody wants to wait for a visit from then on. Raises `slot_too_far`."""
        if starts_from is not None and starts_from > now + self.horizon:
            raise invalid("slot_too_far", "That time is further ahead than the calendar is open.")

    def check_dated_hours(self, until: date, *, today: date) -> None:
        """Hours are set for dates until this one. Raises `day_past` and `day_too_far`."""
        if until < today:
            raise invalid("day_past", "That day is over.")
        if until > today + timedelta(days=self.hours_ahead_days.value):
            raise invalid("day_too_far", "That day is further ahead than hours are set; look at its year.")

    def check_another_hold(self, holding: int) -> None:
        """Raises `too_many_holds`: one patient does not keep the calendar from the others."""
        if holding >= self.concurrent_holds.value:
            raise DomainError(ErrorKind.TOO_MANY, "too_many_holds", "The patient holds other times already.")
