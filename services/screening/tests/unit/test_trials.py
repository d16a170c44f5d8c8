"""Treatment resistance: derived from two adequate trials of different antidepressants, and what a decision misses."""

from dataclasses import replace

import pytest

from careflow_domain.errors import DomainError
from screening.domain.clearance_terms import Indication
from screening.domain.decisions import Grounds, grounds
from screening.domain.trials import AntidepressantTrial
from screening.domain.voiding import Voiding
from services.screening.tests.builders import NOW, POLICY, PRESCRIBER, THIRTY, ZONE, ready_case, trial

MISTAKE = Voiding(by=PRESCRIBER, at=NOW, reason="another patient's")


def shown(*trials: AntidepressantTrial) -> bool:
    return POLICY.resistance(trials).shown


def look(*indications: Indication, trials: tuple[AntidepressantTrial, ...] = ()) -> Grounds:
    case = replace(ready_case(), trials=trials)
    return grounds(case, THIRTY, [], POLICY, indications=indications, now=NOW, zone=ZONE)


@pytest.mark.parametrize(
    ("second", "resistant"),
    [
        (trial("venlafaxine"), True),
        (trial("venlafaxine", weeks=4), True),
        (trial("venlafaxine", weeks=3), False),
        (trial("venlafaxine", response_percent=49), True),
        (trial("venlafaxine", response_percent=50), False),
        (trial("venlafaxine", adequate_dose=False), False),
        (trial("venlafaxine").voiding(MISTAKE), False),
        (trial("sertraline"), False),
        (trial("Zoloft"), False),
    ],
    ids=["failed", "four weeks", "three weeks", "49 %", "half better", "too little", "voided", "the same", "its brand"],
)
def test_two_adequate_trials_of_different_drugs_show_resistance(
    second: AntidepressantTrial, *, resistant: bool
) -> None:
    assert shown(trial("sertraline"), second) == resistant


def test_without_trials_nothing_is_shown() -> None:
    found = POLICY.resistance(())
    assert (found.shown, found.drugs, found.needed, found.failed) == (False, 0, 2, ())


def test_resistance_is_never_asserted_only_derived() -> None:
    resistant = Indication.TREATMENT_RESISTANT_DEPRESSION
    assert look(resistant).missing == ("treatment_resistance_not_shown",)
    assert look(resistant, trials=(trial("sertraline"), trial("venlafaxine"))).missing == ()
    assert look(Indication.SEVERE_DEPRESSION).missing == ()


@pytest.mark.parametrize(
    ("indications", "instruments"),
    [
        ((Indication.ANXIETY,), ()),
        ((Indication.PTSD,), ("instrument_pcl-5",)),
        ((Indication.PTSD, Indication.ADDICTION), ("instrument_pcl-5", "instrument_audit-c")),
    ],
)
def test_a_decision_names_the_instruments_its_indications_still_miss(
    indications: tuple[Indication, ...], instruments: tuple[str, ...]
) -> None:
    assert set(look(*indications).missing) == set(instruments)


@pytest.mark.parametrize("wrong", [trial(""), trial("sertraline", weeks=0), trial("sertraline", response_percent=101)])
def test_a_trial_that_says_nothing_is_refused(wrong: AntidepressantTrial) -> None:
    with pytest.raises(DomainError) as refused:
        ready_case().with_trial(wrong)
    assert refused.value.code == "trial_invalid"


def test_what_was_tried_is_known_in_the_next_course() -> None:
    wrong = trial("venlafaxine")
    earlier = ready_case().with_trial(trial("sertraline")).with_trial(wrong).voiding_trial(wrong.id, MISTAKE)
    assert [each.drug for each in ready_case().following(earlier, ()).trials] == ["sertraline"]
