"""Mail servers as they are: without TLS, without SMTPUTF8, not there. No letter leaves unprotected."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from booking import icalendars
from booking.adapters.letters.mail import mail
from booking.adapters.letters.smtp import MailServer, SmtpCarrier
from booking.application.letters import Invitation, Letter
from booking.application.results import Scheduled
from booking.domain.messages import Outcome
from services.booking.tests.builders import NOW, a_booked_visit
from services.booking.tests.mail_server import mail_server

LETTER = Letter(
    id="0199e0a0-0000-7000-8000-0000000000e1",
    subject="Your appointment",
    text="It is.\n",
    short="It is.",
    invitation=None,
)


def carrier(port: int, *, starttls: bool = False, seconds: float = 20) -> SmtpCarrier:
    server = MailServer(host="127.0.0.1", port=port, starttls=starttls)
    at = datetime(2026, 11, 23, 17, tzinfo=UTC)
    return SmtpCarrier(server, sender="desk@example.org", wall_clock=lambda: at, seconds=seconds)


async def test_without_tls_nothing_is_said() -> None:
    async with mail_server() as server:
        assert await carrier(server.port, starttls=True).carry(LETTER, to="ana@example.org") is Outcome.NOT_NOW
        assert server.recipients == []


async def test_a_server_that_takes_no_such_letters_refuses_for_good() -> None:
    async with mail_server(of_any_script=False) as server:
        assert await carrier(server.port).carry(LETTER, to="ñandú@example.org") is Outcome.REFUSED
        assert await carrier(server.port).carry(LETTER, to="ana@example.org") is Outcome.SENT


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("450 later", Outcome.NOT_NOW), ("550 unknown", Outcome.REFUSED), ("452 full", Outcome.NOT_NOW)],
)
async def test_what_a_server_says_of_an_address_is_for_now_or_for_good(answer: str, outcome: Outcome) -> None:
    async with mail_server() as server:
        server.refuses = answer
        assert await carrier(server.port).carry(LETTER, to="ana@example.org") is outcome


async def test_nobody_there_is_for_now() -> None:
    async with mail_server() as server:
        gone = server.port
    assert await carrier(gone).carry(LETTER, to="ana@example.org") is Outcome.NOT_NOW


async def test_a_server_that_hangs_is_an_attempt_that_ends() -> None:
    async def says_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        gone.append(writer)

    gone: list[asyncio.StreamWriter] = []
    async with await asyncio.start_server(says_nothing, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await carrier(port, seconds=0.2).carry(LETTER, to="ana@example.org") is Outcome.NOT_NOW
        for writer in gone:
            writer.close()


@pytest.mark.parametrize("breaking", ["\r\nBcc: b@example.org", "\nBcc: b@example.org", "\rBcc: b@example.org"])
def test_a_line_break_in_what_was_typed_makes_no_header(breaking: str) -> None:
    """The door refuses one; what came in by another way is refused where a letter or a calendar is made."""

    def made(letter: Letter, to: str) -> str:
        return str(mail(letter, sender="desk@example.org", to=to, wall_clock=lambda: NOW))

    with pytest.raises(ValueError, match="Header values"):
        made(replace(LETTER, subject=f"Visit{breaking}"), "ana@example.org")
    with pytest.raises(ValueError, match=r"CR|carriage|invalid"):
        made(LETTER, f"ana@example.org{breaking}")
    visit = Scheduled.of(a_booked_visit())
    with pytest.raises(ValueError, match="CR or LF"):
        icalendars.invitation(Invitation(visit, f"ana@example.org{breaking}", "desk@example.org", NOW))
