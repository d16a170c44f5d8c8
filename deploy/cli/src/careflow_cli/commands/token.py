"""`careflow token`: a bearer token of the local stack's own issuer, which production refuses."""

from datetime import timedelta
from typing import Annotated

import typer

from careflow_cli import checkout
from careflow_cli.commands.stack import kept
from careflow_cli.errors import CareflowError


def token(
    role: Annotated[list[str], typer.Option(help="nurse, prescriber, coordinator, patient, …; may be repeated.")],
    subject: Annotated[str, typer.Option(help="Who it speaks for.")] = "someone",
    patient: Annotated[str | None, typer.Option(help="The patient's id, for the role patient.")] = None,
    consumer: Annotated[str | None, typer.Option(help="As whom events are sealed to it, for a machine.")] = None,
    hours: Annotated[float, typer.Option(min=0.01, help="How long it is valid.")] = 12,
) -> None:
    """Print a development token: curl -H "Authorization: Bearer $(careflow token --role nurse)" …"""
    if not (checkout.state() / "secrets" / "tokens-private.json").exists():
        raise CareflowError("this checkout has no issuer yet: careflow up makes one")
    lasting = timedelta(hours=hours)
    typer.echo(kept().token(*role, subject=subject, patient_id=patient, consumer=consumer, lasting=lasting))
