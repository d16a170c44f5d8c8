"""Packages of visits over HTTP."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from billing.application.commands.buy_package import BuyPackage
from billing.application.commands.give_back_package import GiveBackPackage
from billing.domain.ids import PackageId, PatientId
from billing.domain.packages import Package
from billing.domain.payment_methods import PaymentMethod
from billing.domain.visits import VisitKind
from billing.entrypoints.http.schemas import App, ChangedView, Id, Line, MoneyView, View
from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    answer,
    represent,
)

router = APIRouter(tags=["packages"])


class PackageBody(RequestBody):
    """`offer` is a package of today's fee schedule; `reference` and `is_another` as for a payment."""

    patient_id: Id
    offer: Id
    method: PaymentMethod
    reference: Line | None = None
    is_another: bool = False


class GiveBackBody(RequestBody):
    """`as_goodwill`: the clinic gives it back though the time for that is over."""

    as_goodwill: bool = False


class GivenBackView(View):
    payment_id: str
    version: int
    refund_id: str


class UseView(View):
    charge_id: str


class PackageView(View):
    """`unused` is what the visits that are left are worth; since `left_over_since` care has ended."""

    id: str
    version: int
    patient_id: str
    offer: str
    description: str
    kind: VisitKind
    sessions: int
    sessions_left: int
    price: MoneyView
    unused: MoneyView
    bought_on: date
    payment_id: str
    uses: list[UseView]
    given_back_at: datetime | None
    left_over_since: datetime | None = None

    @classmethod
    def of(cls, package: Package) -> "PackageView":
        offer = package.offer
        return cls(
            id=package.id,
            version=package.version,
            patient_id=package.patient_id,
            offer=offer.code,
            description=offer.description,
            kind=offer.kind,
            sessions=offer.sessions,
            sessions_left=package.sessions_left,
            price=MoneyView.model_validate(offer.price),
            unused=MoneyView.model_validate(package.unused),
            bought_on=package.bought_on,
            payment_id=package.payment_id,
            uses=[UseView.model_validate(use) for use in package.uses],
            given_back_at=package.given_back_at,
            left_over_since=package.left_over_since,
        )


@router.post("/v1/packages", status_code=201, response_model=ChangedView)
async def buy_package(body: PackageBody, actor: CurrentActor, app: App, request: IdempotentRequest) -> Response:
    """Visits are paid beforehand; each that is rendered takes one place and costs its share."""
    command = BuyPackage(PatientId(body.patient_id), body.offer, body.method, body.reference, body.is_another)
    done = await app.buy_package(command, actor, request)
    made = ChangedView.model_validate(done.value)
    return answer(done, made, status=201, version=made.version, location=f"/v1/packages/{made.id}")


@router.get("/v1/packages", response_model=Page[PackageView])
async def list_packages(
    patient_id: Annotated[Id, Query()],
    actor: CurrentActor,
    app: App,
    limit: PageLimit = WHOLE,
    after: PageCursor = None,
) -> Response:
    """A patient's packages, oldest first."""
    found = await app.reading.packages_of(PatientId(patient_id), actor, limit, after)
    return represent(Page[PackageView](items=[PackageView.of(package) for package in found.items], next=found.next))


@router.get("/v1/packages/{package_id}", response_model=PackageView)
async def read_package(package_id: str, actor: CurrentActor, app: App) -> Response:
    """One package."""
    package = await app.reading.package(PackageId(package_id), actor)
    return represent(PackageView.of(package), version=package.version)


@router.post("/v1/packages/{package_id}/refund", status_code=201, response_model=GivenBackView)
async def give_back_package(
    package_id: str,
    body: GiveBackBody,
    actor: CurrentActor,
    app: App,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """The visits that are left are not wanted any more: their money goes back, each at the package's price."""
    command = GiveBackPackage(PackageId(package_id), body.as_goodwill, version)
    done = await app.give_back_package(command, actor, request)
    return answer(done, GivenBackView.model_validate(done.value), status=201, version=done.value.version)
