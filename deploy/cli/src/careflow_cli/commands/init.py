"""`careflow init`: the secrets and settings of a docker-compose deployment."""

from pathlib import Path
from typing import Annotated

import typer

from careflow_cli import checkout
from careflow_cli.deployment.deployment import Deployment, Wishes


def init(
    host: Annotated[str | None, typer.Option(help="The name clients reach the edge by.")] = None,
    issuer: Annotated[str | None, typer.Option(help="The `iss` of your identity provider's tokens.")] = None,
    jwks_url: Annotated[str | None, typer.Option(help="Where its public keys are, https.")] = None,
    practice: Annotated[Path | None, typer.Option(help="Who the clinic is on paper, JSON.")] = None,
    development: Annotated[
        bool, typer.Option("--development", help="To try it: with an issuer of its own and an example practice.")
    ] = False,
    secrets: Annotated[Path | None, typer.Option(envvar="CAREFLOW_SECRETS", help="Instead of ./secrets.")] = None,
    env: Annotated[Path | None, typer.Option(envvar="CAREFLOW_ENV_FILE", help="Instead of ./.env.")] = None,
) -> None:
    """Make the secrets and the settings of a docker-compose deployment. What is there is never replaced."""
    root = checkout.root()
    folder = (secrets or root / "secrets").resolve()
    deployment = Deployment(root, folder, (env or root / ".env").resolve(), checkout.state() / "compose")
    for line in deployment.make(Wishes(development, host, issuer, jwks_url, practice)):
        typer.echo(f"  {line}")
    typer.echo(f"Keep a copy of {folder} where you keep backups: without it nobody reads the data.")
