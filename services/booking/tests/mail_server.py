"""A mail server on this machine, with a real connection, that keeps what it takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(slots=True)
class MailServer:
    """`refuses` is what it answers to a recipient instead of taking it, such as `550 unknown`."""

    port: int
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuses: str | None = None

    @property
    def settings(self) -> dict[str, object]:
        """What booking is told of it."""
        return {"smtp_host": "127.0.0.1", "smtp_port": self.port, "smtp_plain": True}

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        message = message_from_bytes(envelope.content or b"", policy=default)  # type: ignore[arg-type]  # bytes, not decoded
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        self.recipients += envelope.rcpt_tos
        return "250 OK"


@asynccontextmanager
async def mail_server(*, of_any_script: bool = True) -> AsyncIterator[MailServer]:
    """Listens while the block lasts. `of_any_script`: takes addresses with other letters than A to Z (SMTPUTF8)."""
    kept = MailServer(port=0)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(kept, hostname="mail.test", enable_SMTPUTF8=of_any_script), "127.0.0.1", 0
    )
    kept.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield kept
