"""The month's end falls into the night clocks are set back (November 1, 2026): what is paid before midnight on the
clinic's clock is October's, what is paid in the hour that comes twice is November's, and a fee is posted at its hour.
"""

from datetime import UTC, datetime, timedelta

import pytest

from billing.domain.months import Month
from careflow_domain.errors import DomainError
from careflow_events import contracts
from careflow_events.contracts import codes
from services.billing.tests import heard
from services.billing.tests.builders import ZONE, local
from services.billing.tests.paying import NOVEMBER, PayingClinic

OCTOBER = Month(2026, 10)
MIDNIGHT = local(1, 0)


async def test_each_payment_is_of_the_month_the_clinics_clock_shows(clinic: PayingClinic) -> None:
    twice = [datetime(2026, 11, 1, 1, 30, fold=fold, tzinfo=ZONE).astimezone(UTC) for fold in (0, 1)]
    assert twice[1] - twice[0] == timedelta(hours=1)
    for at, dollars in ((MIDNIGHT - timedelta(minutes=1), 1), (MIDNIGHT, 2), (twice[0], 4), (twice[1], 8)):
        clinic.now = at
        await clinic.pays(dollars)
    clinic.now = MIDNIGHT + timedelta(minutes=4)
    with pytest.raises(DomainError, match="month_not_over"):
        await clinic.statement(OCTOBER)
    clinic.now = twice[1] + timedelta(hours=1)
    october = await clinic.statement(OCTOBER)
    assert [each.amount.minor for each in october.lines] == [-100]
    clinic.now = local(30, 23, 59)
    await clinic.pays(16)
    clinic.now = local(1, 8, month=12)
    november = await clinic.statement(NOVEMBER)
    assert november.opening == october.closing
    assert sorted(-each.amount.minor for each in november.lines) == [200, 400, 800, 1600]


@pytest.mark.parametrize(
    ("friday", "monday"),
    [(local(30, 9, month=10), local(2, 9)), (local(12, 9, month=3, year=2027), local(15, 9, month=3, year=2027))],
    ids=["back in November", "forward in March"],
)
async def test_a_fee_is_posted_at_the_same_hour_of_the_next_business_day(
    clinic: PayingClinic, friday: datetime, monday: datetime
) -> None:
    clinic.now = friday - timedelta(days=30)
    await clinic.hear(heard.consent().model_copy(update={"signed_at": clinic.now}))
    clinic.now = friday
    visit = heard.visit(friday, appointment_id=clinic.new_id())
    await clinic.hear(contracts.TreatmentBooked(**visit, booked_by=codes.BookedBy.STAFF))
    await clinic.hear(contracts.TreatmentMissed(**heard.later(visit, status=codes.AppointmentStatus.MISSED)))
    (fee,) = clinic.all("fees")
    assert fee.post_at == monday
