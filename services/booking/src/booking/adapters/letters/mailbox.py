"""Messages as files one can look at: an .eml for each e-mail, a .txt for each text message. For development and tests.

Invariant: a file is there completely or not at all, and the same message written again is the same file.
"""

import asyncio
from pathlib import Path
from tempfile import NamedTemporaryFile

from booking.adapters.letters.mail import mail
from booking.application.letters import Letter
from booking.domain.channels import Channel
from booking.domain.messages import Outcome
from careflow_service.clock import Clock


class Mailbox:
    """See `booking.application.letters.Carrier`; one for each channel, in the same directory."""

    def __init__(self, directory: Path, channel: Channel, *, sender: str, wall_clock: Clock) -> None:
        self._directory = directory
        self._channel = channel
        self._sender = sender
        self._wall_clock = wall_clock

    async def carry(self, letter: Letter, *, to: str) -> Outcome:
        if self._channel is Channel.EMAIL:
            content = mail(letter, sender=self._sender, to=to, wall_clock=self._wall_clock).as_bytes()
            await asyncio.to_thread(self._write, f"{letter.id}.eml", content)
        else:
            await asyncio.to_thread(self._write, f"{letter.id}.txt", f"To: {to}\n\n{letter.short}\n".encode())
        return Outcome.SENT

    def _write(self, name: str, content: bytes) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("wb", dir=self._directory, suffix=".draft", delete=False) as draft:
            draft.write(content)
        Path(draft.name).replace(self._directory / name)
