"""A Medicare patient and a clinician who opted out agree that the patient pays."""

from dataclasses import dataclass
from datetime import date

from billing.application.coverage_of_visits import judge_coverage
from billing.application.ports import Ports
from billing.domain.accounts import PrivateContract
from billing.domain.ids import ContractId, PatientId, StaffId
from billing.domain.private_contracts import RecordedContract
from careflow_domain.errors import not_found
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.upsert import upsert
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class AddPrivateContract:
    """It counts for services from the moment it is recorded here, never before."""

    patient_id: PatientId
    practitioner_id: StaffId
    signed_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class AddPrivateContractHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: AddPrivateContract, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `account_not_found`, `clinician_not_found`, `contract_invalid`, `patient_merged`."""

        async def add(tx: Transaction) -> Changed:
            known, to_come, recorded = await side_by_side(
                self.ports.accounts.get(command.patient_id),
                self.ports.visits.to_come(command.patient_id, tx.now),
                self.ports.contracts.all_of(command.patient_id),
            )
            known.check_in_use()
            if self.ports.practice.clinician(command.practitioner_id) is None:
                raise not_found("clinician")
            contract = PrivateContract(command.practitioner_id, command.signed_on, command.ends_on, tx.now)
            account = known.with_contract(contract, today=self.ports.day_of(tx.now))
            await upsert(self.ports.accounts, known, account, tx)
            if account is not known:
                for before in recorded:
                    await upsert(self.ports.contracts, before, before.beside(contract), tx)
                new_id, by = ContractId(tx.new_id()), StaffId(actor.id)
                listed = RecordedContract.recorded(new_id, account.id, contract, recorded, by=by)
                await self.ports.contracts.add(listed, tx)
            await judge_coverage(to_come, account, tx, self.ports)
            return Changed(account.id, account.version)

        return await self.work.run(add, by=actor, action="add_private_contract", returns=Changed, request=request)
