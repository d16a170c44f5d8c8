"""Reactions to a patient's registration, the names a bill has, and to its merging: where their money goes from then."""

from billing.application.account_of import change_account
from billing.application.ports import Ports
from billing.domain.accounts import BillingProfile, DeliveryPreference, Sex
from billing.domain.addresses import Address
from billing.domain.ids import PatientId
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.subscription import Received
from careflow_service.upsert import upsert
from careflow_service.work import Transaction, side_by_side

SEXES = {codes.Sex.FEMALE: Sex.FEMALE, codes.Sex.MALE: Sex.MALE, codes.Sex.INTERSEX: Sex.INTERSEX}
"""What the contract calls it and what billing does; a value newer than this service is not known."""
PREFERENCES = {
    codes.DeliveryPreference.ELECTRONIC: DeliveryPreference.ELECTRONIC,
    codes.DeliveryPreference.PAPER: DeliveryPreference.PAPER,
}


async def on_patient(
    event: Received[contracts.PatientRegistered] | Received[contracts.PatientDetailsChanged],
    tx: Transaction,
    ports: Ports,
) -> None:
    """The account says what booking says now; the same for a registration and for a change."""
    profile = _profile(event.data.for_billing.opened())
    await change_account(PatientId(event.data.patient_id), lambda account: account.with_profile(profile), tx, ports)


async def on_patients_merged(event: Received[contracts.PatientsMerged], tx: Transaction, ports: Ports) -> None:
    """Nothing is begun any more on the account given up. What was paid there stays until somebody gives it back, also
    what a visit has used and may set free again.
    """
    await _merged(event.data, PatientId(event.data.surviving_patient_id), tx, ports)


async def on_patients_unmerged(event: Received[contracts.PatientsUnmerged], tx: Transaction, ports: Ports) -> None:
    """It is in use again."""
    await _merged(event.data, None, tx, ports)


async def _merged(data: contracts.PatientMergeEvent, into: PatientId | None, tx: Transaction, ports: Ports) -> None:
    patient_id = PatientId(data.patient_id)
    _, payments = await side_by_side(
        change_account(patient_id, lambda account: account.given_up_for(into), tx, ports),
        ports.payments.all_of(patient_id),
    )
    for payment in payments:
        await upsert(ports.payments, payment, payment.on_given_up(into is not None), tx)


def _profile(section: contracts.PatientForBilling) -> BillingProfile:
    address = section.address
    return BillingProfile(
        given_name=section.legal_name.given,
        family_name=section.legal_name.family,
        birth_date=section.birth_date,
        sex=SEXES.get(section.sex) if section.sex else None,
        address=Address(address.line, address.city, address.state, address.postal_code) if address else None,
        delivery_preference=PREFERENCES.get(section.delivery_preference) if section.delivery_preference else None,
    )
