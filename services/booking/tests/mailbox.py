"""What a world that keeps its messages as files wrote to patients."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from booking.settings import BookingSettings
from services.booking.tests.world import World

PUBLIC_URL = "https://clinic.example/booking"


def settings(folder: Path) -> dict[str, object]:
    """With which messages land in this folder."""
    return {"messages_dir": folder, "public_url": PUBLIC_URL}


def ways(world: World) -> list[str]:
    """How each message went out."""
    return sorted({".eml": "email", ".txt": "sms"}[file.suffix] for file in _folder(world).iterdir())


def mails(world: World) -> list[EmailMessage]:
    """In the order they were written."""
    return [message_from_bytes(file.read_bytes(), policy=default) for file in _written(world, "*.eml")]


def texts(world: World) -> list[str]:
    """In the order they were written."""
    return [file.read_text() for file in _written(world, "*.txt")]


def said(mail: EmailMessage) -> str:
    """What its reader reads."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_of(world: World, page: str = "messages") -> str:
    """Where the link in the only e-mail to this page leads, on this service."""
    (mail,) = mails(world)
    found = re.search(rf"{PUBLIC_URL}(/pages/{page}/\S+)", said(mail))
    assert found is not None
    return found[1]


def _folder(world: World) -> Path:
    assert isinstance(world.settings, BookingSettings)
    assert world.settings.messages_dir is not None
    return world.settings.messages_dir


def _written(world: World, names: str) -> list[Path]:
    return sorted(_folder(world).glob(names), key=lambda file: file.stat().st_mtime_ns)
