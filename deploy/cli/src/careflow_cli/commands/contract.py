"""`careflow contract`: what integrators were promised, and whether it is kept. For developers, in a checkout."""

from typing import Annotated

import typer

from careflow_cli.checkout import root
from careflow_cli.errors import CareflowError

app = typer.Typer(no_args_is_help=True, help="The event contract: keep its promises, release it.")


@app.command()
def check() -> None:
    """Compare today's events with every release; names each field that breaks a rule, and why the rule is there."""
    from careflow_events.evolution import EXPLANATIONS  # the contracts load slowly
    from careflow_events.schemas import released

    root()  # releases are kept in a checkout only
    broken = list(released.broken_promises(released.RELEASES))
    for promise in broken:
        typer.echo(promise, err=True)
        typer.echo(f"    {EXPLANATIONS[promise.broken.rule]}", err=True)
    if broken:
        raise CareflowError(
            f"broken promises: {len(broken)}. What cannot be said inside v1 is said in a new event, or in a v2 topic:"
            " docs/integrators/CHANGELOG.md"
        )
    made = ", ".join(released.names(released.RELEASES))
    typer.echo(f"keeps every promise of {made}" if made else "nothing is released yet, so nothing is promised")


@app.command()
def release(name: Annotated[str, typer.Argument(help="The next version, e.g. 1.0.")]) -> None:
    """Keep today's schemas and samples for ever, as what every later version is compared with. `make release-contract`
    does this and what follows from it.
    """
    from careflow_events.schemas import released  # the contracts load slowly

    try:
        place = released.release(name, root() / "docs/integrators/CHANGELOG.md", released.RELEASES)
    except released.ReleaseRefused as refusal:
        raise CareflowError(str(refusal)) from None
    typer.echo(f"{name} is released: commit {place}, the change log and what `make generated` writes")
