"""The journal in MongoDB: entries are inserted and never changed. Encrypted with the patient's key but for the day
and the lines, accounts and amounts, so that the books can be summed up where they are. Blind: whose, and what it is
for.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from pymongo import IndexModel

from billing.domain.ids import PatientId
from billing.domain.ledger import AccountTotal, JournalEntry, LedgerAccount, TrialBalance
from billing.domain.money import Money
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.vault import Vault
from careflow_service.work import Transaction

JOURNAL: Final = "journal"
_BY_DAY: Final = (("posted_on", 1),)
_NEWEST_FIRST: Final = (("posted_on", -1), ("_id", -1))

INDEXES: Final = (
    (JOURNAL, IndexModel("key", name="once", unique=True)),
    (JOURNAL, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
    (JOURNAL, IndexModel([("patient_id", 1), ("posted_on", 1), ("_id", 1)], name="of_patient_by_day")),
)

_TOTALS: Final = (
    {"$unwind": "$lines"},
    {
        "$group": {
            "_id": {"account": "$lines.account", "currency": "$lines.debit.currency"},
            "debit": {"$sum": "$lines.debit.minor"},
            "credit": {"$sum": "$lines.credit.minor"},
        }
    },
)


def _open_fields(entry: JournalEntry) -> Mapping[str, object]:
    lines = [
        {"account": line.account.value, "debit": _money(line.debit), "credit": _money(line.credit)}
        for line in entry.lines
    ]
    return {"key": entry.key, "patient_id": entry.patient_id, "posted_on": entry.posted_on.isoformat(), "lines": lines}


def _money(money: Money) -> Mapping[str, object]:
    return {"minor": money.minor, "currency": money.currency}


class MongoJournal:
    """See `billing.application.ports.Journal`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._collection = database[JOURNAL]
        self._documents: Documents[JournalEntry] = Documents(
            database,
            JOURNAL,
            JournalEntry,
            fields=_open_fields,
            blind=("key", "patient_id"),
            owner=lambda entry: entry.patient_id,
            vault=vault,
        )

    async def add(self, entry: JournalEntry, /, tx: Transaction) -> None:
        await self._documents.add(entry, tx)

    async def of_patient(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[JournalEntry]:
        return await self._documents.page({"patient_id": patient_id}, limit=limit, after=after)

    async def newest_of(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[JournalEntry]:
        return await self._documents.page({"patient_id": patient_id}, sort=_NEWEST_FIRST, limit=limit, after=after)

    async def since(self, day: date | None, *, of: PatientId) -> list[JournalEntry]:
        later = {"posted_on": {"$gt": day.isoformat()}} if day else {}
        return await self._documents.all({"patient_id": of, **later}, of=of, sort=_BY_DAY)

    async def page(self, limit: int, after: str | None) -> Listed[JournalEntry]:
        return await self._documents.page({}, limit=limit, after=after)

    async def trial_balance(self) -> TrialBalance:
        """Reads every entry: it is the check of the whole books."""
        sums = {}
        async for row in await self._collection.aggregate(list(_TOTALS)):
            account, currency = LedgerAccount(row["_id"]["account"]), row["_id"]["currency"]
            sums[account] = AccountTotal(account, Money(row["debit"], currency), Money(row["credit"], currency))
        return TrialBalance(tuple(sums[account] for account in LedgerAccount if account in sums))
