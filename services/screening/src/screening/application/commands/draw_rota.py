"""The on-call rota is drawn up, or drawn anew."""

from dataclasses import dataclass, field

from careflow_domain.errors import stale
from careflow_service.identity import Actor
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ports import Ports
from screening.domain.ids import StaffId
from screening.domain.rota import Responder, Rota, Shift
from screening.domain.tasks import TaskKind

NO_ROTA_YET = 0


@dataclass(frozen=True, slots=True)
class DrawRota:
    """The whole rota; a first one is drawn up against version 0."""

    responders: tuple[Responder, ...] = field(repr=False)
    shifts: tuple[Shift, ...]
    medical_director: StaffId
    prescribers: tuple[StaffId, ...]
    expected_version: int


@dataclass(frozen=True, slots=True)
class DrawRotaHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: DrawRota, actor: Actor) -> Committed[Changed]:
        """Refused: `stale_version`, and as `Rota.drawn_up`."""

        async def draw(tx: Transaction) -> Changed:
            drawn = Rota.drawn_up(
                responders=command.responders,
                shifts=command.shifts,
                medical_director=command.medical_director,
                prescribers=command.prescribers,
                reachable_by=self.ports.notifier.channels(),
                now=tx.now,
            )
            current = await self.ports.rotas.current()
            if current:
                rota = current.redrawn(drawn)
                await self.ports.rotas.save(rota, expecting=command.expected_version, tx=tx)
                await self._close_gap(rota, tx)
                return Changed(rota.id, rota.version)
            if command.expected_version != NO_ROTA_YET:
                raise stale()
            await self.ports.rotas.add(drawn, tx)
            return Changed(drawn.id, drawn.version)

        return await self.work.run(draw, by=actor, action="draw_rota", returns=Changed)

    async def _close_gap(self, rota: Rota, tx: Transaction) -> None:
        """What was said of the gaps of before is over; those of this rota are told of by their own deadline."""
        task = await self.ports.tasks.open_for(TaskKind.ROTA_GAP, rota.id, of=None)
        if task is not None:
            await self.ports.tasks.save(task.superseded(now=tx.now), expecting=task.version, tx=tx)
