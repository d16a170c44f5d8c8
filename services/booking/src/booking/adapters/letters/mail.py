"""A letter as an e-mail (RFC 5322), with the invitation that calendar programs read (RFC 6047)."""

from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import format_datetime

from booking import icalendars
from booking.application.letters import Letter
from careflow_service.clock import Clock


def mail(letter: Letter, *, sender: str, to: str, wall_clock: Clock) -> EmailMessage:
    """Sent again it has the same Message-ID, by which mail programs show it once. An address may be of any script."""
    message = EmailMessage(policy=SMTPUTF8)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(wall_clock())
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.invitation is not None:
        calendar = icalendars.invitation(letter.invitation)
        message.add_attachment(
            calendar.content.decode(),
            subtype="calendar",
            filename="appointment.ics",
            params={"method": calendar.method},
        )
    return message
