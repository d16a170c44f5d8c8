"""Questionnaire definitions and what can be derived from raw answers.

Owns scoring, bands, completeness and item alerts. Invariant: a total exists only for a complete questionnaire, and an
item alert depends on nothing but the answers that were just given.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from careflow_domain.errors import invalid
from careflow_domain.setting import Setting

Answers = Mapping[str, str]
"""Item code -> option code, as the patient chose them."""


class AlertLevel(StrEnum):
    """How urgent a safety concern is; compare with `outranks`, the words do not sort."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"

    def outranks(self, other: "AlertLevel | None") -> bool:
        order = tuple(AlertLevel)
        return other is None or order.index(self) > order.index(other)


class AlertResponse(StrEnum):
    """What the clinic does about a positive answer; the times belong to the clinical policy."""

    CRISIS_PAGE = "crisis_page"
    CLINICIAN_WITHIN_THE_HOUR = "clinician_within_the_hour"
    SCREENER_IN_SITTING = "screener_in_sitting"
    REVIEW_BEFORE_NEXT_STEP = "review_before_next_step"


class ScoringMethod(StrEnum):
    """`sum` adds the values of scored items; `triage` has no total: the level is the highest item alert hit."""

    SUM = "sum"
    TRIAGE = "triage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One possible answer; `value` is what it adds to a sum."""

    code: str
    label: str
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Holds once another item was answered with one of these options."""

    item: str
    options: tuple[str, ...]

    def holds(self, answers: Answers) -> bool:
        return answers.get(self.item) in self.options


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question. `required` counts towards completeness only while `ask_when` holds (no condition: always).

    Without `text` its licence does not let us hand it on: the clinic supplies it in a definition of its own.
    """

    code: str
    text: str | None = None
    options: str
    scored: bool = True
    required: bool = True
    ask_when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A named, inclusive range of totals."""

    code: str
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A group of symptoms: present when at least `needed` of the `items` are answered with a value of `from_value`."""

    code: str
    items: tuple[str, ...]
    from_value: int
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAlert:
    """Answering `item` with one of `options` is a safety concern of this level."""

    code: str
    item: str
    options: tuple[str, ...]
    level: AlertLevel
    response: AlertResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Under which terms the item texts may be shown."""

    terms: str
    attribution: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A total and its band; for a triage instrument only the level (None: nothing reported). `clusters` are those that
    are present, None where the instrument has none.
    """

    total: int | None = None
    band: str | None = None
    level: AlertLevel | None = None
    clusters: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class QuestionnaireDefinition:
    """A versioned instrument as data. A definition that contradicts itself cannot be built (ValueError).

    `review_from`: the total from which on a prescriber must look at it. `repeats`: the questionnaire in whose place it
    is asked of whoever has completed that one in the case: it asks about what has been since. `alerts_source`: where
    the levels of its item alerts come from.
    """

    code: str
    version: int
    language: str
    title: str
    instruction: str
    licence: Licence
    option_sets: Mapping[str, tuple[Option, ...]]
    items: tuple[Item, ...]
    scoring: ScoringMethod
    bands: tuple[Band, ...] = ()
    bands_source: str = ""
    clusters: tuple[Cluster, ...] = ()
    item_alerts: tuple[ItemAlert, ...] = ()
    review_from: Setting[int] | None = None
    repeats: str | None = None
    alerts_source: str = ""

    def __post_init__(self) -> None:
        if self.scoring is ScoringMethod.SUM:
            self._check_bands_cover_every_total()
            if any(item.scored and not (item.required and item.ask_when is None) for item in self.items):
                raise ValueError(f"{self.code}: a scored item may be left without an answer")
            if not self.bands_source.strip():
                raise ValueError(f"{self.code}: the bands name no source")
        codes = [item.code for item in self.items]
        if len(set(codes)) != len(codes):
            raise ValueError(f"{self.code}: an item code occurs twice")
        for item in self.items:
            if item.options not in self.option_sets:
                raise ValueError(f"{self.code}: item {item.code} names an unknown option set")
            if item.ask_when is not None:
                self._check_options(item.ask_when.item, item.ask_when.options)
        for alert in self.item_alerts:
            self._check_options(alert.item, alert.options)
        for cluster in self.clusters:
            counted = {item.code for item in self.items if item.scored} & set(cluster.items)
            if len(counted) != len(cluster.items) or not 0 < cluster.needed <= len(counted):
                raise ValueError(f"{self.code}: cluster {cluster.code} counts what is not there")

    @property
    def readable(self) -> bool:
        """Whether there is a text to every item, so that a patient can be asked."""
        return all(item.text for item in self.items)

    def _check_options(self, item: str, options: Iterable[str]) -> None:
        if item not in self._items or not set(options) <= self.options_of(item):
            raise ValueError(f"{self.code}: a rule names an unknown item or option ({item})")

    def _check_bands_cover_every_total(self) -> None:
        values = [[option.value for option in self.option_sets[i.options]] for i in self.items if i.scored]
        lowest, highest = sum(map(min, values)), sum(map(max, values))
        touching = all(low.highest + 1 == high.lowest for low, high in pairwise(self.bands))
        if not self.bands or not touching or (self.bands[0].lowest, self.bands[-1].highest) != (lowest, highest):
            raise ValueError(f"{self.code}: the bands must cover {lowest} to {highest} without gap or overlap")

    @cached_property
    def _items(self) -> Mapping[str, Item]:
        return {item.code: item for item in self.items}

    def options_of(self, item: str) -> frozenset[str]:
        """The option codes an item offers."""
        return frozenset(option.code for option in self.option_sets[self._items[item].options])

    def option(self, item: str, code: str) -> Option:
        """An answer to an item that offers it."""
        return next(each for each in self.option_sets[self._items[item].options] if each.code == code)

    def check(self, answers: Answers) -> None:
        """Refuse an unknown item (`unknown_item`) or an option the item does not offer (`unknown_option`)."""
        for item, option in answers.items():
            if item not in self._items:
                raise invalid("unknown_item", "The questionnaire has no such item.")
            if option not in self.options_of(item):
                raise invalid("unknown_option", "The item does not offer this option.", item=item)

    def asked(self, answers: Answers) -> tuple[Item, ...]:
        """The items that are asked of whoever gave these answers, in order."""
        return tuple(item for item in self.items if item.ask_when is None or item.ask_when.holds(answers))

    def missing(self, answers: Answers) -> tuple[str, ...]:
        """The required items not answered yet, in the order they are asked."""
        return tuple(item.code for item in self.asked(answers) if item.required and item.code not in answers)

    def hits(self, answers: Answers) -> tuple[ItemAlert, ...]:
        """The item alerts these answers set off, whether or not anything else has been answered."""
        return tuple(alert for alert in self.item_alerts if answers.get(alert.item) in alert.options)

    def hits_as_sent(self, answers: Iterable[tuple[str, str]]) -> tuple[ItemAlert, ...]:
        """The item alerts in answers that nobody has checked: an option also counts by its label or its value, however
        it is written. What is no answer to any item is passed over; of several to one item each counts.
        """
        meant = ({item: self._meant(item, given)} for item, given in answers if item in self._items)
        return tuple(dict.fromkeys(hit for answer in meant for hit in self.hits(answer)))

    def _meant(self, item: str, given: str) -> str:
        said = given.strip().casefold()
        options = self.option_sets[self._items[item].options]
        names = {name.casefold(): each.code for each in options for name in (str(each.value), each.label, each.code)}
        return names.get(said, given)

    def score(self, answers: Answers) -> Score | None:
        """The score of a complete questionnaire; None while a required item is missing (never pro-rated)."""
        if self.missing(answers):
            return None
        match self.scoring:
            case ScoringMethod.SUM:
                values = {
                    item.code: self.option(item.code, answers[item.code]).value for item in self.items if item.scored
                }
                total = sum(values.values())
                return Score(total=total, band=self._band(total), clusters=self._present(values))
            case ScoringMethod.TRIAGE:
                return Score(level=highest_level(alert.level for alert in self.hits(answers)))

    def _present(self, values: Mapping[str, int]) -> tuple[str, ...] | None:
        """The clusters of symptoms that are present."""
        if not self.clusters:
            return None
        return tuple(
            each.code
            for each in self.clusters
            if sum(values[item] >= each.from_value for item in each.items) >= each.needed
        )

    def asks_for_review(self, score: Score) -> bool:
        """Whether a prescriber must look at this score."""
        return self.review_from is not None and (score.total or 0) >= self.review_from.value

    def _band(self, total: int) -> str:
        return next(band.code for band in self.bands if band.lowest <= total <= band.highest)


def highest_level(levels: Iterable[AlertLevel]) -> AlertLevel | None:
    """The most urgent of several levels: the highest rule hit, never a sum."""
    highest: AlertLevel | None = None
    for level in levels:
        if level.outranks(highest):
            highest = level
    return highest
