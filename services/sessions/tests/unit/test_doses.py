"""Dose arithmetic: mg = mg/kg x kg = mL x mg/mL within one percent, and no dose above a ceiling."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import NOW, POLICY, dose, minutes, order, per_kg
from sessions.domain.doses import Ceiling, Dose, StatedDose
from sessions.domain.units import (
    Amount,
    Kilograms,
    Milligrams,
    MilligramsPerKilogram,
    MilligramsPerMillilitre,
    Millilitres,
    agree,
    milligrams,
    total,
)
from sessions.domain.words import Route

ONE_PERCENT = Decimal(1)

weights = st.decimals("30", "250", places=1).map(Kilograms)
doses = st.decimals("0.1", "2", places=2).map(MilligramsPerKilogram)
volumes = st.decimals("0.1", "20", places=2).map(Millilitres)
concentrations = st.sampled_from(["10", "50", "100"]).map(lambda text: MilligramsPerMillilitre(Decimal(text)))
wrong_by = st.decimals("1.02", "20", places=2)


@given(weights, doses, concentrations)
def test_a_dose_stated_in_every_way_agrees_with_itself(
    weight: Kilograms, dose: MilligramsPerKilogram, concentration: MilligramsPerMillilitre
) -> None:
    mass = dose.times(weight)
    volume = Millilitres(mass.value / concentration.value)

    StatedDose(mass=mass, per_kg=dose, volume=volume, concentration=concentration).check(weight, ONE_PERCENT)


@given(weights, doses, wrong_by)
def test_a_dose_that_is_not_its_weights_share_is_refused(
    weight: Kilograms, dose: MilligramsPerKilogram, factor: Decimal
) -> None:
    mass = Milligrams(dose.times(weight).value * factor)

    with pytest.raises(DomainError) as refused:
        StatedDose(mass=mass, per_kg=dose).check(weight, ONE_PERCENT)

    assert refused.value.code == "dose_mismatch"
    assert refused.value.extra == {"way": "per_kg"}


@given(volumes, concentrations, wrong_by)
def test_a_dose_that_is_not_its_volumes_content_is_refused(
    volume: Millilitres, concentration: MilligramsPerMillilitre, factor: Decimal
) -> None:
    mass = Milligrams(concentration.times(volume).value / factor)

    with pytest.raises(DomainError) as refused:
        StatedDose(mass=mass, volume=volume, concentration=concentration).check(None, ONE_PERCENT)

    assert refused.value.extra == {"way": "volume"}


def test_ten_times_the_concentration_is_the_mistake_it_is_there_to_catch() -> None:
    ampoule = MilligramsPerMillilitre(Decimal(100))

    with pytest.raises(DomainError, match="dose_mismatch"):
        StatedDose(mass=milligrams(40), volume=Millilitres(Decimal(4)), concentration=ampoule).check(None, ONE_PERCENT)


@pytest.mark.parametrize(("other", "within"), [("99", True), ("101", True), ("98.9", False), ("101.1", False)])
def test_one_percent_is_still_agreement(other: str, within: bool) -> None:
    assert agree(milligrams(100), Milligrams(Decimal(other)), ONE_PERCENT) is within


@pytest.mark.parametrize(
    ("dose", "weight", "code"),
    [
        (StatedDose(mass=milligrams(0)), None, "dose_empty"),
        (StatedDose(mass=milligrams(40), per_kg=MilligramsPerKilogram(Decimal("0.5"))), None, "weight_missing"),
        (StatedDose(mass=milligrams(40), volume=Millilitres(Decimal(1))), None, "volume_incomplete"),
    ],
)
def test_an_incomplete_dose_is_refused(dose: StatedDose, weight: Kilograms | None, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        dose.check(weight, ONE_PERCENT)


@pytest.mark.parametrize("text", ["-1", "NaN", "Infinity"])
def test_an_amount_is_finite_and_not_negative(text: str) -> None:
    with pytest.raises(DomainError, match="amount_invalid"):
        Milligrams(Decimal(text))


def test_milligrams_are_never_compared_with_millilitres() -> None:
    millilitres: Amount = Millilitres(Decimal(1))

    assert millilitres != milligrams(1)
    with pytest.raises(TypeError):
        assert milligrams(1) < millilitres


@given(st.lists(st.decimals("0", "500", places=3).map(Milligrams), max_size=20))
def test_a_total_is_the_sum(amounts: list[Milligrams]) -> None:
    assert total(amounts).value == sum((amount.value for amount in amounts), Decimal(0))


@pytest.mark.parametrize(
    ("most", "plan", "clinic", "ceiling"),
    [
        ("65", per_kg("0.8"), per_kg("1.0"), "plan"),
        ("81", per_kg("1.2"), per_kg("1.0"), "clinic"),
        ("61", per_kg("0.8", "60"), per_kg("1.0"), "plan"),
    ],
)
def test_an_order_above_a_ceiling_is_refused(most: str, plan: Ceiling, clinic: Ceiling, ceiling: str) -> None:
    with pytest.raises(DomainError) as refused:
        order("40", most).check(plan=plan, clinic=clinic, tolerance_percent=ONE_PERCENT)

    assert refused.value.code == "dose_above_ceiling"
    assert refused.value.extra == {"ceiling": ceiling}


def test_an_order_up_to_the_ceiling_stands() -> None:
    order("40", "64").check(plan=per_kg("0.8"), clinic=per_kg("1.0"), tolerance_percent=ONE_PERCENT)


def test_the_most_of_a_session_is_at_least_its_first_dose() -> None:
    with pytest.raises(DomainError, match="order_inconsistent"):
        order("40", "39").check(plan=per_kg("0.8"), clinic=per_kg("1.0"), tolerance_percent=ONE_PERCENT)


def test_a_plans_ceiling_must_be_stated_in_the_clinics_unit() -> None:
    assert per_kg("0.8").within(per_kg("1.0"))
    assert not per_kg("1.1").within(per_kg("1.0"))
    assert not Ceiling(total=milligrams(50)).within(per_kg("1.0"))


def test_a_ceiling_of_nothing_allows_nothing() -> None:
    assert not per_kg("0").allows(milligrams(1), Kilograms(Decimal(80)))


@pytest.mark.parametrize("value", ["-0", "-0.0001", "NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_no_amount_is_refused(value: str) -> None:
    with pytest.raises(DomainError, match="amount_invalid"):
        Milligrams(Decimal(value))


# -- esketamine devices ------------------------------------------------------------------------------------------------

DEVICES = POLICY.routes[Route.INTRANASAL].devices


def device(mass: str = "28", *, serial: str | None = "SN-2", after: float = 5) -> Dose:
    return replace(dose(mass, at=NOW + minutes(after)), serial=serial)


def test_a_second_device_follows_after_five_minutes() -> None:
    assert DEVICES is not None
    DEVICES.must_be_next(device(), [device(serial="SN-1", after=0)])


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (device("57"), "device_content"),
        (device("56"), "device_content"),
        (device(serial=None), "serial_missing"),
        (device(serial="SN-1"), "serial_used"),
        (device(after=4.9), "device_too_soon"),
        (device(after=1), "device_too_soon"),
    ],
)
def test_a_device_is_refused(second: Dose, code: str) -> None:
    assert DEVICES is not None
    with pytest.raises(DomainError, match=code):
        DEVICES.must_be_next(second, [device(serial="SN-1", after=0)])


def test_esketamine_is_ordered_in_whole_devices() -> None:
    assert DEVICES is not None
    DEVICES.must_make(milligrams(84))
    with pytest.raises(DomainError, match="order_not_in_devices"):
        DEVICES.must_make(milligrams(57))


def test_what_is_no_device_has_no_rule_of_devices() -> None:
    assert all((POLICY.routes[each].devices is None) is (each is not Route.INTRANASAL) for each in Route)
