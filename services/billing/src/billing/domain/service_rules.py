"""What makes a service line true: who may render a code, for which minutes, in how many units, where, with which
modifiers. Dated data; a line that breaks a rule is not billed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from billing.domain.obstacles import Obstacle
from billing.domain.practice import Practice, Profession
from billing.domain.services import Service
from careflow_domain.errors import invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """Both ends included; None is open-ended."""

    at_least: int
    at_most: int | None

    def fit(self, minutes: int | None) -> bool:
        return minutes is not None and minutes >= self.at_least and (self.at_most is None or minutes <= self.at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRule:
    """The rule of one code. `once` names the service it is one length of: there is one of it on a day, by one clinician
    for one patient. `under_supervision`: staff may do it, and the supervising clinician bills it.
    """

    code: str
    rendered_by: tuple[Profession, ...]
    under_supervision: bool
    places: tuple[str, ...]
    once: str | None
    most_units: int
    minutes: Minutes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRules:
    """One edition. `modifiers` are the known ones, each with the places of service it is for; none means all. Raises
    `service_rules_invalid`.
    """

    version: str
    effective_from: date
    source: str
    modifiers: Mapping[str, tuple[str, ...]]
    services: tuple[ServiceRule, ...]

    def __post_init__(self) -> None:
        codes = [rule.code for rule in self.services]
        if len(set(codes)) != len(codes):
            raise invalid("service_rules_invalid", "An edition has one rule for each code.")

    def rule(self, code: str) -> ServiceRule | None:
        return next((rule for rule in self.services if rule.code == code), None)

    def untrue(self, service: Service, day: date, practice: Practice) -> Iterator[Obstacle]:
        """What of the line cannot be; nothing of a code the clinic does not offer, which has no price either."""
        rule = self.rule(service.code)
        if rule is None:
            return
        for obstacle, holds in CHECKS.items():
            if not holds(_Line(service, rule, self, day, practice)):
                yield obstacle


@dataclass(frozen=True, slots=True)
class ServiceRuleEditions:
    """All editions, by the date each begins. Raises `service_rules_invalid`."""

    editions: tuple[ServiceRules, ...]

    def __post_init__(self) -> None:
        starts = [edition.effective_from for edition in self.editions]
        if not starts or starts != sorted(set(starts)):
            raise invalid("service_rules_invalid", "Editions are listed by date, each beginning later than the last.")

    def on(self, day: date) -> ServiceRules:
        """The edition of a date; before the first one, the first."""
        holding = [edition for edition in self.editions if edition.effective_from <= day]
        return holding[-1] if holding else self.editions[0]


@dataclass(frozen=True, slots=True)
class _Line:
    service: Service
    rule: ServiceRule
    rules: ServiceRules
    day: date
    practice: Practice


def _is_known(line: _Line) -> bool:
    return line.practice.clinician(line.service.provider) is not None


def _is_licensed(line: _Line) -> bool:
    clinician = line.practice.clinician(line.service.provider)
    return clinician is None or (clinician.profession in line.rule.rendered_by and clinician.is_licensed_on(line.day))


def _minutes_fit(line: _Line) -> bool:
    service, wanted = line.service, line.rule.minutes
    documented = service.documented_minutes
    within = service.minutes is None or documented is None or service.minutes <= documented
    return within and (wanted is None or wanted.fit(service.minutes))


def _place_is_possible(line: _Line) -> bool:
    return line.service.place_of_service in line.rule.places


def _modifiers_are_possible(line: _Line) -> bool:
    known = line.rules.modifiers
    return all(
        modifier in known and (not known[modifier] or line.service.place_of_service in known[modifier])
        for modifier in line.service.modifiers
    )


CHECKS: Final[Mapping[Obstacle, Callable[[_Line], bool]]] = {
    Obstacle.CLINICIAN_UNKNOWN: _is_known,
    Obstacle.CLINICIAN_NOT_LICENSED: _is_licensed,
    Obstacle.MINUTES_DO_NOT_FIT: _minutes_fit,
    Obstacle.UNITS_NOT_POSSIBLE: lambda line: line.service.units <= line.rule.most_units,
    Obstacle.PLACE_NOT_POSSIBLE: _place_is_possible,
    Obstacle.MODIFIER_NOT_POSSIBLE: _modifiers_are_possible,
}
