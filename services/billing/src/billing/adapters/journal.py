"""The journal in MongoDB: entries are inserted and never changed. Plain, for it holds ids and amounts only, so that the
books can be summed up where they are.
"""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from billing.domain.ids import PatientId
from billing.domain.ledger import AccountTotal, JournalEntry, LedgerAccount, TrialBalance
from billing.domain.money import Money
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.work import Transaction

JOURNAL: Final = "journal"

INDEXES: Final = (
    (JOURNAL, IndexModel("key", name="once", unique=True)),
    (JOURNAL, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
)

_TOTALS: Final = (
    {"$unwind": "$body.lines"},
    {
        "$group": {
            "_id": {"account": "$body.lines.account", "currency": "$body.lines.debit.currency"},
            "debit": {"$sum": "$body.lines.debit.minor"},
            "credit": {"$sum": "$body.lines.credit.minor"},
        }
    },
)


def _open_fields(entry: JournalEntry) -> Mapping[str, object]:
    return {"key": entry.key, "patient_id": entry.patient_id}


class MongoJournal:
    """See `billing.application.ports.Journal`."""

    def __init__(self, database: Database) -> None:
        self._collection = database[JOURNAL]
        self._documents: Documents[JournalEntry] = Documents(
            database, JOURNAL, JournalEntry, fields=_open_fields, owner=lambda entry: entry.patient_id
        )

    async def add(self, entry: JournalEntry, /, tx: Transaction) -> None:
        await self._documents.add(entry, tx)

    async def of_patient(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[JournalEntry]:
        return await self._documents.page({"patient_id": patient_id}, limit=limit, after=after)

    async def page(self, limit: int, after: str | None) -> Listed[JournalEntry]:
        return await self._documents.page({}, limit=limit, after=after)

    async def trial_balance(self) -> TrialBalance:
        """Reads every entry: it is the check of the whole books."""
        sums = {}
        async for row in await self._collection.aggregate(list(_TOTALS)):
            account, currency = LedgerAccount(row["_id"]["account"]), row["_id"]["currency"]
            sums[account] = AccountTotal(account, Money(row["debit"], currency), Money(row["credit"], currency))
        return TrialBalance(tuple(sums[account] for account in LedgerAccount if account in sums))
