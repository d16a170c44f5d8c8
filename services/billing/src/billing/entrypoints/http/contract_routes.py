"""Medicare private contracts of all patients over HTTP; each is recorded at its patient's account."""

from datetime import date, datetime
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from billing.application.queries.read_contracts import ContractSeen
from billing.entrypoints.http.schemas import App
from careflow_service.http.dependencies import CurrentActor, Page, PageCursor, PageLimit, represent

router = APIRouter(prefix="/v1/private-contracts", tags=["accounts"])


class PrivateContractView(BaseModel):
    """`counts_until` is its end, or that of the clinician's opt-out if that is earlier; `ends_soon` within
    `contract_ends_soon_days` of the policy from today.
    """

    id: str
    patient_id: str
    practitioner_id: str
    practitioner_name: str | None
    signed_on: date
    ends_on: date
    counts_until: date
    ends_soon: bool
    recorded_at: datetime
    recorded_by: str

    @classmethod
    def of(cls, seen: ContractSeen) -> "PrivateContractView":
        recorded, contract = seen.recorded, seen.recorded.contract
        return cls(
            id=recorded.id,
            patient_id=recorded.patient_id,
            practitioner_id=contract.practitioner_id,
            practitioner_name=seen.practitioner_name,
            signed_on=contract.signed_on,
            ends_on=contract.ends_on,
            counts_until=seen.counts_until,
            ends_soon=seen.ends_soon,
            recorded_at=contract.recorded_at,
            recorded_by=recorded.recorded_by,
        )


@router.get("", response_model=Page[PrivateContractView])
async def list_private_contracts(
    app: App,
    actor: CurrentActor,
    standing: Literal["in_force", "ended"] = "in_force",
    limit: PageLimit = 50,
    after: PageCursor = None,
) -> Response:
    """Of each patient and clinician the contract that ends last: those in force, what ends next first; or those that
    have ended and were not signed again, the last one first.
    """
    found = await app.read_contracts(actor, limit, after, ended=standing == "ended")
    items = [PrivateContractView.of(each) for each in found.items]
    return represent(Page[PrivateContractView](items=items, next=found.next))
