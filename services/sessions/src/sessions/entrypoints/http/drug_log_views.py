"""The controlled-drug log as it is told: a container with its draws and its lines."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Self

from pydantic import BaseModel

from sessions.domain.checks import Identifier
from sessions.domain.clinic_day import clinic_day
from sessions.domain.discrepancy_cases import Judgement
from sessions.domain.drug_amounts import DrugUnit
from sessions.domain.drug_entries import Destroyed, EntryKind, HandedOut, Recipient, Returned, Ruling
from sessions.domain.drug_log import Container
from sessions.domain.ids import PackageId
from sessions.domain.packages import Package
from sessions.domain.units import Milligrams
from sessions.entrypoints.http.drug_amount_bodies import AmountView
from sessions.entrypoints.http.schemas import App, Shown, View


class ReturnedView(View):
    distributor: str
    dea_number: str


class DestroyedView(View):
    place: str
    method: str


class HandedOutView(View):
    recipient: Recipient
    identified_by: tuple[Identifier, ...]


class RulingView(BaseModel):
    """How the case was judged that the line is in, in place of a witness."""

    case_id: str
    how: Judgement
    note: str
    by: str
    at: datetime

    @classmethod
    def of(cls, ruling: Ruling) -> Self:
        judged = ruling.judged
        return cls(case_id=ruling.case_id, how=judged.how, note=judged.note, by=judged.by, at=judged.at)


class EntryView(BaseModel):
    """`counts` once it is in the balance: by its witness, or where nobody was one in time by `judged`; `serial` is the
    device's; `happened_at` is when it happened, of what was entered late, `given_at` the same of what was given.
    """

    id: str
    kind: EntryKind
    mg: Shown
    amount: AmountView
    by: str
    at: datetime
    draw_id: str | None
    note: str
    serial: str | None
    witnessed_by: str | None
    witnessed_at: datetime | None
    counts: bool
    reverses: str | None
    returned: ReturnedView | None
    destroyed: DestroyedView | None
    handed_out: HandedOutView | None
    judged: RulingView | None
    given_at: datetime | None
    happened_at: datetime | None


class DrawView(BaseModel):
    id: str
    session_id: str
    mg: Shown
    open_mg: Shown
    amount: AmountView
    open: AmountView
    by: str


class PackageView(View):
    """Whose it is, and by which pharmacy and prescription it was dispensed."""

    id: str
    patient_id: str
    pharmacy: str
    dea_number: str
    prescription: str

    @classmethod
    def of(cls, package: Package) -> Self:
        label = package.label
        return cls(
            id=package.id,
            patient_id=package.patient_id,
            pharmacy=label.pharmacy,
            dea_number=label.dea_number,
            prescription=label.prescription,
        )


class ContainerView(BaseModel):
    """`in_container` is what a count must find, in the unit of the label; `on_hand` has what is drawn up with it. With
    the line of a destruction it is what Form 41 is copied from. `mg_per_ml` is that of a solution.
    `package` says whose own it is, to who may know that.
    """

    id: str
    location_id: str
    version: int
    drug: str
    form: str
    ndc: str | None
    unit: DrugUnit
    mg_per_unit: Shown
    mg_per_ml: Shown | None
    lot: str
    expires_on: date
    expired: bool
    on_hand_mg: Shown
    in_container_mg: Shown
    on_hand: AmountView
    in_container: AmountView
    package_id: str | None
    package: PackageView | None
    draws: tuple[DrawView, ...]
    entries: tuple[EntryView, ...]


class ContainerList(BaseModel):
    items: tuple[ContainerView, ...]


def container_view(container: Container, packages: Mapping[PackageId, Package], app: App) -> ContainerView:
    """As it is today; `packages` are those whose patient the reader may know."""
    today, item = clinic_day(app.ports.clock(), app.ports.policy.timezone), container.item
    package = packages.get(container.package_id) if container.package_id else None

    def amount(mass: Milligrams) -> AmountView:
        return AmountView.of(item.quantity_of(mass))

    return ContainerView(
        id=container.id,
        location_id=container.location_id,
        version=container.version,
        drug=container.item.drug,
        form=container.item.form,
        ndc=container.item.ndc,
        unit=item.unit,
        mg_per_unit=item.strength,
        mg_per_ml=item.concentration.value if item.concentration else None,
        lot=container.item.lot,
        expires_on=container.item.expires_on,
        expired=today > container.item.expires_on,
        on_hand_mg=container.on_hand.value,
        in_container_mg=container.in_container.value,
        on_hand=amount(container.on_hand),
        in_container=amount(container.in_container),
        package_id=container.package_id,
        package=PackageView.of(package) if package else None,
        draws=tuple(
            DrawView(
                id=draw.id,
                session_id=draw.session_id,
                mg=draw.mass.value,
                open_mg=container.open_of(draw).value,
                amount=amount(draw.mass),
                open=amount(container.open_of(draw)),
                by=draw.by,
            )
            for draw in container.draws
        ),
        entries=tuple(
            EntryView(
                id=entry.id,
                kind=entry.kind,
                mg=entry.mass.value,
                amount=amount(entry.mass),
                by=entry.by,
                at=entry.at,
                draw_id=entry.draw_id,
                note=entry.note,
                serial=entry.serial,
                witnessed_at=entry.witness.at if entry.witness else None,
                witnessed_by=entry.witness.by if entry.witness else None,
                counts=entry.counts,
                reverses=entry.reverses,
                returned=ReturnedView.model_validate(gone) if isinstance(gone := entry.disposal, Returned) else None,
                destroyed=DestroyedView.model_validate(gone) if isinstance(gone, Destroyed) else None,
                handed_out=HandedOutView.model_validate(gone) if isinstance(gone, HandedOut) else None,
                judged=RulingView.of(entry.ruling) if entry.ruling else None,
                given_at=entry.given_at,
                happened_at=entry.was_at,
            )
            for entry in container.entries
        ),
    )
