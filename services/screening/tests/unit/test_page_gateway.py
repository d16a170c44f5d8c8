"""Pages by signed webhook, and pages as files."""

import asyncio
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from careflow_service.gateways import SignedGateway
from careflow_service.outbound import NotReached, Reply, Unreached
from careflow_service.testing.outbound import Outside, Posted
from screening.adapters.page_directory import PageDirectory
from screening.adapters.page_gateway import PageGateway
from screening.domain.ids import AlertId, PageId
from screening.domain.paging import PAGE_TEXT, TEST_TEXT, Page, PageResult
from screening.domain.rota import ChannelKind
from services.screening.tests.builders import NOW, NURSE, new_uuid

KEY = bytes(range(32))
AT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
ADDRESSES = {ChannelKind.SMS: "https://gateway.example/sms", ChannelKind.VOICE: "https://gateway.example/voice"}


def page(channel: ChannelKind = ChannelKind.SMS) -> Page:
    return Page(
        id=PageId(new_uuid()),
        alert_id=AlertId(new_uuid()),
        staff_id=NURSE,
        channel=channel,
        address="+14155550100",
        intended_at=NOW,
        attempt_at=NOW,
    )


def gateway(outside: Outside) -> PageGateway:
    return PageGateway(ADDRESSES, SignedGateway(KEY, lambda: AT, outside))


async def test_a_page_is_signed_and_says_only_that_somebody_is_needed() -> None:
    outside, sent = Outside(202), page()
    assert await gateway(outside).send(sent) is PageResult.SENT
    (posted,) = outside.posted
    assert posted.address == "https://gateway.example/sms"
    assert json.loads(posted.body) == {"channel": "sms", "to": "+14155550100", "text": PAGE_TEXT, "test": False}
    assert posted.headers["Idempotency-Key"] == sent.id
    signed = hmac.new(KEY, b"1795453200." + posted.body, hashlib.sha256).hexdigest()
    assert posted.headers["Careflow-Signature"] == f"t=1795453200,v1={signed}"


async def test_a_test_page_is_marked_as_one_for_the_gateway_too() -> None:
    outside = Outside(202)
    await gateway(outside).send(replace(page(), alert_id=None))
    asked = [json.loads(each.body) for each in outside.posted]
    assert [(each["text"], each["test"]) for each in asked] == [(TEST_TEXT, True)]


@pytest.mark.parametrize("status", [301, 400, 500])
async def test_an_answer_that_is_no_success_is_a_refusal(status: int) -> None:
    assert await gateway(Outside(status)).send(page()) is PageResult.REFUSED


async def test_a_gateway_that_cannot_be_reached_is_a_refusal() -> None:
    def unreachable(_: Posted) -> Reply:
        raise NotReached(Unreached.TOO_SLOW)

    assert await gateway(Outside(unreachable)).send(page()) is PageResult.REFUSED


async def test_a_channel_without_an_address_is_a_refusal() -> None:
    assert await gateway(Outside(202)).send(page(ChannelKind.PUSH)) is PageResult.REFUSED
    assert gateway(Outside(202)).channels() == {ChannelKind.SMS, ChannelKind.VOICE}


async def test_the_same_page_twice_is_one_file(tmp_path: Path) -> None:
    directory, sent = PageDirectory(tmp_path / "pages"), page()
    results = await asyncio.gather(directory.send(sent), directory.send(replace(sent)))
    assert set(results) == {PageResult.DELIVERED}
    (file,) = (tmp_path / "pages").iterdir()
    written = json.loads(file.read_text())
    assert (written["staff_id"], written["channel"], written["text"]) == (NURSE, "sms", PAGE_TEXT)
