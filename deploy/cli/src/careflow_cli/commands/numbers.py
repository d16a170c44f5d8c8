"""`careflow numbers`: every clinical number a clinic decides by, to be read and signed by its medical director."""

from pathlib import Path
from typing import Annotated

import typer

from careflow_cli.deployment import clinical_numbers, settings


def numbers(
    deployment: Annotated[Path, typer.Option(help="The checkout the clinic is deployed from.")],
    env: Annotated[Path | None, typer.Option(envvar="CAREFLOW_ENV_FILE", help="Instead of its .env.")] = None,
    content: Annotated[Path | None, typer.Option(help="Instead of the folder that .env names.")] = None,
) -> None:
    """Print what screening and sessions decide by with the content of this deployment, and the line that signs it:
    a page in Markdown. Exit code 1 where a service would not start with it.
    """
    environment = env or deployment / ".env"
    given = settings.values(environment) if environment.is_file() else {}
    typer.echo(clinical_numbers.page(content or deployment / given.get("CAREFLOW_CONTENT", "content")), nl=False)
