"""`careflow init`: the secrets and settings of a docker-compose deployment."""

from pathlib import Path
from typing import Annotated

import typer

from careflow_cli import checkout
from careflow_cli.deployment import settings
from careflow_cli.deployment.deployment import Deployment, Wishes
from careflow_cli.deployment.overlays import BUNDLED, Overlay
from careflow_cli.errors import CareflowError


def init(
    host: Annotated[str | None, typer.Option(help="The name clients reach the edge by.")] = None,
    issuer: Annotated[str | None, typer.Option(help="The `iss` of your identity provider's tokens.")] = None,
    jwks_url: Annotated[str | None, typer.Option(help="Where its public keys are, https.")] = None,
    practice: Annotated[Path | None, typer.Option(help="Who the clinic is on paper, JSON.")] = None,
    development: Annotated[
        bool, typer.Option("--development", help="To try it: with an issuer of its own and an example practice.")
    ] = False,
    bundled: Annotated[
        list[str] | None,
        typer.Option("--with", help="; ".join(f"`{overlay}`: {what}" for overlay, what in BUNDLED.items()) + "."),
    ] = None,
    secrets: Annotated[Path | None, typer.Option(envvar="CAREFLOW_SECRETS", help="Instead of ./secrets.")] = None,
    env: Annotated[Path | None, typer.Option(envvar="CAREFLOW_ENV_FILE", help="Instead of ./.env.")] = None,
) -> None:
    """Make the secrets and the settings of a docker-compose deployment. What is there is never replaced."""
    root = checkout.root()
    folder = (secrets or root / "secrets").resolve()
    environment = (env or root / ".env").resolve()
    given = settings.values(environment) if environment.exists() else {}
    content = (root / given.get("CAREFLOW_CONTENT", "content")).resolve()
    deployment = Deployment(root, folder, environment, checkout.state() / "compose", content)
    asked = {*(bundled or ())}
    if unknown := sorted(asked - BUNDLED.keys()):
        raise CareflowError(f"--with {unknown[0]}: there is {' and '.join(f'`{each}`' for each in BUNDLED)}")
    wishes = Wishes(
        development=development,
        bundled=frozenset(map(Overlay, asked)),
        host=host,
        issuer=issuer,
        jwks_url=jwks_url,
        practice=practice,
    )
    for line in deployment.make(wishes):
        typer.echo(f"  {line}")
    typer.echo(f"Keep a copy of {folder} where you keep backups: without it nobody reads the data.")
