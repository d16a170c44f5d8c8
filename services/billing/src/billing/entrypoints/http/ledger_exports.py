"""The ledger as text for accountants: CSV, one row for each line of an entry, and plain-text double entry as beancount
reads it. Both are written page by page, however many entries there are.
"""

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from billing.domain.ledger import JournalEntry, LedgerAccount
from billing.domain.money import Money

COLUMNS: Final = (
    "entry_id",
    "posted_on",
    "account",
    "debit",
    "credit",
    "currency",
    "cause",
    "cause_id",
    "reverses",
    "patient_id",
    "policy_version",
)
ACCOUNTS: Final[Mapping[LedgerAccount, str]] = {
    LedgerAccount.CASH: "Assets:Cash",
    LedgerAccount.PROCESSOR: "Assets:Processor-Clearing",
    LedgerAccount.DISPUTED: "Assets:Disputed-Funds",
    LedgerAccount.RECEIVABLE: "Assets:Receivable",
    LedgerAccount.UNAPPLIED: "Liabilities:Unapplied-Payments",
    LedgerAccount.DEPOSITS: "Liabilities:Deposits",
    LedgerAccount.UNEARNED: "Liabilities:Unearned-Packages",
    LedgerAccount.REFUNDS_PAYABLE: "Liabilities:Refunds-Payable",
    LedgerAccount.EVALUATION_REVENUE: "Income:Evaluation",
    LedgerAccount.THERAPY_REVENUE: "Income:Therapy",
    LedgerAccount.TREATMENT_REVENUE: "Income:Treatment",
    LedgerAccount.DRUG_REVENUE: "Income:Drug",
    LedgerAccount.OTHER_REVENUE: "Income:Other",
    LedgerAccount.FEE_REVENUE: "Income:Fees",
    LedgerAccount.GOODWILL: "Income:Goodwill-Refunds",
    LedgerAccount.DISCOUNTS: "Income:Discounts",
    LedgerAccount.BAD_DEBT: "Expenses:Bad-Debt",
    LedgerAccount.CARD_COSTS: "Expenses:Card-Costs",
}
"""What accountants call our accounts: beancount wants each under one of its five roots."""
_OPENED: Final = "1970-01-01"
"""Accounts are there before anything was posted."""


class LedgerFormat(StrEnum):
    CSV = "csv"
    BEANCOUNT = "beancount"


@dataclass(frozen=True, slots=True)
class Text:
    """How a format begins, is continued, and ends after so many entries."""

    media_type: str
    begin: Callable[[str], str]
    entries: Callable[[Sequence[JournalEntry]], str]
    end: Callable[[int], str]


async def written(text: Text, currency: str, pages: AsyncIterator[Sequence[JournalEntry]]) -> AsyncIterator[str]:
    """The whole text, in pieces."""
    count = 0
    yield text.begin(currency)
    async for page in pages:
        count += len(page)
        yield text.entries(page)
    yield text.end(count)


def _decimal(money: Money) -> str:
    whole, cents = divmod(abs(money.minor), 100)
    return f"{'-' if money.minor < 0 else ''}{whole}.{cents:02d}"


def _rows(rows: Iterable[Sequence[str]]) -> str:
    written_rows = io.StringIO()
    csv.writer(written_rows).writerows(rows)
    return written_rows.getvalue()


def _csv(entries: Sequence[JournalEntry]) -> str:
    return _rows(
        (
            entry.id,
            entry.posted_on.isoformat(),
            line.account,
            _decimal(line.debit),
            _decimal(line.credit),
            entry.currency,
            entry.cause,
            entry.cause_id,
            entry.reverses or "",
            entry.patient_id,
            entry.policy_version,
        )
        for entry in entries
        for line in entry.lines
    )


def _opened(currency: str) -> str:
    opened = (f"{_OPENED} open {name} {currency}" for name in ACCOUNTS.values())
    return "\n".join((f'option "operating_currency" "{currency}"', "", *opened, "", ""))


def _beancount(entries: Sequence[JournalEntry]) -> str:
    return "".join(_transaction(entry) for entry in entries)


def _quoted(text: str) -> str:
    """A string as beancount reads it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _transaction(entry: JournalEntry) -> str:
    meta = {
        "entry": entry.id,
        "cause-id": entry.cause_id,
        "patient": entry.patient_id,
        "policy": entry.policy_version,
        "reverses": entry.reverses,
    }
    return "\n".join(
        (
            f"{entry.posted_on.isoformat()} * {_quoted(entry.cause)}",
            *(f"  {name}: {_quoted(value)}" for name, value in meta.items() if value),
            *(
                f"  {ACCOUNTS[line.account]}  {_decimal(line.debit - line.credit)} {entry.currency}"
                for line in entry.lines
            ),
            "",
            "",
        )
    )


TEXTS: Final[Mapping[LedgerFormat, Text]] = {
    LedgerFormat.CSV: Text("text/csv", lambda _: _rows([COLUMNS]), _csv, lambda _: ""),
    LedgerFormat.BEANCOUNT: Text("text/plain", _opened, _beancount, lambda count: f"; {count} entries, to the end\n"),
}
