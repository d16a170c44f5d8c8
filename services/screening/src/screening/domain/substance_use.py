"""What of a patient's record is about substance use (42 CFR Part 2), and the record without it or with nothing else.

Invariant: what is in one part is not in the other, and together they are everything. Prose is not sorted: whoever hands
a copy on has to read it first, and the copy says so.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from careflow_domain.disclosures import RecordPart
from screening.domain.alerts import SafetyAlert
from screening.domain.case import Case
from screening.domain.clearance import Clearance
from screening.domain.clearance_terms import ClearanceTerms, Indication
from screening.domain.conditions import ConditionCode
from screening.domain.consents import ConsentForm
from screening.domain.course import Course
from screening.domain.evaluation import Diagnoses, is_substance_use
from screening.domain.medications import Medication
from screening.domain.rules import Finding
from screening.domain.suspensions import Suspension


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstanceUsePolicy:
    """Which questionnaires, conditions, rules, indications and ingredients of drugs say something of substance use;
    `notice` goes with every copy of them, `unsorted` with every copy of the rest; `consent_form` is what patients sign.
    """

    questionnaires: tuple[str, ...]
    conditions: tuple[ConditionCode, ...]
    rules: tuple[str, ...]
    indications: tuple[Indication, ...]
    drugs: tuple[str, ...]
    notice: str
    unsorted: str
    consent_form: ConsentForm
    source: str


@dataclass(frozen=True, slots=True)
class Partition:
    """One part of a record. `labelled` are the ids of what is about substance use in the cases seen so far, `drugs` are
    the medications among them as suspensions name them.
    """

    part: RecordPart
    policy: SubstanceUsePolicy
    ingredients_of: Callable[[Medication], frozenset[str]]
    labelled: frozenset[str] = frozenset()
    drugs: frozenset[str] = frozenset()

    @property
    def notice(self) -> str:
        """What the copy says of itself."""
        return self.policy.notice if self._apart else self.policy.unsorted

    def having_seen(self, case: Case) -> "Partition":
        """Knows what clearances and alerts may refer to in this case."""
        asked = (each.id for each in case.questionnaires if each.questionnaire in self.policy.questionnaires)
        facts = (each.id for each in case.history if each.conditions_said & set(self.policy.conditions))
        taken = [each for each in case.medications if self.ingredients_of(each) & set(self.policy.drugs)]
        return replace(
            self,
            labelled=self.labelled | {*asked, *facts, *(each.id for each in taken)},
            drugs=self.drugs | {each.ground for each in taken},
        )

    def case(self, case: Case) -> Case:
        """This part of a case that was seen."""
        mine = replace(
            case,
            questionnaires=tuple(each for each in case.questionnaires if self._keeps(each.id in self.labelled)),
            history=tuple(each for each in case.history if self._keeps(each.id in self.labelled)),
            medications=tuple(each for each in case.medications if self._keeps(each.id in self.labelled)),
            diagnoses=tuple(self._diagnoses(case.diagnoses)),
            indications=tuple(each for each in case.indications if self._keeps(each in self.policy.indications)),
            held=self._suspensions(case.held, frozenset(self.policy.rules)),
        )
        if self._apart:
            return replace(
                mine,
                evaluations=(),
                evaluation_visits=(),
                evidence=(),
                trials=(),
                deferrals=(),
                pressure_refusals=(),
                course=Course(),
                ending=None,
            )
        others = {
            scale: found for scale, found in case.course.standing.items() if scale not in self.policy.questionnaires
        }
        return replace(mine, course=replace(case.course, standing=others))

    def clearance(self, clearance: Clearance) -> Clearance | None:
        """This part of a clearance, if it says anything of it; the case behind it was seen."""
        decision = clearance.decision
        rules = self._rules(decision.findings)
        mine = replace(
            clearance,
            decision=replace(
                decision,
                findings=tuple(each for each in decision.findings if self._keeps(each.rule in rules)),
                accepted={rule: why for rule, why in decision.accepted.items() if self._keeps(rule in rules)},
                settled=tuple(each for each in decision.settled if self._keeps(each.ref in rules)),
                terms=self._terms(decision.terms, rules),
            ),
            suspensions=self._suspensions(clearance.suspensions, rules),
        )
        if not self._apart:
            return mine
        left = mine.decision
        says = left.findings or left.accepted or left.settled or left.terms.indications or mine.suspensions
        return replace(mine, end_reason=None) if says else None

    def findings(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Those of this part; what they rest on was seen."""
        found = tuple(findings)
        rules = self._rules(found)
        return tuple(each for each in found if self._keeps(each.rule in rules))

    def missing(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Of what a decision still misses, that which is asked for in this part."""
        asked = {*self.policy.questionnaires, *(each.value for each in self.policy.conditions)}
        return tuple(each for each in codes if self._keeps(each.partition("_")[2] in asked))

    def alert(self, alert: SafetyAlert) -> SafetyAlert | None:
        """This part of an alert: the substance-use part has those alone that nothing else raised."""
        about = [each.ref in self.labelled for each in alert.positives]
        if self._keeps(all(about)):
            return alert if self._apart else self._without(alert, about)
        return None

    def _without(self, alert: SafetyAlert, about: list[bool]) -> SafetyAlert:
        others = (each for each, is_about in zip(alert.positives, about, strict=True) if not is_about)
        return replace(alert, positives=tuple(others))

    @property
    def _apart(self) -> bool:
        return self.part is RecordPart.SUBSTANCE_USE

    def _keeps(self, is_about: bool) -> bool:
        return is_about is self._apart

    def _rules(self, findings: Iterable[Finding]) -> frozenset[str]:
        return frozenset(
            {*self.policy.rules, *(each.rule for each in findings if self.labelled.intersection(each.refs))}
        )

    def _diagnoses(self, diagnoses: Iterable[Diagnoses]) -> Iterable[Diagnoses]:
        for each in diagnoses:
            codes = tuple(code for code in each.codes if self._keeps(is_substance_use(code)))
            if codes:
                yield replace(each, codes=codes)

    def _terms(self, terms: ClearanceTerms, rules: frozenset[str]) -> ClearanceTerms:
        treated = {each.value for each in self.policy.indications}
        mine = replace(
            terms,
            indications=tuple(each for each in terms.indications if self._keeps(each in treated)),
            interaction_flags=tuple(
                flag for flag in terms.interaction_flags if self._keeps(flag.partition(":")[0] in rules)
            ),
        )
        return replace(mine, conditions=(), excluded_routes=(), allergies=()) if self._apart else mine

    def _suspensions(self, suspensions: tuple[Suspension, ...], rules: frozenset[str]) -> tuple[Suspension, ...]:
        def about(each: Suspension) -> bool:
            named = (ground in self.drugs or not self.labelled.isdisjoint(ground.split()) for ground in each.grounds)
            return each.ref in rules or any(named)

        return tuple(each for each in suspensions if self._keeps(about(each)))
