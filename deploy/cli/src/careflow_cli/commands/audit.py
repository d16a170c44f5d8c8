"""`careflow audit`: who did, read or was refused what, and whether the trail of it is whole. Nothing is changed."""

from pathlib import Path
from typing import Annotated

import typer

from careflow_cli import instants
from careflow_cli.commands.asking import AsJson, Service, TokenFile, Urls, access, ask, service_named
from careflow_cli.operators import audit
from careflow_cli.operators.client import Answer
from careflow_cli.operators.shown import as_json, columns, counted, plain
from careflow_cli.stack.services import SERVICES

NOT_WHOLE = 3  # exit code
SHOWN = 50

app = typer.Typer(no_args_is_help=True, help="Who did, read or was refused what, and whether the trail is whole.")

FAULTS = {
    "missing": "a sealed entry, or its seal, is gone",
    "changed": "an entry is not what was sealed",
    "inserted": "an entry was added that was not written when it says",
    "reordered": "a seal does not stand behind the one it was made behind",
    "unsealed": "an entry waits for its seal for more than a minute",
    "truncated": "the trail ends before the head that was kept",
    "rewritten": "the trail is another one than that whose head was kept",
}

Since = Annotated[str | None, typer.Option(help="Only what was written since, e.g. 2026-11-01T00:00:00Z.")]
Until = Annotated[str | None, typer.Option(help="Only what was written before.")]


