"""The controlled-drug log of a place: what is there, each container with its lines, what arrives and leaves; and what
was dispensed for one patient.

Invariant: a form is read by the API's own body and is the API's own command, of its own roles. Whose a package is, is
shown to whom the API says it.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from careflow_domain.errors import not_found
from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.identity import Actor, RequestKey
from careflow_service.ids import new_id
from careflow_service.pages.asking import Field, Filled, body_of, read
from careflow_service.pages.forms import KEY, Form, FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from sessions.application.use_cases import Sessions
from sessions.domain.drug_entries import Entry
from sessions.domain.drug_log import Container
from sessions.domain.ids import ContainerId, EntryId, LocationId, PatientId
from sessions.entrypoints.http.access import ACCESS, OF_PACKAGES
from sessions.entrypoints.http.drug_log_routes import NewContainer
from sessions.entrypoints.http.schemas import App, Uuid
from sessions.entrypoints.pages.drug_forms import FORMS, LABEL, PACKAGE, AskedOf, DrugForm, receive

router = APIRouter(prefix="/pages/drug-log", include_in_schema=False)

SHOWN: Final = 50
OF: Final = "of"
"""Which line a form is about."""
Done = Annotated[str | None, Query(max_length=20, pattern="^[a-z-]+$")]


@router.get("")
async def place_page(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    location: Uuid | None = None,
    after: PageCursor = None,
) -> Response:
    """What is in use at a place, the clinic's first where none is named, and whether its inventory is in time."""
    location = location or pages.places.main
    seen = await app.read_drug_log.place(LocationId(location), actor, SHOWN, after)
    return pages.show(
        request.scope,
        "drug_log.html",
        seen=seen,
        location=location,
        elsewhere=[each for each in pages.places.all if each != location],
        after=after,
        may_receive=_admits("POST /pages/drug-log/receive", actor),
        zone=pages.zone,
    )


@router.get("/receive")
async def ask_container(request: Request, pages: Pages, location: Uuid) -> Response:
    """What the label of the clinic's stock says."""
    return _ask_container(request, pages, location, Filled())


@router.post("/receive")
async def receive_stock(
    request: Request, app: App, actor: CurrentActor, pages: Pages, location: Uuid, typed: Submitted, key: FormRequest
) -> Response:
    """It arrived."""
    filled = await _receive(app, actor, pages, key, typed, location, LABEL, {})
    if filled is not None:
        return _ask_container(request, pages, location, filled)
    return go_on(request, "../drug-log", location=location)


@router.get("/packages/{patient_id}")
async def packages_page(
    request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: Uuid, done: Done = None
) -> Response:
    """What was dispensed for a patient and is, or was, kept here."""
    seen = await app.read_drug_log.packages_of(PatientId(patient_id), actor)
    may = _admits("POST /pages/drug-log/receive", actor)
    return pages.show(
        request.scope, "packages.html", seen=seen, patient_id=patient_id, done=done, may_receive=may, zone=pages.zone
    )


@router.get("/packages/{patient_id}/receive")
async def ask_package(
    request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: Uuid, location: Uuid
) -> Response:
    """What the label of a package says, dispensed for this patient."""
    return await _ask_package(request, app, actor, pages, patient_id, location, Filled())


@router.post("/packages/{patient_id}/receive")
async def receive_for_patient(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    patient_id: Uuid,
    location: Uuid,
    typed: Submitted,
    key: FormRequest,
) -> Response:
    """It arrived."""
    for_whom = {"package": {"patient_id": patient_id}}
    filled = await _receive(app, actor, pages, key, typed, location, (*LABEL, *PACKAGE), for_whom)
    if filled is not None:
        return await _ask_package(request, app, actor, pages, patient_id, location, filled)
    return go_on(request, f"../{patient_id}", anchor="done", done="receive")


@router.get("/containers/{container_id}")
async def container_page(
    request: Request, app: App, actor: CurrentActor, pages: Pages, container_id: Uuid, done: Done = None
) -> Response:
    """One container with every line of its log."""
    return await _show(request, app, actor, pages, container_id, Filled(), done)


def _add(form: DrugForm) -> None:
    """Its page, and where it is sent."""

    async def ask(
        request: Request, app: App, actor: CurrentActor, pages: Pages, container_id: Uuid, of: Uuid | None = None
    ) -> Response:
        container, _ = await app.reading.container(ContainerId(container_id), actor, whose=False)
        return _ask(request, pages, form, container, _line(form, container, of), Filled())

    async def do(
        request: Request,
        app: App,
        actor: CurrentActor,
        pages: Pages,
        container_id: Uuid,
        typed: Submitted,
        key: FormRequest,
    ) -> Response:
        container, _ = await app.reading.container(ContainerId(container_id), actor, whose=False)
        line = _line(form, container, typed[OF])
        body, faults = read(
            form.body, body_of(form.fields(container), typed, pages.zone, form.knows(container), now=pages.clock())
        )
        if body is None:
            return _ask(request, pages, form, container, line, Filled(typed, faults))
        doing = form.does(app, AskedOf(container.id, line.id if line else EntryId(""), body), actor, key)
        if refused := await refusal_of(doing, typed=True):
            filled = Filled(typed, refused=refused)
            if form.at_once:
                return await _show(request, app, actor, pages, container_id, filled, None)
            return _ask(request, pages, form, container, line, filled)
        return go_on(request, f"../{container_id}", anchor="done", done=form.name)

    path, name = f"/containers/{{container_id}}/{form.name}", form.name.replace("-", "_")
    if not form.at_once:
        router.add_api_route(path, ask, methods=["GET"], name=f"ask_to_{name}_of_container")
    router.add_api_route(path, do, methods=["POST"], name=f"do_{name}_of_container")


