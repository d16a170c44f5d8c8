"""`careflow address`: where something of the local stack is reached, for a shell variable."""

from typing import Annotated

import typer

from careflow_cli.commands.stack import kept
from careflow_cli.errors import CareflowError
from careflow_cli.stack.edge import EDGE
from careflow_cli.stack.services import spec_of

KAFKA = "kafka"


def address(
    name: Annotated[str, typer.Argument(help="kafka, edge, booking, screening, sessions or billing.")],
) -> None:
    """Print where Kafka (bootstrap servers), a service (base URL), or all of them by a browser, is reached here."""
    process = name if name in (KAFKA, EDGE) else f"{spec_of(name).name}-api"
    stack = kept()
    server = next(each for each in stack.servers if each.name == process)
    if server.ours and stack.table.find(process) is None:
        raise CareflowError(f"{name} is not running here: careflow up")
    typer.echo(server.url)
