"""By when the law wants an estimate (45 CFR 149.610), counted in the clinic's business days."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from billing.domain.policy import EstimateClocks
from careflow_domain.business_days import (
    BusinessCalendar,
    business_day_after,
    business_day_before,
    end_of,
    is_business_days_ahead,
)


def due_after_booking(
    booked_on: date, visit_on: date, clocks: EstimateClocks, calendar: BusinessCalendar, zone: ZoneInfo
) -> datetime | None:
    """By when an estimate is due for a visit booked on one date for another; None when it is too soon for one."""
    if is_business_days_ahead(booked_on, visit_on, clocks.far_ahead_days.value, calendar):
        days = clocks.due_far_ahead.value
    elif is_business_days_ahead(booked_on, visit_on, clocks.near_ahead_days.value, calendar):
        days = clocks.due_near_ahead.value
    else:
        return None
    return end_of(business_day_after(booked_on, days, calendar), zone)


def due_on_request(asked_on: date, clocks: EstimateClocks, calendar: BusinessCalendar, zone: ZoneInfo) -> datetime:
    """By when an estimate is due that a patient asked for; any question about costs counts as asking."""
    return end_of(business_day_after(asked_on, clocks.due_on_request.value, calendar), zone)


def due_on_change(
    next_visit_on: date | None, clocks: EstimateClocks, calendar: BusinessCalendar, zone: ZoneInfo, *, now: datetime
) -> datetime:
    """By when a new version is due: at the latest a business day before the next visit, and on the clock of a
    request.
    """
    due_by = due_on_request(now.astimezone(zone).date(), clocks, calendar, zone)
    if next_visit_on is None:
        return due_by
    before = clocks.before_service_on_change.value
    return min(due_by, max(now, end_of(business_day_before(next_visit_on, before, calendar), zone)))
