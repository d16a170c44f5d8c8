"""What does not add up in the drug log becomes a case, or belongs to one that there is."""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.discrepancy_cases import DiscrepancyCase, DiscrepancyKind, Finding
from sessions.domain.drug_entries import Entry
from sessions.domain.drug_log import Container
from sessions.domain.ids import CaseId


class Investigated:
    """The cases about some containers of one location, with what is found of them in one unit of work."""

    def __init__(self, cases: list[DiscrepancyCase], ports: Ports) -> None:
        self._ports = ports
        self._read = {each.id: each for each in cases}
        self._now = dict(self._read)

    def found(self, container: Container, finding: Finding, tx: Transaction) -> CaseId:
        """The case this belongs to."""
        known = (each for each in self._now.values() if each.container_id == container.id and each.covers(finding))
        case = next(known, None)
        if case is None:
            case = DiscrepancyCase.opened(
                CaseId(tx.new_id()),
                container.location_id,
                container.id,
                container.item,
                finding,
                self._ports.policy,
                self._ports.calendar,
            )
            self._now[case.id] = case
        else:
            self._now[case.id] = case.found_again(finding)
        return case.id

    async def save(self, tx: Transaction) -> None:
        """What is new or was found again."""
        for case in self._now.values():
            await upsert(self._ports.drug_cases, self._read.get(case.id), case, tx)


def loss_of(entry: Entry) -> Finding:
    """What a line of loss says to a case."""
    return Finding(kind=DiscrepancyKind.LOST, amount=entry.mass, by=entry.by, at=entry.at, entry_id=entry.id)
