"""A superbill no longer counts; another one may be issued in its place."""

from dataclasses import dataclass

from billing.application.ports import Ports
from billing.application.results import Numbered
from billing.application.superbill_issuing import no_longer_billed
from billing.domain.ids import SuperbillId
from billing.domain.superbills import VoidReason
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class VoidSuperbill:
    superbill_id: SuperbillId
    reason: VoidReason
    expected_version: int


@dataclass(frozen=True, slots=True)
class VoidSuperbillHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: VoidSuperbill, actor: Actor, request: RequestKey) -> Committed[Numbered]:
        """Refused: `superbill_not_found`, `superbill_void`."""

        async def void(tx: Transaction) -> Numbered:
            before = await self.ports.superbills.get(command.superbill_id)
            superbill = before.void(command.reason, now=tx.now)
            await self.ports.superbills.save(superbill, expecting=command.expected_version, tx=tx)
            await no_longer_billed(superbill, tx, self.ports)
            return Numbered(superbill.id, superbill.version, superbill.number)

        return await self.work.run(void, by=actor, action="void_superbill", returns=Numbered, request=request)
