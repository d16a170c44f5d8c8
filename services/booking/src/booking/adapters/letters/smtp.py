"""E-mail by SMTP (RFC 5321), over the clinic's own mail server or that of a provider it has a contract with."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

import aiosmtplib
from aiosmtplib import SMTPException, SMTPNotSupported, SMTPResponseException

from booking.adapters.letters.mail import mail
from booking.application.letters import Letter
from booking.domain.messages import Outcome
from careflow_service.clock import Clock
from careflow_service.telemetry.logs import log

WITHIN_SECONDS: Final = 20.0
"""How long one attempt may take in all: less than an effect may, so that a server that hangs is an attempt, too."""
_NEVER: Final = range(500, 600)
"""Replies that say: do not try this again (RFC 5321, 4.2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """`tls` from the first byte on, or `starttls` asked for before anything is said; without either only where nobody
    else is on the line.
    """

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    starttls: bool = True


class SmtpCarrier:
    """See `booking.application.letters.Carrier`."""

    def __init__(self, server: MailServer, *, sender: str, wall_clock: Clock, seconds: float = WITHIN_SECONDS) -> None:
        self._seconds = seconds
        self._server = server
        self._sender = sender
        self._wall_clock = wall_clock

    async def carry(self, letter: Letter, *, to: str) -> Outcome:
        """An address that the server refuses is refused; everything else may be better later."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._send(letter, to)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            codes = [each.code for each in refused.recipients]
            log.warning("mail_refused", document_id=letter.id, status=max(codes, default=0))
            return Outcome.REFUSED if all(code in _NEVER for code in codes) else Outcome.NOT_NOW
        except SMTPNotSupported:
            log.warning(
                "mail_server_too_old", document_id=letter.id
            )  # no SMTPUTF8 (RFC 6531), which this address takes
            return Outcome.REFUSED
        except SMTPResponseException as refused:
            log.warning("mail_not_taken", document_id=letter.id, status=refused.code)
            return Outcome.NOT_NOW
        except (SMTPException, OSError) as error:
            log.warning("mail_server_not_reached", document_id=letter.id, reason=type(error).__name__)
            return Outcome.NOT_NOW
        return Outcome.SENT

    async def _send(self, letter: Letter, to: str) -> None:
        server = self._server
        await aiosmtplib.send(
            mail(letter, sender=self._sender, to=to, wall_clock=self._wall_clock),
            sender=self._sender,
            recipients=[to],
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls,
            start_tls=server.starttls,
            timeout=self._seconds,
        )
