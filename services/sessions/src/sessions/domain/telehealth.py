"""An hour by video or telephone: what is verified of a patient who is somewhere else, before it begins.

Invariants: nothing begins unless the newest verification is of now and everything in it is in order, and the patient's
consent to telehealth counts; a verification is never edited: whoever moves is located again, beside the one before. An
hour that may not be held is a coordination call, for what was found and never for what was not asked.

Sources: California Business and Professions Code 2290.5(b) (consent, documented before telehealth); 16 CCR 1815.5 (at
the beginning of each session the client's name and the address where they are, whether telehealth is right for them,
confidentiality, emergency services near them; elsewhere only where one may lawfully practise).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from careflow_domain.errors import conflict
from careflow_domain.setting import Setting
from sessions.domain.checks import Identifier, Recorded
from sessions.domain.consents import Consent, ConsentCategory
from sessions.domain.gate import Finding, Gate, RefusalReason


@dataclass(frozen=True, slots=True, kw_only=True)
class TelehealthPolicy:
    """Where patients may be during an hour at a distance, and for how many minutes it counts that they were located.
    `served_states` are codes of the postal service.
    """

    served_states: Setting[tuple[str, ...]]
    verified_minutes: Setting[int]

    def __post_init__(self) -> None:
        if self.verified_minutes.value < 1 or not self.served_states.value:
            raise ValueError("patients are somewhere, and it is known for some time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Who is at the other end, and where: `address` and `emergency_service` (the nearest one) in words, `state` the
    code of the state or territory, None outside the United States, `callback` a number in E.164. `private`: nobody else
    can hear; `fit`: in the therapist's judgement telehealth is right for the patient today.
    """

    identifiers: frozenset[Identifier]
    address: str = field(repr=False)
    state: str | None = field(repr=False)
    callback: str = field(repr=False)
    emergency_service: str = field(repr=False)
    private: bool
    fit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinationCall:
    """What took the place of an hour that may not be held: how long it was, and what was agreed."""

    minutes: int
    note: str = field(repr=False)


VERIFIED: Final = "verified_now"
CONSENTED: Final = "telehealth_consent"
_FOUND: Final[tuple[tuple[str, RefusalReason, Callable[[Verification, TelehealthPolicy], bool]], ...]] = (
    ("two_identifiers", RefusalReason.CLINICAL, lambda found, _: len(found.identifiers) >= 2),
    ("state_served", RefusalReason.LOGISTICS, lambda found, policy: found.state in policy.served_states.value),
    ("in_private", RefusalReason.LOGISTICS, lambda found, _: found.private),
    ("fit_for_telehealth", RefusalReason.CLINICAL, lambda found, _: found.fit),
)
"""What must be so of the newest verification, and what kind of reason it is when it is not."""


def telehealth_gate(
    recorded: Sequence[Recorded[Verification]],
    consents: Iterable[Consent],
    policy: TelehealthPolicy,
    policy_version: str,
    *,
    now: datetime,
) -> Gate:
    """How everything stands that an hour at a distance asks for. What nobody has asked is not found to be wrong:
    without a verification that alone is missing, and the consent if it is. Nothing of it is overridden, and nothing of
    it is ever the patient's fault: who would pay for saying where they are would not say it.
    """
    newest = recorded[-1] if recorded else None
    in_time = newest is not None and now - newest.at <= timedelta(minutes=policy.verified_minutes.value)
    telehealth = (each for each in consents if each.category is ConsentCategory.TELEHEALTH)
    consented = any(each.signed_at <= now and each.valid_at(now) for each in telehealth)
    found = () if newest is None else ((item, of, so(newest.value, policy)) for item, of, so in _FOUND)
    stand = (
        (VERIFIED, RefusalReason.LOGISTICS, in_time),
        *found,
        (CONSENTED, RefusalReason.CONSENT, consented),
    )
    findings = tuple(
        Finding(
            item=item,
            passed=passed,
            reason=reason,
            overridable=False,
            recorded_by=newest.by if newest and item != CONSENTED else None,
            recorded_at=newest.at if newest and item != CONSENTED else None,
        )
        for item, reason, passed in stand
    )
    return Gate(at=now, policy_version=policy_version, findings=findings)


def must_be_ready(gate: Gate | None) -> None:
    """Refused: `telehealth_not_ready` with everything that is missing at once."""
    missing = [VERIFIED] if gate is None else [each.item for each in gate.failed]
    if missing:
        raise conflict(
            "telehealth_not_ready",
            "Not everything that is asked before an hour at a distance is in order.",
            missing=missing,
        )


def must_be_verified(gate: Gate | None) -> Gate:
    """Refused: `telehealth_not_verified`: nobody is sent away for what was not asked of them now."""
    if gate is None or any(each.item == VERIFIED for each in gate.failed):
        raise conflict("telehealth_not_verified", "Record first who and where the patient is.")
    return gate
