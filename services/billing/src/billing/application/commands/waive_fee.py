"""The clinic does without a fee."""

from dataclasses import dataclass

from billing.application.fees import spare_beside, take_back
from billing.application.ports import Ports
from billing.domain.fee_cases import FeeState, WaiverReason
from billing.domain.ids import AppointmentId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class WaiveFee:
    appointment_id: AppointmentId
    reason: WaiverReason
    expected_version: int


@dataclass(frozen=True, slots=True)
class WaiveFeeHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: WaiveFee, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `fee_not_found`, `fee_settled`, `reason_not_a_decision`, `stale_version`."""

        async def waive(tx: Transaction) -> Changed:
            before = await self.ports.fees.get(command.appointment_id)
            known = await self.ports.fees.all_of(before.patient_id)
            fee = before.forgive(command.reason, now=tx.now)
            await self.ports.fees.save(fee, expecting=command.expected_version, tx=tx)
            if before.state is FeeState.POSTED:
                await take_back(before, tx, self.ports)
            await spare_beside(fee, known, tx, self.ports)
            return Changed(fee.id, fee.version)

        return await self.work.run(waive, by=actor, action="waive_fee", returns=Changed, request=request)
