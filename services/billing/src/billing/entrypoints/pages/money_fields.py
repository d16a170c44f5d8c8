"""What each form of an account asks, and what stands in it before anything is typed.

Invariant: what can be chosen is what there is now; whether it may be done is the command's to say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from billing.application.queries.read_account import AccountSeen, Thing
from billing.domain.accounts import Account, CoverageKind, Relationship
from billing.domain.appeals import Language
from billing.domain.charges import Charge
from billing.domain.estimate_disputes import DisputeOutcome
from billing.domain.estimates import Estimate
from billing.domain.fee_cases import FOUND_OUT, WaiverReason
from billing.domain.fee_schedule import PackageOffer
from billing.domain.money import Money
from billing.domain.payment_methods import PaymentMethod
from billing.domain.payments import Payment
from billing.domain.practice import Clinician
from billing.domain.processing import RefundState
from billing.domain.refunds import RefundReason
from billing.domain.write_offs import WriteOffReason
from billing.entrypoints.pages.appeals import appealing
from billing.entrypoints.pages.asking import Asked, as_typed
from billing.entrypoints.pages.money_commands import VISIT
from billing.entrypoints.pages.reimbursing import CaseForm
from careflow_service.pages.asking import NO, Kind
from careflow_service.pages.forms import UNTYPED, Form
from careflow_service.pages.words import Words
from careflow_service.pages.writing import Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a form is about, what was typed into it and why it was not done, and how it is written for its reader."""

    seen: AccountSeen
    thing: Thing
    words: Words
    zone: ZoneInfo
    offers: Sequence[PackageOffer]
    clinicians: Sequence[Clinician]
    typed: Form = UNTYPED
    refused: str | None = None

    @property
    def write(self) -> Writing:
        return Writing(self.words, self.today)

    def named(self, group: str, codes: Sequence[StrEnum]) -> list[tuple[str, str]]:
        """Codes as options, by their words."""
        return [(each.value, self.words.groups[group][each.value]) for each in codes]

    @property
    def today(self) -> date:
        return self.seen.as_of.astimezone(self.zone).date()

    def money(self, amount: Money) -> str:
        return self.write.money(amount.minor, amount.currency)

    def service(self, charge: Charge, amount: Money) -> str:
        """A charge in a line."""
        cause = self.words.groups["charge_causes"][charge.rendered.cause]
        return f"{cause}, {self.write.birth_date(charge.rendered.service_date)}: {self.money(amount)}"


_PAID_HERE: Final = [each for each in PaymentMethod if each is not PaymentMethod.CARD_ONLINE]
_GIVEN_BACK: Final = [
    each for each in RefundReason if each not in {RefundReason.CHARGEBACK, RefundReason.PACKAGE_UNUSED}
]
_VISITS: Final = ("evaluation", "preparation", "dosing", "integration", "review", "adjunct")


def meant_for(before: Before) -> Asked:
    """Where money goes: as always, to one charge, or to a visit to come."""
    words, write = before.words.groups, before.write
    charges = [(each.id, before.service(each, each.balance)) for each in before.seen.open]
    visits = [
        (f"{VISIT}{each.id}", f"{words['visit_kinds'][each.kind]}, {write.moment(each.starts_at, before.zone)}")
        for each in before.seen.to_come
    ]
    return Asked(
        name="meant_for", kind=Kind.CHOICE, options=[("", words["account_page"]["oldest_first"]), *charges, *visits]
    )


def another(before: Before) -> Sequence[Asked]:
    """Whether it is another payment than the one that looks the same; asked where there is one."""
    asked = before.refused == "payment_known" or before.typed["is_another"]
    return (Asked(name="is_another", kind=Kind.YES_NO),) if asked else ()


def paying(before: Before) -> Sequence[Asked]:
    owed = before.seen.owed
    return (
        Asked(name="amount", kind=Kind.AMOUNT, first=as_typed(owed) if owed else ""),
        Asked(name="method", kind=Kind.CHOICE, options=before.named("methods", _PAID_HERE)),
        Asked(name="reference"),
        meant_for(before),
        *another(before),
    )


def giving_back(before: Before) -> Sequence[Asked]:
    free = before.thing.free if isinstance(before.thing, Payment) else None
    return (
        Asked(name="amount", kind=Kind.AMOUNT, first=as_typed(free) if free else ""),
        Asked(name="reason", kind=Kind.CHOICE, options=before.named("refund_reasons", _GIVEN_BACK)),
    )


def failed_of(payment: Payment) -> list[tuple[str, Money]]:
    return [(each.id, each.amount) for each in payment.refunds if each.state is RefundState.FAILED]


def paid_otherwise(before: Before) -> Sequence[Asked]:
    failed = failed_of(before.thing) if isinstance(before.thing, Payment) else []
    options = [(refund_id, before.money(amount)) for refund_id, amount in failed]
    return (Asked(name="refund_id", kind=Kind.CHOICE, options=options),)


