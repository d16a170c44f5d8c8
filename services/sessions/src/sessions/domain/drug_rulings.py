"""A line of the drug log that nobody witnessed in time is settled by the judgement of the case that it is in.

Invariants: what is judged is the very line a case was opened for, or one that was left without its witness until the
case found it so; the judge had to do with none of it; the line says by what judgement it counts, and by whose.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from careflow_domain.errors import forbidden
from sessions.domain.discrepancy_cases import DiscrepancyCase, DiscrepancyKind, Judged
from sessions.domain.drug_entries import Entry, Ruling
from sessions.domain.drug_log import Container
from sessions.domain.ids import CaseId


def unwitnessed_in(case: DiscrepancyCase, container: Container, *, window: timedelta, now: datetime) -> list[Entry]:
    """The lines that a judgement of this case settles: its losses, and what had been left without a witness when it was
    found unsettled. What may still be witnessed, but for a loss, waits for that.
    """
    losses = {each.entry_id for each in case.findings}
    found = [each.at for each in case.findings if each.kind is DiscrepancyKind.UNSETTLED]

    def left(entry: Entry) -> bool:
        return not entry.waits(window, now) and any(entry.at <= at for at in found)

    return [each for each in container.unwitnessed if each.id in losses or left(each)]


def ruled(container: Container, case_id: CaseId, judged: Judged, lines: Iterable[Entry]) -> Container:
    """The container with these lines counting by the judgement. Refused: `judge_is_involved`, `container_exceeded`
    (the log says meanwhile that less is left: the line is taken back first).
    """
    after = container
    for line in lines:
        if judged.by in container.involved_in(line):
            raise forbidden(
                "judge_is_involved", "What nobody witnessed is judged by who did not draw, give or enter it."
            )
        after = after.counting(replace(line, ruling=Ruling(case_id=case_id, judged=judged)))
    return after
