"""What is waited for of a record: until it was handed out, or nobody wants it more."""

from datetime import date

import pytest

from careflow_domain.disclosures import RecordPart
from careflow_domain.wanted_shares import WantedShare

DUE, LATER = date(2026, 12, 8), date(2027, 1, 7)
GENERAL, NOTES = RecordPart.GENERAL, RecordPart.PSYCHOTHERAPY_NOTES


def wanted(*parts: RecordPart, given: tuple[RecordPart, ...] = ()) -> WantedShare:
    return WantedShare.of("r-1", "ana", DUE, parts, given)


def test_it_is_open_until_every_part_was_handed_out() -> None:
    share = wanted(GENERAL, NOTES)
    one = share.handed_out(GENERAL)
    assert (one.parts, one.open) == ((NOTES,), True)
    assert one.handed_out(GENERAL) is one
    assert not one.handed_out(NOTES).open


@pytest.mark.parametrize("given_first", [True, False])
def test_what_was_handed_out_is_not_waited_for_again_in_whatever_order_its_news_come(given_first: bool) -> None:
    share = wanted(GENERAL)
    if given_first:
        share = share.handed_out(GENERAL).heard(LATER, [GENERAL])
    else:
        share = share.heard(LATER, [GENERAL]).handed_out(GENERAL)
    assert (share.parts, share.due_on) == ((), LATER)
    assert wanted(GENERAL, given=(GENERAL,)).parts == ()


def test_what_nobody_wants_more_is_gone_and_what_is_not_new_changes_nothing() -> None:
    share = wanted(GENERAL)
    assert share.heard(DUE, [GENERAL]) is share
    assert not share.heard(DUE, []).open
