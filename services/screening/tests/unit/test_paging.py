"""Pages and tasks: what becomes of each attempt to reach a person, and of what a person has to do."""

from dataclasses import replace

import pytest

from careflow_domain.errors import DomainError
from screening.domain.ids import AlertId, PageId, TaskId
from screening.domain.paging import PAGE_TEXT, RETRY_AFTER, TEST_TEXT, Page, PageResult, PageState
from screening.domain.rota import ChannelKind
from screening.domain.tasks import StaffTask, TaskKind
from services.screening.tests.builders import ANA, NOW, NURSE, PRESCRIBER, days, new_uuid


def page() -> Page:
    return Page(
        id=PageId(new_uuid()),
        alert_id=AlertId(new_uuid()),
        staff_id=NURSE,
        channel=ChannelKind.SMS,
        address="+14155550100",
        intended_at=NOW,
        attempt_at=NOW,
    )


@pytest.mark.parametrize(
    ("result", "state"), [(PageResult.SENT, PageState.SENT), (PageResult.DELIVERED, PageState.DELIVERED)]
)
def test_a_page_that_went_out_is_settled(result: PageResult, state: PageState) -> None:
    sent = page().attempted(result, now=NOW)
    assert (sent.state, sent.attempt_at, sent.attempts) == (state, None, 1)
    assert sent.attempted(PageResult.REFUSED, now=NOW) is sent


def test_a_refused_page_is_tried_again_and_then_given_up() -> None:
    tried = page()
    for wait in RETRY_AFTER:
        tried = tried.attempted(PageResult.REFUSED, now=NOW)
        assert (tried.state, tried.attempt_at) == (PageState.INTENDED, NOW + wait)
    given_up = tried.attempted(PageResult.REFUSED, now=NOW)
    assert (given_up.state, given_up.attempt_at) == (PageState.FAILED, None)


def test_an_acknowledgement_answers_ones_own_page_and_withdraws_what_was_not_sent() -> None:
    sent = page().attempted(PageResult.SENT, now=NOW)
    assert sent.answered(NURSE, now=NOW).state is PageState.ACKNOWLEDGED
    assert sent.answered(PRESCRIBER, now=NOW) is sent
    assert page().answered(PRESCRIBER, now=NOW).state is PageState.WITHDRAWN


def test_the_text_of_a_page_names_nobody() -> None:
    assert PAGE_TEXT == "CareFlow: a patient safety alert needs you. Please open the alert list and acknowledge it now."


def test_a_test_page_says_that_it_is_one_and_a_page_about_an_alert_never_does() -> None:
    test = replace(page(), alert_id=None)
    assert (test.is_test, test.text) == (True, TEST_TEXT)
    assert "TEST" in TEST_TEXT
    assert (page().is_test, page().text) == (False, PAGE_TEXT)


def test_whoever_was_paged_confirms_it_also_before_the_channel_has_answered() -> None:
    sent = page().attempted(PageResult.SENT, now=NOW)
    confirmed = sent.confirmed(NURSE, now=NOW)
    assert confirmed.state is PageState.ACKNOWLEDGED
    assert confirmed.confirmed(NURSE, now=NOW) is confirmed
    quick = page().confirmed(NURSE, now=NOW)
    assert quick.attempted(PageResult.SENT, now=NOW) is quick
    given_up = replace(page(), state=PageState.FAILED, attempt_at=None)
    for wrong, by, code in ((sent, PRESCRIBER, "page_not_found"), (given_up, NURSE, "page_not_sent")):
        with pytest.raises(DomainError) as refused:
            wrong.confirmed(by, now=NOW)
        assert refused.value.code == code


def test_a_task_is_done_once() -> None:
    task = StaffTask(
        id=TaskId(new_uuid()),
        kind=TaskKind.NEXT_DAY_CONTACT,
        ref=new_uuid(),
        patient_id=ANA,
        opened_at=NOW,
        due_at=NOW + days(1),
    )
    done = task.done(NURSE, now=NOW)
    assert (done.done_at, done.done_by) == (NOW, NURSE)
    with pytest.raises(DomainError) as refused:
        done.done(PRESCRIBER, now=NOW)
    assert refused.value.code == "task_already_done"
