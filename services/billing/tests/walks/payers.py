"""Patients who pay, beforehand or afterwards, at the clinic or by a link, and get back what was too much."""

from datetime import timedelta

from billing.application.commands.buy_package import BuyPackage, BuyPackageHandler
from billing.application.commands.close_payment_link import ClosePaymentLink, ClosePaymentLinkHandler
from billing.application.commands.give_back_package import GiveBackPackage, GiveBackPackageHandler
from billing.application.commands.make_payment_link import MakePaymentLink, MakePaymentLinkHandler
from billing.application.commands.receive_payment import ReceivePayment, ReceivePaymentHandler
from billing.application.commands.refund_payment import RefundPayment, RefundPaymentHandler
from billing.application.commands.reverse_charge import ReverseCharge, ReverseChargeHandler
from billing.domain.charges import ChargeState
from billing.domain.ids import AppointmentId, ChargeId
from billing.domain.money import Money
from billing.domain.payment_methods import PaymentMethod
from billing.domain.refunds import RefundReason
from careflow_events import contracts
from careflow_events.contracts import codes
from services.billing.tests import heard
from services.billing.tests.builders import ANA, THREE_DOSES
from services.billing.tests.walks.at_the_front_desk import AtTheFrontDesk
from services.billing.tests.walks.clinicians import Clinicians
from services.billing.tests.walks.walker import BEN, CASH


class Payers(Clinicians, AtTheFrontDesk):
    """What nobody owes is never made owed by it."""

    async def step_pays(self) -> None:
        patient = self.patient()
        method = self.random.choice(tuple(PaymentMethod))
        reference = None if method is PaymentMethod.CASH else f"slip {self.random.randint(1, 40)}"
        charge_ids: tuple[ChargeId, ...] = ()
        appointment_id: AppointmentId | None = None
        match self.random.randint(0, 3):
            case 0:
                charge_ids = (self.one_of("charges", lambda each: each.patient_id == patient).id,)
            case 1:
                appointment_id = self.one_of("visits", lambda each: each.patient_id == patient).id
        amount = Money(self.random.choice((1, 4_500, 22_500, 35_000, self.random.randint(1, 100_000))))
        command = ReceivePayment(patient, amount, method, reference, charge_ids, appointment_id)
        owed = self.owed(patient)
        await self.asks(ReceivePaymentHandler, command)
        assert self.owed(patient) <= owed

    async def step_is_refunded(self) -> None:
        payment = self.one_of("payments")
        reason = self.random.choice(tuple(RefundReason))
        most = payment.refundable.minor
        amount = Money(self.random.choice((1, max(most, 1), self.random.randint(1, max(most, 1)))))
        owed = self.owed(payment.patient_id)
        await self.asks(RefundPaymentHandler, RefundPayment(payment.id, amount, reason, payment.version))
        if reason is not RefundReason.ENTERED_IN_ERROR:
            assert self.owed(payment.patient_id) == owed, "giving back made somebody owe"

    async def step_pays_online(self) -> None:
        """A link is asked for, and mostly paid by; what the processor tells of it comes when it comes."""
        patient = self.patient()
        appointment_id = None
        if self.random.random() < 0.3:
            appointment_id = self.one_of("visits", lambda each: each.patient_id == patient).id
        amount = Money(self.random.choice((5_000, 22_500))) if appointment_id else None
        command = MakePaymentLink(patient, appointment_id=appointment_id, amount=amount)
        made = await self.asks(MakePaymentLinkHandler, command)
        await self.timers_run()
        if self.random.random() < 0.8:
            self.clinic.desk.is_paid(made.id, (await self.clinic.ports.links.get(made.id)).amount)
            await self.processor_tells()

    async def step_link_is_closed(self) -> None:
        """One there is, or one that was just made."""
        links = [each for each in self.clinic.all("links") if each.can_be_paid(self.clinic.now)]
        if not links:
            made = await self.asks(MakePaymentLinkHandler, MakePaymentLink(self.patient()))
            links.append(await self.clinic.ports.links.get(made.id))
        link = self.random.choice(links)
        await self.asks(ClosePaymentLinkHandler, ClosePaymentLink(link.id, link.version))

    async def step_card_is_declined(self) -> None:
        self.clinic.desk.declines(self.one_of("links").id)

    async def step_link_expires(self) -> None:
        if not any(each.address is not None for each in self.clinic.all("links")):
            self.clinic.desk.away = False
            await self.asks(MakePaymentLinkHandler, MakePaymentLink(self.patient()))
            await self.timers_run()
        self.clinic.desk.expires(self.one_of("links", lambda each: each.address is not None).id)

    async def step_buys_package(self) -> None:
        method = self.random.choice((PaymentMethod.CASH, PaymentMethod.CARD_TERMINAL))
        reference = None if method is PaymentMethod.CASH else f"slip {self.random.randint(1, 40)}"
        patient = self.patient()
        owed = self.owed(patient)
        await self.asks(BuyPackageHandler, BuyPackage(patient, THREE_DOSES.code, method, reference))
        assert self.owed(patient) == owed, "what is paid beforehand pays for nothing else"

    async def step_package_is_given_back(self) -> None:
        package = self.one_of("packages", lambda each: each.sessions_left)
        owed, as_goodwill = self.owed(package.patient_id), self.random.random() < 0.5
        await self.asks(GiveBackPackageHandler, GiveBackPackage(package.id, as_goodwill, package.version))
        assert self.owed(package.patient_id) == owed

    async def step_package_outlives_its_record(self) -> None:
        """Visits of a package were used when the record was given up; one of them turns out not to have taken place."""
        given_up = {each.id for each in self.clinic.all("accounts") if each.merged_into is not None}
        if not any(each.sessions_left and each.patient_id not in given_up for each in self.clinic.all("packages")):
            patient = ANA if ANA not in given_up else BEN
            await self.asks(BuyPackageHandler, BuyPackage(patient, THREE_DOSES.code, CASH, None, is_another=True))
        package = self.one_of("packages", lambda each: each.sessions_left and each.patient_id not in given_up)
        for _ in range(package.sessions_left):
            visit = await self.booked(codes.AppointmentKind.DOSING, 2, package.patient_id)
            visit = await self.becomes(visit, codes.AppointmentStatus.ARRIVED)
            await self.hear(contracts.TreatmentArrived(**visit))
            self.clinic.now += timedelta(hours=30)
            await self.is_treated(visit, heard.INFUSION)
        if not given_up:
            await self.step_records_are_merged()
        charge = self.one_of("charges", lambda each: each.package_id == package.id and each.state is ChargeState.POSTED)
        await self.asks(ReverseChargeHandler, ReverseCharge(charge.id, charge.version))

    async def step_debt_is_paid_after_all(self) -> None:
        charge = self.one_of("charges", lambda each: each.given_up)
        owed = self.owed(charge.patient_id)
        amount = Money(self.random.choice((1, charge.given_up.minor, charge.given_up.minor + 500)))
        await self.asks(ReceivePaymentHandler, ReceivePayment(charge.patient_id, amount, CASH, None, (charge.id,)))
        assert self.owed(charge.patient_id) <= owed
