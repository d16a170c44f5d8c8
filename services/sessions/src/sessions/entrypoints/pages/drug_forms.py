"""The forms about one container of the drug log: each is one command of the API, read by the API's own body."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from careflow_service.http.dependencies import RequestBody
from careflow_service.identity import Actor, RequestKey
from careflow_service.pages.asking import Field, Kind, Option
from sessions.application.commands.enter_in_drug_log import ReverseEntry
from sessions.application.commands.receive_container import ReceiveContainer
from sessions.application.commands.witness_entry import WitnessEntry
from sessions.application.use_cases import Sessions
from sessions.domain.checks import Identifier
from sessions.domain.drug_amounts import DrugUnit
from sessions.domain.drug_entries import Draw, Entry, EntryKind, Recipient
from sessions.domain.drug_log import Container
from sessions.domain.ids import ContainerId, EntryId, LocationId
from sessions.entrypoints.http.drug_log_routes import HandOut, NewContainer, NewEntry, Reversal
from sessions.entrypoints.pages.bedside_fields import field

BY_HAND: Final = (EntryKind.WASTED, EntryKind.HUB_LOSS, EntryKind.SPILLED, EntryKind.LOST, EntryKind.OVERFILL)
"""What is entered without saying where it went."""
LABEL: Final = (
    field("drug", Kind.TEXT, word="drug_name"),
    field("form", Kind.TEXT, word="drug_form"),
    field("ndc", Kind.TEXT),
    field("lot", Kind.TEXT),
    field("expires_on", Kind.DAY),
    Field(name="unit", kind=Kind.CHOICE, options=[(each, None) for each in DrugUnit], word="piece"),
    field("quantity", Kind.AMOUNT, word="label_quantity"),
    field("mg_per_unit", Kind.AMOUNT, word="label_strength"),
    field("happened_at", Kind.MOMENT),
)
PACKAGE: Final = tuple(field(f"package.{each}", Kind.TEXT) for each in ("pharmacy", "dea_number", "prescription"))
"""What the label of a package says besides (21 CFR 1306.24)."""


class Nothing(RequestBody):
    """What is asked by its name alone."""


@dataclass(frozen=True, slots=True)
class AskedOf:
    """A form as it was filled in, about a container and one of its lines."""

    container_id: ContainerId
    entry_id: EntryId
    body: Any


@dataclass(frozen=True, slots=True)
class DrugForm:
    """`offered` says for which containers it makes sense, `of_line` for which of their lines: with it, it is about one.
    `knows` is what the page itself puts into the body; one `at_once` is a button.
    """

    name: str
    body: type[BaseModel]
    does: Callable[[Sessions, AskedOf, Actor, RequestKey], Awaitable[object]]
    fields: Callable[[Container], Sequence[Field]] = lambda _: ()
    knows: Callable[[Container], Mapping[str, Any]] = lambda _: {}
    offered: Callable[[Container], bool] = lambda _: True
    of_line: Callable[[Container, Entry], bool] | None = None
    at_once: bool = False


async def receive(
    app: Sessions, location_id: LocationId, body: NewContainer, actor: Actor, key: RequestKey
) -> ContainerId:
    """As the API does it. Refused: what `NewContainer.item` and the command refuse."""
    label = body.package.label() if body.package else None
    committed = await app.receive_container(
        ReceiveContainer(location_id, body.item(), label, body.happened_at), actor, key
    )
    return ContainerId(committed.value.id)


async def _enter(app: Sessions, asked: AskedOf, actor: Actor, key: RequestKey) -> object:
    body: NewEntry = asked.body
    return await app.enter_in_drug_log(body.said(asked.container_id), actor, key)


async def _hand_out(app: Sessions, asked: AskedOf, actor: Actor, key: RequestKey) -> object:
    body: HandOut = asked.body
    return await app.hand_out_package(body.said(asked.container_id), actor, key)


async def _witness(app: Sessions, asked: AskedOf, actor: Actor, key: RequestKey) -> object:
    return await app.witness_entry(WitnessEntry(asked.container_id, asked.entry_id), actor, key)


async def _reverse(app: Sessions, asked: AskedOf, actor: Actor, key: RequestKey) -> object:
    body: Reversal = asked.body
    return await app.reverse_entry(ReverseEntry(asked.container_id, asked.entry_id, body.note), actor, key)


def _unit(container: Container) -> dict[str, Any]:
    return {"unit": container.item.unit.value}


def _of_kind(kind: EntryKind) -> Callable[[Container], Mapping[str, Any]]:
    return lambda container: {"kind": kind.value, **_unit(container)}


def _entering(container: Container) -> Sequence[Field]:
    draws: Sequence[Option] = [(each.id, _left_of(each, container), each.by) for each in container.unsettled]
    asks = [field("kind", Kind.CHOICE, *BY_HAND)]
    asks += [Field(name="draw_id", kind=Kind.CHOICE, options=draws, word="of_draw")] if draws else []
    return (*asks, _AMOUNT, _WHEN, _NOTE)


def _left_of(draw: Draw, container: Container) -> str:
    return f"{container.open_of(draw).value.normalize():f} mg"


_AMOUNT: Final = field("quantity", Kind.AMOUNT)
_WHEN: Final = field("happened_at", Kind.MOMENT)
_NOTE: Final = field("note", Kind.PROSE)
_RETURNING: Final = (
    _AMOUNT,
    field("returned.distributor", Kind.TEXT),
    field("returned.dea_number", Kind.TEXT),
    _WHEN,
    _NOTE,
)
_DESTROYING: Final = (
    _AMOUNT,
    field("destroyed.place", Kind.TEXT),
    field("destroyed.method", Kind.TEXT),
    _WHEN,
    _NOTE,
)
_HANDING_OUT: Final = (
    _AMOUNT,
    field("recipient", Kind.CHOICE, *Recipient),
    field("identified_by", Kind.SEVERAL, *Identifier, word="identifiers"),
    _WHEN,
    _NOTE,
)


FORMS: Final = (
    DrugForm("enter", NewEntry, _enter, _entering, _unit),
    DrugForm(
        "return",
        NewEntry,
        _enter,
        lambda _: _RETURNING,
        _of_kind(EntryKind.RETURNED),
        offered=lambda container: bool(container.in_container),
    ),
    DrugForm(
        "destroy",
        NewEntry,
        _enter,
        lambda _: _DESTROYING,
        _of_kind(EntryKind.DESTROYED),
        offered=lambda container: bool(container.in_container),
    ),
    DrugForm(
        "hand-out",
        HandOut,
        _hand_out,
        lambda _: _HANDING_OUT,
        _unit,
        offered=lambda container: container.package_id is not None and bool(container.in_container),
    ),
    DrugForm("reverse", Reversal, _reverse, lambda _: (_NOTE,), of_line=Container.may_be_reversed),
    DrugForm(
        "witness",
        Nothing,
        _witness,
        of_line=lambda container, entry: not entry.counts and not container.taken_back(entry),
        at_once=True,
    ),
)
"""In the order in which they stand beside a container, or a line."""
