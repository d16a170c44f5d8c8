"""`careflow messages`: what the local stack wrote to patients, as they would have got it."""

from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Annotated

import typer

from careflow_cli.commands.stack import kept

MOST = 20


def messages(
    last: Annotated[int, typer.Option("--last", min=1, help="How many of the newest.")] = MOST,
) -> None:
    """Show what was written to patients, oldest first: e-mails with what is attached, text messages."""
    folder = kept().messages
    written = sorted((file for file in folder.glob("*") if file.suffix in (".eml", ".txt")), key=_written)
    if not written:
        typer.echo(f"nobody was written to yet; messages land in {folder}")
    for file in written[-last:]:
        typer.echo(f"--- {datetime.fromtimestamp(_written(file)):%H:%M:%S}  {file}")  # noqa: DTZ006 - a clock on the wall here
        typer.echo(_shown(file))


def _written(file: Path) -> float:
    return file.stat().st_mtime


def _shown(file: Path) -> str:
    if file.suffix == ".txt":
        return f"Text message\n{file.read_text('utf-8')}"
    return "\n".join(_lines(message_from_bytes(file.read_bytes(), policy=default)))


def _lines(message: EmailMessage) -> Iterator[str]:
    yield from (f"{name}: {message[name]}" for name in ("From", "To", "Subject"))
    body = message.get_body(("plain",))
    yield f"\n{body.get_content()}" if body else ""
    for attached in message.iter_attachments():
        yield f"attached: {attached.get_filename()} ({attached.get_content_type()})\n"
