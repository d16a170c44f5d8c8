"""`careflow webhooks`: by account or one by one, shown before it is done."""

from typing import Any

import pytest

from deploy.cli.tests.operating import Careflow, answer, page


def webhook(id_: str, account: str = "registry") -> dict[str, Any]:
    return {
        "id": id_,
        "account": account,
        "description": "ours",
        "state": "active",
        "why": None,
        "confirm_by": "2026-12-05T09:00:00Z",
    }


@pytest.fixture
def pushing(careflow: Careflow) -> Careflow:
    """Booking with two webhooks of an account, on two pages."""
    careflow.services.says("booking", "GET webhooks", page(webhook("w1"), following="w1"), page(webhook("w2")))
    for id_ in ("w1", "w2"):
        careflow.services.says("booking", f"POST webhooks/{id_}/disable", answer(id=id_, version=2))
    return careflow


def test_they_are_listed_with_whose_they_are_and_until_when(pushing: Careflow) -> None:
    lines = pushing("webhooks", "list", "booking", "--account", "registry").out.splitlines()
    assert lines[1].split() == ["registry", "w1", "active", "-", "2026-12-05T09:00:00Z", "ours"]
    assert pushing.services.asked[0].url.params["account"] == "registry"


def test_all_of_an_account_are_disabled_when_asked_to(pushing: Careflow) -> None:
    done = pushing("webhooks", "disable", "booking", "--account", "registry", "--execute")
    assert done.out.splitlines() == ["booking, to disable: 2 webhooks of registry", "disabled: 2 webhooks"]
    assert [each.url.path for each in pushing.services.asked if each.method == "POST"] == [
        "/ops/webhooks/w1/disable",
        "/ops/webhooks/w2/disable",
    ]


def test_without_execute_none_is(pushing: Careflow) -> None:
    assert "nothing was changed" in pushing("webhooks", "disable", "booking", "--id", "w2").out
    assert {each.method for each in pushing.services.asked} == {"GET"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "say which: either --account or --id"),
        (("--account", "a", "--id", "b"), "say which: either --account or --id"),
        (("--account", "nobody"), "booking has no webhook of nobody"),
        (("--id", "w9"), "booking has no such webhook"),
    ],
)
def test_what_is_not_there_or_not_said_is_one_line(careflow: Careflow, words: tuple[str, ...], why: str) -> None:
    careflow.services.says("booking", "GET webhooks", page())
    assert why in careflow("webhooks", "disable", "booking", *words).err
