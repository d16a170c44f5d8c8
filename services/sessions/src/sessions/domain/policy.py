"""The clinical policy of sessions: every number a decision uses, in one versioned, typed document.

Invariant: each number names its source and the default it replaces; every plan, order and gate records the version it
was decided by. The document itself is data (`sessions/data/policy`), which the clinic changes and a licensed clinician
signs off.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from careflow_domain.disclosures import CopyPolicy
from careflow_domain.errors import conflict
from careflow_domain.policy_signatures import PolicySignature, signature_of
from careflow_domain.policy_versions import check_version
from careflow_domain.retention import RetentionPolicy
from careflow_domain.setting import Setting
from sessions.domain.course import IntegrationRules
from sessions.domain.doses import Ceiling, Devices
from sessions.domain.infusion import Tolerance
from sessions.domain.plan_links import PLAN_LINKS, PlanLinkPolicy
from sessions.domain.plan_task_terms import PlanTaskPolicy
from sessions.domain.telehealth import TelehealthPolicy
from sessions.domain.units import Milligrams, MilligramsPerKilogram
from sessions.domain.vitals import BloodPressure, ObservationPlan, Signal, SignalLimits, VitalsTimes
from sessions.domain.words import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePolicy:
    """How one route is given: which drugs, the clinic's ceilings, when signs are observed, how long the patient stays.

    `drugs` are names as a container's record gives them, whatever their case.
    `monitoring_minutes` counts from the start of the last dose, or from its end where `monitored_from_end`.
    """

    drugs: Setting[tuple[str, ...]]
    ceiling_mg_per_kg: Setting[Decimal] | None = None
    ceiling_mg: Setting[Decimal] | None = None
    device_mg: Setting[Decimal] | None = None
    device_rest_minutes: Setting[int] | None = None
    observe_minutes: Setting[tuple[int, ...]]
    observe_every_minutes: Setting[int]
    required_observations: tuple[int, ...] = ()
    monitoring_minutes: Setting[int]
    monitored_from_end: bool = False
    prescriber_on_site: bool = False
    restricted_program: bool = False
    """Given only under the REMS: certificate, enrolment, no shortcut out of monitoring."""
    from_package: bool = False
    """Given only from what a pharmacy dispensed for this very patient."""

    @property
    def ceiling(self) -> Ceiling:
        return Ceiling(
            per_kg=MilligramsPerKilogram(self.ceiling_mg_per_kg.value) if self.ceiling_mg_per_kg else None,
            total=Milligrams(self.ceiling_mg.value) if self.ceiling_mg else None,
        )

    @property
    def devices(self) -> Devices | None:
        """What the drug comes in, where it is given by devices."""
        if self.device_mg is None or self.device_rest_minutes is None:
            return None
        return Devices(Milligrams(self.device_mg.value), timedelta(minutes=self.device_rest_minutes.value))

    def gives(self, drug: str) -> bool:
        """Whether a container of this drug holds what this route is given with."""
        return drug.strip().casefold() in {name.casefold() for name in self.drugs.value}

    def must_give(self, drug: str) -> None:
        """Refused: `drug_mismatch`, for a container that holds another drug than this route is given with."""
        if not self.gives(drug):
            raise conflict("drug_mismatch", "This container holds another drug than the route ordered is given with.")

    @property
    def observations(self) -> ObservationPlan:
        return ObservationPlan(minutes=self.observe_minutes.value, then_every=self.observe_every_minutes.value)


ENDING_TOLD: Final = Setting(
    value=28,
    default=28,
    source="no source was found; two intervals of maintenance, with a visit before the end: a clinician must sign",
)
"""For a clinic whose own policy says nothing of it."""
CONSENT_ENDING: Final = Setting(
    value=14,
    default=14,
    source="clinic default: what lapses before a dose is told of two weeks before; a clinician must sign",
)
"""For a clinic whose own policy says nothing of it."""
CONSENT_AHEAD: Final = Setting(
    value=2,
    default=2,
    source="clinic default: a day before a visit there is time to send a link, or to print what is signed",
)
"""For a clinic whose own policy says nothing of it."""
NOTE_SIGNING: Final = Setting(
    value=48,
    default=48,
    source="clinic default: who reads the record the next day but one finds what was done",
)
"""For a clinic whose own policy says nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePolicy:
    """The numbers of the dose gate. `session_hours` is the longest a session takes: for so long it is of the day
    on which it began, also after midnight. For `maintenance_days` one signature carries a maintenance, and
    `ending_told_days` before it ends whoever signs plans is told.
    """

    session_hours: Setting[int]
    feed_fresh_minutes: Setting[int]
    attestation_minutes: Setting[int]
    preparations_before_first_dose: Setting[int]
    doses_per_integration: Setting[int]
    interval_hours: Setting[int]
    doses_in_seven_days: Setting[int]
    doses_in_thirty_days: Setting[int]
    maintenance_interval_days: Setting[int]
    maintenance_days: Setting[int]
    dose_review_doses: Setting[int]
    dose_review_days: Setting[int]
    weight_days: Setting[int]
    weight_second_person_percent: Setting[Decimal]
    weight_again_percent: Setting[Decimal]
    symptom_score_days: Setting[int]
    fasting_solids_hours: Setting[int]
    fasting_liquids_hours: Setting[int]
    restricted_solids_minutes: Setting[int]
    restricted_liquids_minutes: Setting[int]
    restricted_nasal_spray_minutes: Setting[int]
    cures_days: Setting[int]
    integration_booked_hours: Setting[int]
    ending_told_days: Setting[int] = ENDING_TOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselinePolicy:
    """Vital signs before a dose: never at `stop`, not at `no_go` twice, at `decide` twice a prescriber signs.

    Two readings are a pair from `repeat_after_minutes` to `repeat_within_minutes` apart. A first dose rests on signs no
    older than `fresh_minutes`, a further one on signs no older than `further_fresh_minutes`.
    """

    stop: Setting[BloodPressure]
    no_go: Setting[BloodPressure]
    decide: Setting[BloodPressure]
    repeat_after_minutes: Setting[int]
    repeat_within_minutes: Setting[int]
    fresh_minutes: Setting[int]
    further_fresh_minutes: Setting[int]
    heart_rate: Setting[tuple[int, int]]
    oxygen_saturation: Setting[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DischargePolicy:
    """`observation_tolerance_minutes`: how far from its planned minute a required observation may lie;
    `required_late_minutes`: how much later than that minute one was made at most for which a prescriber may sign in its
    place. Without that number nobody may.
    """

    near_baseline_percent: Setting[int]
    moaas: Setting[int]
    vitals_fresh_minutes: Setting[int]
    observation_tolerance_minutes: Setting[int]
    required_late_minutes: Setting[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationPolicy:
    """`therapy_minutes` is the least documented therapy that makes a preparation or an integration. One not held before
    the end of care is asked for `after_care_days` more.
    """

    due_hours: Setting[int]
    overdue_days: Setting[int]
    after_dose_hours: Setting[int]
    therapy_minutes: Setting[int]
    after_care_days: Setting[int]

    def __post_init__(self) -> None:
        if self.after_care_days.value < 1:
            raise ValueError("after the end of care an integration is asked for some time")

    @property
    def due_within(self) -> timedelta:
        return timedelta(hours=self.due_hours.value)

    @property
    def overdue_after(self) -> timedelta:
        return timedelta(days=self.overdue_days.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugLogPolicy:
    """From the discovery of a theft or significant loss: so many business days to the notice, days to Form 106. An
    inventory is late so many months after the last, and asked for so many days before that. `packages_handed_out` is
    whether a patient may take some of their own package home.
    """

    witness_minutes: Setting[int]
    count_tolerance_mg: Setting[Decimal]
    overfill_percent: Setting[Decimal]
    dea_notice_business_days: Setting[int]
    dea_form_106_days: Setting[int]
    packages_handed_out: Setting[bool]
    inventory_months: Setting[int]
    inventory_remind_days: Setting[int]

    def __post_init__(self) -> None:
        if not 1 <= self.inventory_months.value <= 24:
            raise ValueError("the law asks for an inventory within two years of the last")
        if not 1 <= self.inventory_remind_days.value <= 28 * self.inventory_months.value:
            raise ValueError("an inventory is asked for before it is late, and after the last one")
        if min(self.dea_notice_business_days.value, self.dea_form_106_days.value) < 1:
            raise ValueError("the clocks of the law must run for a day at least")


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionPolicy:
    """How far what a pump says has run in may be from what its rate makes of the time: this share of it, or what runs
    in within so many minutes, whichever is more.
    """

    mismatch_percent: Setting[Decimal]
    mismatch_minutes: Setting[int]

    @property
    def tolerance(self) -> Tolerance:
        moment = timedelta(minutes=self.mismatch_minutes.value)
        return Tolerance(share_percent=self.mismatch_percent.value, moment=moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionPolicy:
    """For so many days after something was recorded it may be put right."""

    days: Setting[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideGatePolicy:
    """A dose outside the gate: for so many days after it was given it may be written down, and a prescriber is to
    review it within so many hours.
    """

    record_days: Setting[int]
    review_hours: Setting[int]

    def __post_init__(self) -> None:
        if min(self.record_days.value, self.review_hours.value) < 1:
            raise ValueError("a dose outside the gate is written down, and reviewed, within some time")


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpPolicy:
    """After harm: the patient is spoken with within so many days of the clinic, and again within so many hours."""

    next_days: Setting[int]
    later_hours: Setting[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LostPolicy:
    """A patient who does not come is called so many times, the last so many days after the visit that was missed; the
    letter is due within `letter_days` of that, and a decision within `decide_days` of the letter.
    """

    calls: Setting[int]
    over_days: Setting[int]
    letter_days: Setting[int]
    decide_days: Setting[int]

    def __post_init__(self) -> None:
        if self.calls.value < 2 or min(self.over_days.value, self.letter_days.value, self.decide_days.value) < 1:
            raise ValueError("the policy must ask for two calls at least, over a day at least")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemsPolicy:
    """The monitoring form of the REMS: which revision, within how many days, and from which MOAA/S down the recorded
    alertness is sedation.
    """

    form_revision: Setting[str]
    form_due_days: Setting[int]
    sedation_moaas: Setting[int]

    @property
    def form_due_within(self) -> timedelta:
        return timedelta(days=self.form_due_days.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicinesPolicy:
    """Medicines beside the dose: within how many hours an order taken by word is signed, how old the vital signs may be
    that one is given by, and which names are those of controlled medicines. `also_named` are medicines with the other
    names, and the classes, an allergy to them is written by.
    """

    signature_hours: Setting[int]
    signs_fresh_minutes: Setting[int]
    controlled: Setting[tuple[str, ...]]
    also_named: Setting[tuple[tuple[str, ...], ...]]

    def __post_init__(self) -> None:
        if min(self.signature_hours.value, self.signs_fresh_minutes.value) < 1:
            raise ValueError("an order is signed, and signs are fresh, within some time")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsPolicy:
    """The whole document."""

    version: str
    effective_from: date
    timezone: str
    consent_valid_days: Setting[int]
    dose_mismatch_percent: Setting[Decimal]
    routes: Mapping[Route, RoutePolicy]
    gate: GatePolicy
    baseline: BaselinePolicy
    vitals_limits: Mapping[Signal, SignalLimits]
    vitals_times: VitalsTimes
    discharge: DischargePolicy
    integration: IntegrationPolicy
    retention: RetentionPolicy
    record_copies: CopyPolicy
    drug_log: DrugLogPolicy
    infusion: InfusionPolicy
    corrections: CorrectionPolicy
    outside_gate: OutsideGatePolicy
    rems: RemsPolicy
    follow_up: FollowUpPolicy
    lost: LostPolicy
    medicines: MedicinesPolicy
    plan_tasks: PlanTaskPolicy
    telehealth: TelehealthPolicy
    plan_links: PlanLinkPolicy = PLAN_LINKS
    consent_ending_days: Setting[int] = CONSENT_ENDING
    consent_ahead_days: Setting[int] = CONSENT_AHEAD
    note_signing_hours: Setting[int] = NOTE_SIGNING
    signed: tuple[PolicySignature, ...] = ()

    @property
    def consent_ending(self) -> timedelta:
        """How long before its end a consent is asked for anew."""
        return timedelta(days=self.consent_ending_days.value)

    @property
    def consent_ahead(self) -> timedelta:
        """How long before a visit the clinic sees who has not signed everything."""
        return timedelta(days=self.consent_ahead_days.value)

    @property
    def note_signing(self) -> timedelta:
        """How long after it was begun, and its session was, a note is to be signed."""
        return timedelta(hours=self.note_signing_hours.value)

    @property
    def signature(self) -> PolicySignature | None:
        """Who stands for what this version says; None as shipped, and after a change."""
        return signature_of(self.version, self.signed)

    @property
    def integration_rules(self) -> IntegrationRules:
        after = timedelta(hours=self.integration.after_dose_hours.value)
        return IntegrationRules(after_dose=after, doses=self.gate.doses_per_integration.value)

    def strictest(self, routes: Iterable[Route]) -> RoutePolicy:
        """Of the ways doses were given, the one that is watched most."""
        return max(
            (self.routes[each] for each in sorted(routes)),
            key=lambda each: (each.restricted_program, each.monitoring_minutes.value),
        )

    def is_dosed(self, drug: str) -> bool:
        """Whether a container of this drug is one that doses are given from."""
        return any(route.gives(drug) for route in self.routes.values())

    def __post_init__(self) -> None:
        check_version(self.version)
        if set(self.routes) != set(Route):
            raise ValueError("the policy must say how every route is given")
        if set(self.vitals_limits) != set(Signal):
            raise ValueError("the policy must give limits for every vital sign")
        if any(route.ceiling.unlimited for route in self.routes.values()):
            raise ValueError("the policy must give every route a ceiling")
