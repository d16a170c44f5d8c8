"""Asks for a patient's erasure, or takes that back. In between nobody writes anything new about them."""

from dataclasses import dataclass

from booking.application.in_use import in_use, records_of
from booking.application.ownership import check_own
from booking.application.ports import Ports
from booking.domain.erasures import Erasure, Grounds, erasure_under_way
from booking.domain.ids import ErasureId, PatientId
from booking.domain.patients import patient_merged
from booking.domain.record_requests import check_no_request_open
from careflow_domain.errors import not_found
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class RequestErasure:
    patient_id: PatientId
    grounds: Grounds


@dataclass(frozen=True, slots=True)
class RequestErasureHandler:
    """Records that were merged into the patient's are asked about with it, each for itself; one that had to be kept by
    itself, once the record it was given up for is erased. Raises `patient_not_found`, `patient_merged` for a record
    that was given up, `visits_open`, `record_request_open`, and `erasure_under_way` for the second request.
    """

    ports: Ports
    work: Work

    async def __call__(self, command: RequestErasure, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        check_own(actor, command.patient_id, "patient")

        async def work(tx: Transaction) -> Changed:
            patient = await self.ports.patients.get(command.patient_id, of=command.patient_id)
            if patient.merge is not None and await in_use(self.ports.patients, patient.merge.into) is not None:
                raise patient_merged()
            theirs = await records_of(self.ports.patients, patient)
            latest = {each: await self.ports.erasures.latest_of(each) for each in theirs}
            records = [each for each, asked in latest.items() if asked is None or asked.came_to_nothing]
            if patient.id not in records:
                raise erasure_under_way()
            for asking in await side_by_side(*(self.ports.record_requests.open_of(each) for each in records)):
                check_no_request_open(asking)
            paths = await side_by_side(*(self.ports.care_paths.get(each, of=each) for each in records))
            handed_out = await side_by_side(*(self.ports.disclosures.all_of(each) for each in records))
            asked_for = await side_by_side(*(self._asked_for(each) for each in records))
            asked = [
                Erasure.asked(
                    ErasureId(tx.new_id()),
                    path,
                    command.grounds,
                    asked_for=open_,
                    disclosures=of_record,
                    by=actor.id,
                    policy=self.ports.policy,
                    now=tx.now,
                )
                for path, open_, of_record in zip(paths, asked_for, handed_out, strict=True)
            ]
            for each in asked:
                await self.ports.erasures.add(each, tx)
                if each.open:
                    self.ports.erasing.close(each.patient_id)
            return Changed(asked[0].id, asked[0].version)

        return await self.work.run(work, by=actor, action="request_erasure", returns=Changed, request=request)

    async def _asked_for(self, patient_id: PatientId) -> int:
        holds, waiting = await side_by_side(
            self.ports.appointments.holds_of(patient_id), self.ports.waitlist.waiting_of(patient_id)
        )
        return len(holds) + len(waiting)


@dataclass(frozen=True, slots=True)
class WithdrawErasure:
    patient_id: PatientId


@dataclass(frozen=True, slots=True)
class WithdrawErasureHandler:
    """Takes back the newest request, of the records merged into the patient's as well. Raises `erasure_not_found` and
    `erasure_ended`.
    """

    ports: Ports
    work: Work

    async def __call__(self, command: WithdrawErasure, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        check_own(actor, command.patient_id, "patient")

        async def work(tx: Transaction) -> Changed:
            patient = await self.ports.patients.get(command.patient_id, of=command.patient_id)
            theirs = await records_of(self.ports.patients, patient)
            asked, *absorbed = await side_by_side(*(self.ports.erasures.latest_of(each) for each in theirs))
            if asked is None:
                raise not_found("erasure")
            withdrawn = asked.withdrawn(now=tx.now)
            await self._open(asked, withdrawn, tx)
            for each in absorbed:
                if each is not None and each.open:
                    await self._open(each, each.withdrawn(now=tx.now), tx)
            return Changed(withdrawn.id, withdrawn.version)

        return await self.work.run(work, by=actor, action="withdraw_erasure", returns=Changed, request=request)

    async def _open(self, before: Erasure, after: Erasure, tx: Transaction) -> None:
        await self.ports.erasures.save(after, expecting=before.version, tx=tx)
        self.ports.erasing.open(after.patient_id)
