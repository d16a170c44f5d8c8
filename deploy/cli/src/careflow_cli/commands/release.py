"""`careflow release`: what is handed to operators and integrators under a version."""

from pathlib import Path
from typing import Annotated

import typer

from careflow_cli import checkout
from careflow_cli.progress import step


def release(
    into: Annotated[Path, typer.Option(help="The folder it is made in.")] = Path("dist"),
    key: Annotated[Path | None, typer.Option(help="An SSH key to sign the checksums with.")] = None,
    images: Annotated[bool, typer.Option("--images/--no-images", help="Images too; needs a Docker engine.")] = True,
) -> None:
    """Make a release of what is committed: images, the wheel of the events, sources, bills of materials, checksums."""
    from careflow_cli.release.building import Release  # what writes bills of materials is not in every installation

    with step("release") as running:
        made = Release(checkout.root(), into.resolve(), running.say).make(None if images else (), key)
    for file in sorted(made.iterdir()):
        typer.echo(f"  {file}")
    if key is None:
        typer.echo("Nobody signed it: whoever takes it has only the checksums. See docs/operators/release.md.")
