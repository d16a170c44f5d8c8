"""The front desk: what is signed, who covers a patient, and which records are one person's."""

from datetime import timedelta
from typing import Final

from billing.application.commands.add_private_contract import AddPrivateContract, AddPrivateContractHandler
from billing.application.commands.record_coverage import RecordCoverage, RecordCoverageHandler
from billing.domain.accounts import Coverage, CoverageKind
from billing.domain.ids import PatientId, StaffId
from careflow_events import contracts
from services.billing.tests import heard
from services.billing.tests.builders import ANA, ZONE
from services.billing.tests.walks.walker import BEN, Walker

COVERAGES: Final = (
    Coverage(kind=CoverageKind.NONE),
    Coverage(kind=CoverageKind.COMMERCIAL, payer="Example Health Plan", member_id="XEH900100200"),
    Coverage(kind=CoverageKind.MEDICARE, payer="Medicare", member_id="1EG4TE5MK73"),
)


class AtTheFrontDesk(Walker):
    """As booking tells of it, or a biller records."""

    async def step_consents(self) -> None:
        await self.hear(heard.consent().model_copy(update={"patient_id": self.patient(), "signed_at": self.clinic.now}))

    async def covered(self, patient: PatientId) -> None:
        account = await self.clinic.ports.accounts.get(patient)
        await self.asks(RecordCoverageHandler, RecordCoverage(patient, self.random.choice(COVERAGES), account.version))

    async def step_coverage(self) -> None:
        await self.covered(self.patient())

    async def step_contract(self) -> None:
        signed = self.clinic.now.astimezone(ZONE).date() - timedelta(days=self.random.choice((0, 30)))
        staff = self.random.choice(("dr-paula-prescriber", "theo-therapist", "dr-maya-director"))
        command = AddPrivateContract(self.patient(), StaffId(staff), signed, signed + timedelta(days=700))
        await self.asks(AddPrivateContractHandler, command)

    async def step_records_are_merged(self) -> None:
        """One record is given up for the other, or both are in use again."""
        given_up = [each for each in self.clinic.all("accounts") if each.merged_into is not None]
        if not given_up:
            patient = self.patient()
            survivor = BEN if patient == ANA else ANA
            await self.hear(contracts.PatientsMerged(patient_id=patient, surviving_patient_id=survivor))
            return
        (account,) = given_up
        parted = contracts.PatientsUnmerged(patient_id=account.id, surviving_patient_id=account.merged_into)
        await self.hear(parted)
