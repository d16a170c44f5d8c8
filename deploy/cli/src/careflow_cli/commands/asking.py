"""What all commands of operators have in common: whom they ask, in whose name, and how they wait."""

import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from careflow_cli.blocking import wait_for
from careflow_cli.commands.stack import kept
from careflow_cli.errors import CareflowError, Interrupted
from careflow_cli.operators.access import Access, of_deployment, of_stack, token_of
from careflow_cli.operators.client import Operator
from careflow_cli.progress import step
from careflow_cli.stack.services import spec_of

R = TypeVar("R")
Say = Callable[[str], None]

Service = Annotated[str, typer.Argument(help="booking, screening, sessions or billing.")]
Urls = Annotated[
    list[str] | None,
    typer.Option(
        "--url",
        envvar="CAREFLOW_URLS",
        metavar="SERVICE=URL",
        help="Where a deployment's service is; may be repeated. Without: the local stack.",
    ),
]
TokenFile = Annotated[
    Path | None,
    typer.Option(envvar="CAREFLOW_TOKEN_FILE", help="An operator's token; - reads it. Or the variable CAREFLOW_TOKEN."),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Execute = Annotated[bool, typer.Option("--execute", help="Do it. Without, it is a dry run.")]


def access(urls: list[str] | None, token_file: Path | None) -> Access:
    """Whom to ask: what was said, or else the local stack."""
    token = token_of(token_file, os.environ.get("CAREFLOW_TOKEN") or None)
    return of_deployment(urls, token) if urls else of_stack(kept(), token)


def kafka_of(said: str | None) -> str:
    """Where topics are read: what was said, or else the local stack's. Raises CareflowError."""
    if said is not None:
        return said
    try:
        return kept().kafka_url
    except CareflowError as error:
        raise CareflowError(
            f"say where Kafka is, by --kafka ({error}); docker-compose run --rm -T topics … is where a deployment's is"
        ) from None


def service_named(name: str) -> str:
    """The service. Raises CareflowError when there is none of that name."""
    return spec_of(name).name


def ask(access: Access, title: str, work: Callable[[Operator, Say], Coroutine[Any, Any, R]]) -> R:
    """What `work` finds out or does; what takes long shows that it goes on."""

    async def asked(say: Say) -> R:
        async with Operator(access) as operator:
            return await work(operator, say)

    with step(title) as running:
        return wait_for(asked(running.say))


@contextmanager
def goes_on(look: str) -> Iterator[None]:
    """Whoever stops waiting here is told that the service goes on, and how to look after it."""
    try:
        yield
    except (KeyboardInterrupt, Interrupted):
        typer.echo(f"the service goes on with it: {look}", err=True)
        raise
