"""Some of what was dispensed for a patient goes home with them, where the clinic's policy lets it."""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Added
from careflow_service.work import Committed, Transaction, Work, side_by_side
from sessions.application.courses import course_of
from sessions.application.ports import Ports
from sessions.domain.clinic_day import clinic_day
from sessions.domain.drug_amounts import DrugQuantity
from sessions.domain.drug_entered_late import happened_in_log
from sessions.domain.drug_entries import Entry, EntryKind, HandedOut
from sessions.domain.ids import ContainerId, EntryId, StaffId
from sessions.domain.packages import TakingHome


@dataclass(frozen=True, slots=True)
class HandOutPackage:
    """`happened_at` is when it went home, where that is entered afterwards: by then it is judged."""

    container_id: ContainerId
    quantity: DrugQuantity
    gone: HandedOut
    note: str = field(repr=False)
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandOutPackageHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: HandOutPackage, actor: Actor, request: RequestKey) -> Committed[Added]:
        """It counts once a second person has witnessed it. Refused: `container_not_found`, `not_a_package`, and what
        `happened_in_log`, `TakingHome.must_be_allowed`, `Item.mass_of` and `Container.entered` refuse.
        """
        ports = self.ports

        async def hand_out(tx: Transaction) -> Added:
            before = await ports.drug_log.get(command.container_id)
            if before.package_id is None:
                raise conflict("not_a_package", "Only what was dispensed for one patient is handed out, and to them.")
            whose = (await ports.packages.get(before.package_id)).patient_id
            plan, eligibility, course = await side_by_side(
                ports.plans.live_of(whose), ports.eligibilities.find(whose, of=whose), course_of(whose, ports)
            )
            then = happened_in_log(before, None, command.happened_at, ports.policy, now=tx.now)
            at = then or tx.now
            home = TakingHome(plan=plan, eligibility=eligibility, course=course, policy=ports.policy, now=at)
            home.must_be_allowed(before, clinic_day(at, ports.policy.timezone))
            entry = Entry(
                id=EntryId(tx.new_id()),
                kind=EntryKind.HANDED_OUT,
                mass=before.item.mass_of(command.quantity),
                by=StaffId(actor.id),
                at=tx.now,
                note=command.note,
                disposal=command.gone,
                happened_at=then,
            )
            container = before.entered(entry, overfill_percent=ports.policy.drug_log.overfill_percent.value)
            await ports.drug_log.save(container, expecting=before.version, tx=tx)
            return Added(container.id, container.version, entry.id)

        return await self.work.run(hand_out, by=actor, action="hand_out_package", returns=Added, request=request)
