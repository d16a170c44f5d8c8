"""A Medicare patient and a clinician who opted out agree that the patient pays."""

from dataclasses import dataclass

from billing.application.account_of import change_account
from billing.application.ports import Ports
from billing.application.results import Changed
from billing.domain.accounts import PrivateContract
from billing.domain.ids import PatientId
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class AddPrivateContract:
    patient_id: PatientId
    contract: PrivateContract


@dataclass(frozen=True, slots=True)
class AddPrivateContractHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: AddPrivateContract, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `account_not_found`, `contract_invalid`."""

        async def add(tx: Transaction) -> Changed:
            await self.ports.accounts.get(command.patient_id)
            today = self.ports.day_of(tx.now)
            account = await change_account(
                command.patient_id, lambda known: known.with_contract(command.contract, today=today), tx, self.ports
            )
            return Changed(account.id, account.version)

        return await self.work.run(add, by=actor, action="add_private_contract", returns=Changed, request=request)
