"""What a patient is asked of their history, area by area, and by which answers.

Invariant: every condition that the policy has asked of patients stands in one area; the policy alone says whom it
concerns.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from screening.domain.conditions import IN_WORDS, ConditionCode
from screening.domain.history import ConditionStatus

UNSURE: Final = "unsure"
"""The answer by which nothing is recorded: what is not known stays unknown, and somebody of the clinic asks."""

_C = ConditionCode
_NO, _NOW, _PAST = ConditionStatus.RULED_OUT, ConditionStatus.ACTIVE, ConditionStatus.HISTORY

AREAS: Final[Mapping[str, tuple[ConditionCode, ...]]] = {
    "allergies": (_C.DRUG_ALLERGY, _C.HYPERSENSITIVITY_TO_KETAMINE),
    "heart": (
        _C.HYPERTENSION,
        _C.MYOCARDIAL_INFARCTION,
        _C.UNSTABLE_ANGINA,
        _C.DECOMPENSATED_HEART_FAILURE,
        _C.SEVERE_VALVE_DISEASE,
        _C.SEVERE_ARRHYTHMIA,
        _C.ANEURYSMAL_VASCULAR_DISEASE,
        _C.RAISED_PRESSURE_HAZARD,
    ),
    "brain": (
        _C.STROKE,
        _C.TRANSIENT_ISCHEMIC_ATTACK,
        _C.INTRACEREBRAL_HEMORRHAGE,
        _C.ARTERIOVENOUS_MALFORMATION,
        _C.RAISED_INTRACRANIAL_PRESSURE,
        _C.RECENT_HEAD_INJURY,
        _C.CNS_MASS,
        _C.SEIZURES,
    ),
    "mind": (
        _C.PSYCHOSIS,
        _C.SCHIZOPHRENIA_SPECTRUM,
        _C.MANIA,
        _C.BIPOLAR_I,
        _C.DISSOCIATIVE_DISORDER,
        _C.SEVERE_PERSONALITY_DISORDER,
    ),
    "breathing": (
        _C.SEVERE_RESPIRATORY_DISEASE,
        _C.UNTREATED_SLEEP_APNEA,
        _C.DIFFICULT_AIRWAY,
        _C.BMI_40_OR_MORE,
    ),
    "body": (
        _C.LIVER_DISEASE_CHILD_PUGH_C,
        _C.UNTREATED_HYPERTHYROIDISM,
        _C.PHEOCHROMOCYTOMA,
        _C.PORPHYRIA,
        _C.GLAUCOMA,
        _C.CYSTITIS,
        _C.LOWER_URINARY_TRACT_SYMPTOMS,
        _C.HEMATURIA,
        _C.PREGNANCY,
        _C.BREASTFEEDING,
    ),
    "substances": (
        _C.ALCOHOL_USE_DISORDER,
        _C.OPIOID_USE_DISORDER,
        _C.STIMULANT_USE_DISORDER,
        _C.SUBSTANCE_USE_DISORDER,
        _C.KETAMINE_USE_DISORDER,
        _C.KETAMINE_ELSEWHERE,
        _C.KETAMINE_TOLERANCE,
    ),
    "support": (_C.NO_STABLE_SUPPORT, _C.DECLINES_PSYCHOTHERAPY, _C.OTHER),
}
"""In the order they are asked."""

_HAPPENED: Final = frozenset(
    {
        _C.MYOCARDIAL_INFARCTION,
        _C.STROKE,
        _C.TRANSIENT_ISCHEMIC_ATTACK,
        _C.INTRACEREBRAL_HEMORRHAGE,
        _C.RECENT_HEAD_INJURY,
    }
)
"""What happens and is over."""
_LASTS: Final = frozenset(
    {
        _C.DRUG_ALLERGY,
        _C.HYPERSENSITIVITY_TO_KETAMINE,
        _C.UNTREATED_SLEEP_APNEA,
        _C.DIFFICULT_AIRWAY,
        _C.BMI_40_OR_MORE,
        _C.LIVER_DISEASE_CHILD_PUGH_C,
        _C.UNTREATED_HYPERTHYROIDISM,
        _C.PORPHYRIA,
        _C.GLAUCOMA,
        _C.LOWER_URINARY_TRACT_SYMPTOMS,
        _C.HEMATURIA,
        _C.PREGNANCY,
        _C.BREASTFEEDING,
        _C.NO_STABLE_SUPPORT,
        _C.DECLINES_PSYCHOTHERAPY,
        _C.OTHER,
    }
)
"""What is so now or is not: that it once was concerns nobody, or it never ends."""


def answers_to(condition: ConditionCode) -> tuple[ConditionStatus, ...]:
    """What can be said of it."""
    if condition in _HAPPENED:
        return (_NO, _PAST)
    return (_NO, _NOW) if condition in _LASTS else (_NO, _NOW, _PAST)


@dataclass(frozen=True, slots=True)
class Question:
    """One condition as it is asked. `told` is what the patient said of it last; with `dated` they are asked when it
    last was, for a rule looks at how long ago that is.
    """

    condition: ConditionCode
    told: ConditionStatus | None
    dated: bool

    @property
    def answers(self) -> tuple[ConditionStatus, ...]:
        return answers_to(self.condition)

    @property
    def in_words(self) -> bool:
        """Whether a yes says nothing without a description."""
        return self.condition in IN_WORDS

    @property
    def detail(self) -> str:
        """The names of its fields: the description of a yes, and the day it last was."""
        return f"{self.condition.value}.detail"

    @property
    def occurred_on(self) -> str:
        return f"{self.condition.value}.occurred_on"


def asked_in(area: str, asked: Collection[ConditionCode]) -> Iterator[ConditionCode]:
    """What of an area this patient is asked; what has no code of its own, in words, is asked of everybody."""
    return (each for each in AREAS[area] if each in asked or each is ConditionCode.OTHER)


def after(area: str) -> tuple[str, ...]:
    """The areas behind this one."""
    names = tuple(AREAS)
    return names[names.index(area) + 1 :]