for each in FORMS:
    _add(each)


def _line(form: DrugForm, container: Container, of: str | None) -> Entry | None:
    """The line the form is about. Refused: `entry_not_found`."""
    if form.of_line is None:
        return None
    found = next((each for each in container.entries if each.id == of), None)
    if found is None:
        raise not_found("entry")
    return found


def _admits(row: str, actor: Actor) -> bool:
    return ACCESS[row].admits(actor, {})


def _may(actor: Actor) -> list[DrugForm]:
    return [form for form in FORMS if _admits(f"POST /pages/drug-log/containers/{{container_id}}/{form.name}", actor)]


async def _show(
    request: Request, app: Sessions, actor: Actor, pages: Site, container_id: str, filled: Filled, done: str | None
) -> Response:
    whose = OF_PACKAGES.admits(actor, {})
    container, packages = await app.reading.container(ContainerId(container_id), actor, whose=whose)
    may = _may(actor)
    of_line = {
        entry.id: [
            each for each in may if each.of_line and each.of_line(container, entry) and _not_self(each, entry, actor)
        ]
        for entry in container.entries
    }
    return pages.show(
        request.scope,
        "container.html",
        status=filled.status,
        container=container,
        registrant=app.ports.registrants.at(container.location_id),
        package=packages.get(container.package_id) if container.package_id else None,
        forms=[each for each in may if each.of_line is None and each.offered(container)],
        of_line=of_line,
        key=new_id,
        done=done,
        refused=filled.refused,
        zone=pages.zone,
    )


def _not_self(form: DrugForm, entry: Entry, actor: Actor) -> bool:
    """Nobody is offered to witness what they entered themselves."""
    return not form.at_once or entry.by != actor.id


async def _receive(
    app: Sessions,
    actor: Actor,
    pages: Site,
    key: RequestKey,
    typed: Form,
    location: str,
    fields: Sequence[Field],
    also: Mapping[str, Any],
) -> Filled | None:
    """None once it is in the log; otherwise the form as it is shown again."""
    body, faults = read(
        NewContainer, body_of(fields, typed, pages.zone, {"location_id": location, **also}, now=pages.clock())
    )
    if body is None:
        return Filled(typed, faults)
    refused = await refusal_of(receive(app, LocationId(location), body, actor, key), typed=True)
    return Filled(typed, refused=refused) if refused else None


def _ask_container(request: Request, pages: Site, location: str, filled: Filled) -> Response:
    return _form(
        request,
        pages,
        filled,
        form="receive",
        fields=LABEL,
        address="drug-log/receive",
        back="drug-log",
        parameters={"location": location},
    )


async def _ask_package(
    request: Request, app: Sessions, actor: Actor, pages: Site, patient_id: str, location: str, filled: Filled
) -> Response:
    seen = await app.read_drug_log.packages_of(PatientId(patient_id), actor)
    return _form(
        request,
        pages,
        filled,
        form="receive",
        fields=(*LABEL, *PACKAGE),
        address=f"drug-log/packages/{patient_id}/receive",
        back=f"drug-log/packages/{patient_id}",
        parameters={"location": location},
        for_whom=seen.details.name,
    )


def _ask(
    request: Request, pages: Site, form: DrugForm, container: Container, line: Entry | None, filled: Filled
) -> Response:
    return _form(
        request,
        pages,
        filled,
        form=form.name,
        fields=form.fields(container),
        address=f"drug-log/containers/{container.id}/{form.name}",
        back=f"drug-log/containers/{container.id}",
        container=container,
        line=line,
    )


def _form(
    request: Request,
    pages: Site,
    filled: Filled,
    *,
    form: str,
    fields: Sequence[Field],
    address: str,
    back: str,
    parameters: Mapping[str, str] = MappingProxyType({}),
    container: Container | None = None,
    line: Entry | None = None,
    for_whom: str | None = None,
) -> Response:
    asked = pages.words(request.scope).groups["asked"]
    return pages.show(
        request.scope,
        "drug_form.html",
        status=filled.status,
        form=form,
        fields=fields,
        address=address,
        back=back,
        parameters=parameters,
        container=container,
        line=line,
        for_whom=for_whom,
        kept={KEY: new_id(), **({OF: line.id} if line else {})},
        labels={each.name: asked[each.named] for each in fields},
        typed=filled.typed,
        faults=filled.faults,
        refused=filled.refused,
        zone=pages.zone,
    )