def writing_off(before: Before) -> Sequence[Asked]:
    owed = before.thing.balance if isinstance(before.thing, Charge) else None
    return (
        Asked(name="amount", kind=Kind.AMOUNT, first=as_typed(owed) if owed else ""),
        Asked(name="reason", kind=Kind.CHOICE, options=before.named("write_off_reasons", list(WriteOffReason))),
    )


def for_insurer(before: Before) -> Sequence[Asked]:
    charges = [(each.id, before.service(each, each.amount)) for each in before.seen.to_bill]
    return (
        Asked(name="charge_ids", kind=Kind.SEVERAL, options=charges),
        Asked(name="disclose_diagnoses", kind=Kind.YES_NO),
    )


def one_of(name: str, group: str, codes: type[StrEnum]) -> Callable[[Before], Sequence[Asked]]:
    return lambda before: (Asked(name=name, kind=Kind.CHOICE, options=before.named(group, list(codes))),)


def waiving(before: Before) -> Sequence[Asked]:
    decided = [each for each in WaiverReason if each not in FOUND_OUT]
    return (Asked(name="reason", kind=Kind.CHOICE, options=before.named("waiver_reasons", decided)),)


def deciding(before: Before) -> Sequence[Asked]:
    outcome = Asked(name="outcome", kind=Kind.CHOICE, options=before.named("dispute_outcomes", list(DisputeOutcome)))
    return (outcome, Asked(name="adjusted", kind=Kind.AMOUNT))


def covering(before: Before) -> Sequence[Asked]:
    known = before.thing.coverage if isinstance(before.thing, Account) else None

    def first(name: str) -> str:
        return str(getattr(known, name) or "") if known else ""

    relationships = before.named("relationships", list(Relationship))
    return (
        Asked(
            name="kind",
            kind=Kind.CHOICE,
            options=before.named("coverage_kinds", list(CoverageKind)),
            first=first("kind"),
        ),
        *(Asked(name=name, first=first(name)) for name in ("payer", "member_id", "group_number")),
        Asked(
            name="relationship",
            kind=Kind.CHOICE,
            options=relationships,
            first=first("relationship") or Relationship.SELF,
        ),
        Asked(name="subscriber_name", first=first("subscriber_name")),
    )


def last_month(before: Before) -> Sequence[Asked]:
    today = before.seen.as_of.astimezone(before.zone).date()
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    return (Asked(name="month", first=f"{year:04d}-{month:02d}"),)


def linking(before: Before) -> Sequence[Asked]:
    return (Asked(name="amount", kind=Kind.AMOUNT), meant_for(before))


def late_reason(before: Before) -> Sequence[Asked]:
    """A reason is asked for after the estimate's time, and only then."""
    due = before.thing.due_by if isinstance(before.thing, Estimate) else None
    late = due is not None and due < before.seen.as_of
    return (Asked(name="late_reason", kind=Kind.PROSE),) if late else ()


DISPUTE_DAYS: Final = (Asked(name="billed_on", kind=Kind.DAY), Asked(name="initiated_on", kind=Kind.DAY))


def prepaying(before: Before) -> Sequence[Asked]:
    offers = [(each.code, f"{each.description}: {before.money(each.price)}") for each in before.offers]
    return (
        Asked(name="offer", kind=Kind.CHOICE, options=offers, first=offers[0][0] if len(offers) == 1 else ""),
        Asked(name="method", kind=Kind.CHOICE, options=before.named("methods", _PAID_HERE)),
        Asked(name="reference"),
        *another(before),
    )


def giving_back_package(_: Before) -> Sequence[Asked]:
    return (Asked(name="as_goodwill", kind=Kind.YES_NO, first=NO),)


def contracting(before: Before) -> Sequence[Asked]:
    """With a clinician who is out of Medicare now or later."""
    out = [
        (each.id, f"{each.name}, {each.credentials}")
        for each in before.clinicians
        if any(one.ends_on >= before.today for one in each.medicare_opt_outs)
    ]
    return (
        Asked(name="practitioner_id", kind=Kind.CHOICE, options=out, first=out[0][0] if len(out) == 1 else ""),
        Asked(name="signed_on", kind=Kind.DAY),
        Asked(name="ends_on", kind=Kind.DAY),
    )


def last_year(before: Before) -> Sequence[Asked]:
    return (Asked(name="year", kind=Kind.WHOLE, first=str(before.today.year - 1)),)


def for_letter(before: Before) -> Sequence[Asked]:
    """What a letter of appeal says, and what the patient's own page of it is written in."""
    languages = before.named("languages", list(Language))
    return (
        *appealing(before.named),
        Asked(name="language", kind=Kind.CHOICE, options=languages, first=Language.ENGLISH),
    )


def pricing(_: Before) -> Sequence[Asked]:
    return tuple(Asked(name=each, kind=Kind.WHOLE) for each in _VISITS)


def filing(_: Before) -> Sequence[Asked]:
    return (Asked(name="file_by", kind=Kind.DAY),)


def saying(form: CaseForm) -> Callable[[Before], Sequence[Asked]]:
    return lambda before: form.fields(before.named)
