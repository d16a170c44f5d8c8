"""`careflow events`: see events as they come, and read what they mean. For whoever builds on them."""

from contextlib import aclosing
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from careflow_cli.blocking import wait_for
from careflow_cli.commands.asking import AsJson, kafka_of
from careflow_cli.errors import CareflowError
from careflow_cli.operators.feeding import owner_of
from careflow_cli.operators.shown import as_json, columns, plain
from careflow_cli.progress import step
from careflow_events.topics import EVERY_TOPIC, TOPICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from careflow_cli.operators.tailing import Wanted
    from careflow_events.contracts.model import EventData

app = typer.Typer(no_args_is_help=True, help="See events as they come, and read what they mean.")


@app.command()
def tail(
    type: Annotated[  # noqa: A002 - the CloudEvents attribute's own name
        list[str] | None, typer.Option(help="ConsultationBooked, …; may be repeated. Without: all but checkpoints.")
    ] = None,
    patient: Annotated[str | None, typer.Option(help="The id of one patient.")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="One topic; may be repeated. Without: all there are.")] = None,
    past: Annotated[bool, typer.Option("--past", help="Begin with what the topics hold.")] = False,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many events.")] = None,
    kafka: Annotated[
        str | None, typer.Option(envvar="KAFKA_URL", help="Bootstrap servers. Without: the local stack.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Print events as they come, one to a line, until Ctrl-C. Those of one patient in one topic are in their order;
    sealed sections stay closed. Nothing is committed, so no consumer is touched.
    """
    for name in topic or []:
        owner_of(name)
    from careflow_cli.operators.tailing import Wanted  # the contracts and the Kafka client load slowly

    contracts = [contract_named(each) for each in type or []]
    within = {each.topic.name for each in contracts if each.topic is not EVERY_TOPIC}
    everywhere = not contracts or any(each.topic is EVERY_TOPIC for each in contracts)
    if topic and not everywhere and not within & {*topic}:
        raise CareflowError(f"no event of these types comes in {', '.join(topic)}, but in {', '.join(sorted(within))}")
    topics = topic or [each.name for each in TOPICS if everywhere or each.name in within]
    subject = None if patient is None else f"patient:{patient.removeprefix('patient:')}"
    wanted = Wanted(types=frozenset(each.type() for each in contracts), subject=subject)
    wait_for(_print(kafka_of(kafka), topics, wanted, past=past, count=count, json=json))


@app.command()
def get(
    event_id: Annotated[str, typer.Argument(help="The event's id, as its envelope, a log or a trace says it.")],
    topic: Annotated[list[str] | None, typer.Option(help="One topic; may be repeated. Without: all there are.")] = None,
    kafka: Annotated[
        str | None, typer.Option(envvar="KAFKA_URL", help="Bootstrap servers. Without: the local stack.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Print one event of the topics, and where it stands first; sealed sections stay closed. It is looked for from the
    time its id was made on. Exit code 1 when the topics do not hold it: they forget, and `careflow trace` asks the
    services' outboxes.
    """
    names = topic or [each.name for each in TOPICS]
    for name in names:
        owner_of(name)
    from careflow_cli.infra import account
    from careflow_cli.operators import getting  # the contracts and the Kafka client load slowly

    with step("looking through the topics") as running:
        seen = wait_for(getting.get(kafka_of(kafka), names, event_id, running.say, account.options()))
    if seen is None:
        raise CareflowError(f"there is no event {plain(event_id)} in {', '.join(names)}")
    typer.echo(seen.json() if json else f"{seen.place}\n{seen.whole()}")


@app.command()
def describe(
    name: Annotated[str | None, typer.Argument(help="ConsultationBooked, …; all events without.")] = None,
    json: AsJson = False,
) -> None:
    """Say what an event means: when it is said, where, and every field. Without a name: which events there are."""
    from careflow_cli.operators.describing import described  # the contracts load slowly
    from careflow_events.catalogue import CATALOGUE
    from careflow_events.schemas import published

    if name is not None:
        schema = published(contract_named(name))
        if json:
            as_json(schema)
        else:
            typer.echo("\n".join(described(schema)))
        return
    schemas = [published(each) for _, each in sorted(CATALOGUE.items())]
    if json:
        as_json([{"name": each["title"], "type": each["x-type"], "topic": each["x-topic"]} for each in schemas])
    else:
        rows = [(each["title"], each["x-topic"], each["description"].partition(". ")[0]) for each in schemas]
        typer.echo(columns(("event", "topic", "said when"), rows))


def contract_named(name: str) -> "type[EventData]":
    """The contract of an event's name or type. Raises CareflowError, with the names that look like it."""
    from careflow_events.catalogue import CATALOGUE  # the contracts load slowly

    for type_, contract in CATALOGUE.items():
        if name in (contract.name(), type_):
            return contract
    close = get_close_matches(name, [each.name() for each in CATALOGUE.values()], cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else "careflow events describe lists all"
    raise CareflowError(f"there is no event {name}: {hint}")


async def _print(
    kafka_url: str, topics: "Sequence[str]", wanted: "Wanted", *, past: bool, count: int | None, json: bool
) -> None:
    from careflow_cli.infra import account
    from careflow_cli.operators import tailing

    shown = 0
    async with aclosing(tailing.tail(kafka_url, topics, wanted, past=past, options=account.options())) as events:
        async for seen in events:
            typer.echo(seen.json() if json else seen.line(), err=seen.event is None and not json)
            shown += seen.event is not None
            if shown == count:
                return
