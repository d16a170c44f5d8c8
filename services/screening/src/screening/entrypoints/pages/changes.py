"""What of a case is different from how it stood when somebody opened a form about it.

Invariant: a mark tells nothing by itself; what is about substance use is said to have changed, never what it is.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from screening.application.queries.read_case_page import CaseSeen, PartSeen


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing of a case as it stands: `what` it is, what the reader is told of it, and the mark of how it stands."""

    what: str
    said: str
    mark: str


def marks(seen: CaseSeen) -> str:
    """How everything stands, as a form carries it."""
    return " ".join(sorted({trace.mark for trace in _traces(seen)}))


def changed_since(seen: CaseSeen, before: str) -> tuple[Trace, ...]:
    """What stands otherwise than by these marks, or was not there: nothing of a case is ever taken away, and what is
    resolved shows by what resolved it. Without marks nothing can be said.
    """
    known = frozenset(before.split())
    return tuple(trace for trace in _traces(seen) if trace.mark not in known) if known else ()


def _traces(seen: CaseSeen) -> Iterator[Trace]:
    yield from _of_part(seen.general)
    consents = (f"{each.id} {each.state}" for each in seen.consents)
    yield _trace("apart", "", *(trace.mark for trace in _of_part(seen.apart)), *consents)


def _of_part(part: PartSeen) -> Iterator[Trace]:
    case = part.case
    yield _trace("case", "", case.id, case.state, case.care_end, case.indications)
    for fact in case.history:
        yield _trace("history", f"{fact.condition}: {fact.status}", fact.ground)
    for taken in case.medications:
        yield _trace(
            "medication", taken.ingredient, taken.id, taken.ground, taken.stops, taken.identified, taken.voided
        )
    for tried in case.trials:
        yield _trace("trial", tried.drug, tried.id, tried.voided)
    for each in case.evidence:
        yield _trace("evidence", each.kind, each.id, each.voided)
    for asked in case.questionnaires:
        if asked.completed_at is not None:
            yield _trace("answers", asked.questionnaire.upper(), asked.id)
    for visit in case.evaluations:
        yield _trace("evaluation", ", ".join(each.part for each in visit.parts), visit.id)
    for named in case.diagnoses:
        yield _trace("diagnoses", "", named.evaluation_id, named.recorded_at)
    for waits in case.deferrals:
        yield _trace("deferral", "", waits.at, waits.until)
    for found in part.findings:
        yield _trace("finding", found.rule, found.rule, found.finding_class, sorted(found.grounds))
    for held_for in case.held:
        yield _trace("suspension", held_for.fine_reason, *held_for.pair, sorted(held_for.grounds))
    if part.clearance is not None:
        clearance = part.clearance
        held = sorted((*each.pair, *sorted(each.grounds)) for each in clearance.suspensions)
        yield _trace("clearance", clearance.state, clearance.id, clearance.state, clearance.valid_until, held)
    if part.alert is not None:
        alert = part.alert
        yield _trace("alert", alert.state, alert.id, alert.version)


def _trace(what: str, said: str, *how: object) -> Trace:
    stands = "\n".join((what, *map(str, how)))
    return Trace(what, said, hashlib.sha256(stands.encode()).hexdigest()[:8])