@app.command()
def verify(
    service: Annotated[str | None, typer.Argument(help="One service. Without: all.")] = None,
    heads: Annotated[
        Path | None, typer.Option(help="Heads that were kept: what `careflow audit heads --json` wrote.")
    ] = None,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Read the trail whole and name what is missing, changed, inserted, out of order or not sealed; with `--heads` also
    whether it was cut off or written anew since. Exit code 1 when a service gives no answer, 3 when a trail is not
    whole.
    """
    names = services(service)
    kept = {} if heads is None else audit.kept_heads(heads)
    verdicts = ask(
        access(urls, token_file),
        "reading the audit trail",
        lambda operator, say: audit.verify_all(operator, names, kept, say),
    )
    if json:
        as_json([verdict.as_dict() for verdict in verdicts])
    else:
        typer.echo(summary(verdicts))
        for verdict in verdicts:
            if verdict.faults:
                typer.echo(found_in(verdict))
            if verdict.trouble:
                typer.echo(f"careflow: {plain(verdict.trouble)}", err=True)
    if any(verdict.trouble for verdict in verdicts):
        raise typer.Exit(1)
    if any(verdict.faults for verdict in verdicts):
        raise typer.Exit(NOT_WHOLE)


@app.command()
def heads(urls: Urls = None, token_file: TokenFile = None, json: AsJson = False) -> None:
    """Show the last seal of each service. Kept where nobody of the services' operators writes, it shows later whether
    a trail was cut off or written anew.
    """
    found = ask(access(urls, token_file), "asking", lambda operator, _: audit.heads(operator, services(None)))
    if json:
        as_json(found)
        return
    rows = [
        (name, *((head["number"], head["sealed_at"], head["hash"]) if head else (None, None, None)))
        for name, head in found.items()
    ]
    typer.echo(columns(("service", "seal", "sealed at", "hash"), rows))


@app.command()
def search(
    service: Service,
    patient: Annotated[str | None, typer.Option(help="What is about the patient of this id.")] = None,
    actor: Annotated[str | None, typer.Option(help="What somebody did, by the subject of their token.")] = None,
    outcome: Annotated[str | None, typer.Option(help="done, read or denied.")] = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many are shown.")] = SHOWN,
    after: Annotated[str | None, typer.Option(help="Go on behind a page: the word it ended with.")] = None,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Search one service's trail, newest first."""
    name = service_named(service)
    said = {"patient": patient, "actor": actor, "outcome": outcome, "after": after, **times(since, until)}
    asked = {key: value for key, value in said.items() if value is not None}
    found = ask(
        access(urls, token_file),
        f"asking {name}",
        lambda operator, _: audit.search(operator, name, {**asked, "limit": limit}),
    )
    if json:
        as_json(found)
        return
    typer.echo(table(found["items"]) if found["items"] else f"{name} has no such entry")
    if found["next"] is not None:
        typer.echo(f"there are more: --after {plain(found['next'])}")


@app.command()
def report(
    patient: Annotated[str, typer.Argument(help="The patient's id.")],
    since: Since = None,
    until: Until = None,
    processes: Annotated[bool, typer.Option("--all", help="Also what CareFlow did by itself.")] = False,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Say who saw this patient, who in an emergency, and who changed or was refused what is theirs, in all services."""
    narrowed = {key: value for key, value in times(since, until).items() if value is not None}
    found = ask(
        access(urls, token_file),
        "reading the audit trail",
        lambda operator, say: audit.report(operator, services(None), patient, narrowed, say, processes=processes),
    )
    if json:
        as_json(found.as_dict())
    else:
        typer.echo(described(found))


def services(name: str | None) -> list[str]:
    """The named service, or all."""
    return [spec.name for spec in SERVICES] if name is None else [service_named(name)]


def times(since: str | None, until: str | None) -> dict[str, str | None]:
    """Since and until as services read them."""
    said = {"since": since, "until": until}
    return {name: None if text is None else instants.parse(text).isoformat() for name, text in said.items()}


def summary(verdicts: list[audit.Verdict]) -> str:
    """A row for each trail."""
    rows = [
        (
            each.service,
            found_of(each),
            each.entries,
            each.seals,
            each.unsealed_since,
        )
        for each in verdicts
    ]
    return columns(("service", "trail", "entries", "seals", "unsealed since"), rows)


def found_of(verdict: audit.Verdict) -> str | None:
    """A trail in a word or two; None when it was not read to its end."""
    if verdict.trouble:
        return None
    return counted(len(verdict.faults), "fault") if verdict.faults else "whole"


def found_in(verdict: audit.Verdict) -> str:
    """Every fault of a trail, in words."""
    rows = [
        (verdict.service, each["fault"], each["number"], each["entry"], FAULTS.get(each["fault"]))
        for each in verdict.faults
    ]
    return columns(("service", "fault", "seal", "entry", "meaning"), rows)


def table(entries: list[Answer]) -> str:
    """Entries, one to a line."""
    rows = [
        (
            each["at"],
            each["actor"],
            "+".join(each["roles"]),
            each["outcome"],
            audit.what(each),
            each["seal"],
            each["id"],
        )
        for each in entries
    ]
    return columns(("at", "who", "as", "outcome", "what", "seal", "id"), rows)


def described(found: audit.Report) -> str:
    """The report in words: who, how often, and then every time."""
    more = f"; {found.by_itself:,} more by CareFlow itself (--all)" if found.by_itself else ""
    if not found.entries:
        return f"nobody saw or changed anything of patient {plain(found.patient)}{more}"
    people = counted(len(found.people), "person", "people")
    who = [
        (
            each.actor,
            "+".join(sorted(each.roles)),
            *(each.times[outcome] for outcome in audit.VERBS),
            each.first,
            each.last,
        )
        for each in found.people
    ]
    acts = [
        (each["at"], each["actor"], audit.VERBS.get(each["outcome"]), audit.what(each), each["service"])
        for each in found.entries
    ]
    return "\n\n".join(
        [
            f"patient {plain(found.patient)}: {counted(len(found.entries), 'entry', 'entries')} by {people}{more}",
            columns(("who", "as", *audit.VERBS.values(), "first", "last"), who),
            *([emergencies(found)] if found.emergencies else []),
            columns(("at", "who", "did", "what", "where"), acts),
        ]
    )


def emergencies(found: audit.Report) -> str:
    """Who read this patient's data under an emergency access, and who has looked at that."""
    rows = [
        (each.opened, each.actor, each.reads, each.reviewer or "nobody yet", each.reviewed, each.service, each.access)
        for each in found.emergencies
    ]
    return columns(("in an emergency since", "who", "reads", "reviewed by", "at", "where", "access"), rows)
