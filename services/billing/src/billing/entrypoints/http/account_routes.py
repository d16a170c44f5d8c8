"""Accounts and prices over HTTP."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from billing.application.commands.add_private_contract import AddPrivateContract
from billing.application.commands.record_coverage import RecordCoverage
from billing.application.queries.reading import Standing
from billing.domain.accounts import Coverage, CoverageKind, Relationship
from billing.domain.ids import PatientId, StaffId
from billing.domain.visits import VisitKind
from billing.entrypoints.http.schemas import App, ChangedView, Id, Line, MoneyView, View
from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    RequestBody,
    answer,
    represent,
)
from careflow_service.http.fields import Day

router = APIRouter(tags=["accounts"])


class CoverageBody(RequestBody):
    """An insurance, or with kind `none` the answer that there is none."""

    kind: CoverageKind
    payer: Line | None = None
    member_id: Line | None = None
    group_number: Line | None = None
    relationship: Relationship = Relationship.SELF
    subscriber_name: Line | None = None

    def coverage(self) -> Coverage:
        return Coverage(
            kind=self.kind,
            payer=self.payer,
            member_id=self.member_id,
            group_number=self.group_number,
            relationship=self.relationship,
            subscriber_name=self.subscriber_name,
        )


class PrivateContractBody(RequestBody):
    practitioner_id: Id
    signed_on: Day
    ends_on: Day


class AddressView(View):
    line: str
    city: str
    state: str
    postal_code: str


class ProfileView(View):
    given_name: str
    family_name: str
    birth_date: date
    sex: str | None
    address: AddressView | None
    delivery_preference: str | None


class CoverageView(View):
    kind: CoverageKind
    payer: str | None
    member_id: str | None
    group_number: str | None
    relationship: Relationship
    subscriber_name: str | None


class SignedPolicyView(View):
    policy_version: str
    signed_at: datetime


class ContractView(View):
    practitioner_id: str
    signed_on: date
    ends_on: date


class AccountView(View):
    """`owed` for charges, `credit` paid and free for any, `prepaid` held for visits and packages. `merged_into` is the
    record for which this one was given up: nothing new is taken here, and what was paid here is given back here.
    """

    patient_id: str
    version: int
    profile: ProfileView | None
    coverage: CoverageView | None
    signed: list[SignedPolicyView]
    contracts: list[ContractView]
    owed: MoneyView
    credit: MoneyView
    prepaid: MoneyView
    merged_into: str | None

    @classmethod
    def of(cls, standing: Standing) -> "AccountView":
        account = standing.account
        return cls(
            patient_id=account.id,
            version=account.version,
            profile=ProfileView.model_validate(account.profile) if account.profile else None,
            coverage=CoverageView.model_validate(account.coverage) if account.coverage else None,
            signed=[SignedPolicyView.model_validate(signed) for signed in account.signed],
            contracts=[ContractView.model_validate(contract) for contract in account.contracts],
            owed=MoneyView.model_validate(standing.owed),
            credit=MoneyView.model_validate(standing.credit),
            prepaid=MoneyView.model_validate(standing.prepaid),
            merged_into=account.merged_into,
        )


class PriceView(View):
    code: str
    description: str
    amount: MoneyView


class UsualPriceView(View):
    kind: VisitKind
    amount: MoneyView


class PackageOfferView(View):
    """So many visits of a kind at a price for all of them."""

    code: str
    description: str
    kind: VisitKind
    sessions: int
    price: MoneyView


class FeeScheduleView(View):
    """The prices that hold on a date, what each kind of visit usually comes to, and the packages on offer."""

    version: str
    effective_from: date
    prices: list[PriceView]
    visits: list[UsualPriceView]
    packages: list[PackageOfferView]


@router.get("/v1/accounts/{patient_id}", response_model=AccountView)
async def read_account(patient_id: str, actor: CurrentActor, app: App) -> Response:
    """How a patient's account stands."""
    standing = await app.reading.account(PatientId(patient_id), actor)
    return represent(AccountView.of(standing), version=standing.account.version)


@router.put("/v1/accounts/{patient_id}/coverage", response_model=ChangedView)
async def record_coverage(
    patient_id: str, body: CoverageBody, actor: CurrentActor, app: App, version: ExpectedVersion
) -> Response:
    """Who covers the patient: asked at registration, and whenever it changes."""
    done = await app.record_coverage(RecordCoverage(PatientId(patient_id), body.coverage(), version), actor)
    return answer(done, ChangedView.model_validate(done.value), version=done.value.version)


@router.post("/v1/accounts/{patient_id}/private-contracts", status_code=201, response_model=ChangedView)
async def add_private_contract(
    patient_id: str, body: PrivateContractBody, actor: CurrentActor, app: App, request: IdempotentRequest
) -> Response:
    """A Medicare private contract with a clinician who opted out."""
    command = AddPrivateContract(PatientId(patient_id), StaffId(body.practitioner_id), body.signed_on, body.ends_on)
    done = await app.add_private_contract(command, actor, request)
    return answer(done, ChangedView.model_validate(done.value), status=201, version=done.value.version)


@router.get("/v1/fee-schedule", response_model=FeeScheduleView)
async def read_fee_schedule(
    app: App, on: Annotated[Day | None, Query(description="Today if left out.")] = None
) -> Response:
    """The prices of a date."""
    ports = app.ports
    schedule = ports.schedules.on(on or ports.day_of(ports.clock()))
    return represent(
        FeeScheduleView(
            version=schedule.version,
            effective_from=schedule.effective_from,
            prices=[PriceView.model_validate(price) for price in schedule.prices],
            visits=[
                UsualPriceView(kind=kind, amount=MoneyView.model_validate(schedule.usual_cost(kind)))
                for kind in schedule.visits
            ],
            packages=[PackageOfferView.model_validate(offer) for offer in schedule.packages],
        )
    )
