"""A letter by which a patient appeals against what their insurer decided about a superbill, with a page on what to do.

Invariant: it says what the superbill says and what the patient said, and no diagnosis: those are on the bill that goes
with it. It is about a superbill in force, and never to Medicare.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from billing.domain.appeals import AppealStage, Decision, Language
from billing.domain.claim_sheets import expect_filed_by_patient
from billing.domain.letterhead import Letterhead, PaperKind
from billing.domain.money import Money
from billing.domain.superbill_content import BilledPatient
from billing.domain.superbills import Superbill
from careflow_domain.errors import conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealedService:
    """One service of the bill, as the insurer's notice lists it."""

    service_date: date
    code: str
    description: str
    clinician: str
    charged: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealLetter:
    """`words` are the patient's own, `enclosed` what they send beside the notice and the bill. It is to be sent by
    `last_day`, and decided within `decision_days`; `external_months` are for what may follow.
    """

    head: Letterhead
    superbill_number: str
    stage: AppealStage
    decision: Decision = field(repr=False)
    last_day: date
    decision_days: int
    external_months: int
    patient: BilledPatient = field(repr=False)
    services: tuple[AppealedService, ...] = field(repr=False)
    charged: Money
    paid: Money
    words: str | None = field(default=None, repr=False)
    enclosed: tuple[str, ...] = field(default=(), repr=False)
    language: Language = Language.ENGLISH
    kind: Literal[PaperKind.APPEAL_LETTER] = PaperKind.APPEAL_LETTER

    @classmethod
    def about(
        cls,
        superbill: Superbill,
        decision: Decision,
        stage: AppealStage,
        last_day: date,
        *,
        decision_days: int,
        external_months: int,
        words: str | None,
        enclosed: tuple[str, ...],
        language: Language,
        today: date,
    ) -> "AppealLetter":
        """Raises `superbill_not_in_force`, `no_claim_to_medicare`, `notice_dates_invalid`."""
        content = superbill.content
        if not superbill.in_force:
            raise conflict("superbill_not_in_force", "This superbill is void; appeal with the one in its place.")
        expect_filed_by_patient(content.patient.coverage)
        decision.expect_possible(min(line.service_date for line in content.lines), today)
        names = {each.letter: f"{each.name}, {each.credentials}" for each in content.clinicians}
        return cls(
            head=Letterhead(provider=content.provider, name=content.patient.name, address=content.patient.address),
            superbill_number=superbill.number,
            stage=stage,
            decision=decision,
            last_day=last_day,
            decision_days=decision_days,
            external_months=external_months,
            patient=content.patient,
            services=tuple(
                AppealedService(
                    service_date=line.service_date,
                    code=line.code,
                    description=line.description,
                    clinician=names.get(line.clinician, ""),
                    charged=line.charged,
                )
                for line in content.lines
            ),
            charged=content.charged,
            paid=content.paid,
            words=words,
            enclosed=enclosed,
            language=language,
        )
