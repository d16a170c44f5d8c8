"""What the type checker knows: a reaction gets the contract it hears, a sealed section its plaintext. mypy reads this
file too.
"""

from typing import assert_type

from careflow_events import contracts
from careflow_events.catalogue import read
from careflow_events.contracts import Sealed
from careflow_events.subscription import Received, Subscription, hears
from careflow_events.testing.samples import sample_key_ring, samples


class Ports:
    """A service's bundle of ports."""


async def on_patient_registered(
    event: Received[contracts.PatientRegistered], transaction: object, ports: Ports
) -> None:
    assert_type(event.data, contracts.PatientRegistered)
    assert_type(event.data.for_screening, Sealed[contracts.PatientForScreening])
    assert_type(event.data.for_screening.value, contracts.PatientForScreening | None)


def test_a_subscription_knows_the_ports_of_its_service() -> None:
    subscription = hears(contracts.PatientRegistered, on_patient_registered)

    assert_type(subscription, Subscription[Ports])
    assert subscription.contract is contracts.PatientRegistered


def test_a_reaction_to_another_event_is_a_type_error() -> None:
    hears(contracts.PatientDetailsChanged, on_patient_registered)  # type: ignore[arg-type]  # that is the mistake


def test_a_section_is_opened_as_its_model() -> None:
    registered = next(sample for sample in samples() if sample.contract is contracts.PatientRegistered)
    data = read(registered.envelope, sample_key_ring("screening"))

    assert isinstance(data, contracts.PatientRegistered)
    assert isinstance(data.for_screening.opened(), contracts.PatientForScreening)
