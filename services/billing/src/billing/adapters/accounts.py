"""Accounts in MongoDB, under the patient's id, encrypted with the patient's key. Blind: for which one it
was given up.
"""

from collections.abc import Collection
from typing import Final

from pymongo import IndexModel

from billing.domain.accounts import Account
from billing.domain.ids import PatientId
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

ACCOUNTS: Final = "accounts"

INDEXES: Final = ((ACCOUNTS, IndexModel([("merged_into", 1)], name="merged_into")),)


class MongoAccounts(Stored[Account]):
    """See `billing.application.ports.Accounts`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            ACCOUNTS,
            Account,
            fields=lambda account: {"merged_into": account.merged_into},
            blind=("merged_into",),
            owner=lambda account: account.id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("account"))
        self._collection = database[ACCOUNTS]

    async def behind(self, patient_id: PatientId | None, /) -> PatientId | None:
        later = {"_id": {"$gt": patient_id}} if patient_id else {}
        accounts = self._documents.looked  # allow looked: whoever comes meanwhile has nothing in a month that is over
        found = await accounts.ids(later, limit=1)
        return PatientId(found[0]) if found else None

    async def those(self, patient_ids: Collection[PatientId], /) -> list[Account]:
        found = await self._documents.page({"_id": {"$in": list(patient_ids)}}, limit=len(patient_ids) or 1, after=None)
        return list(found.items)

    async def given_up_for(self, survivor_id: PatientId, /) -> list[PatientId]:
        accounts = self._documents.looked  # allow looked: a copy is of what there is when it is made
        return [account.id for account in await accounts.all({"merged_into": survivor_id})]

    async def count(self) -> int:
        return await self._collection.estimated_document_count()

    async def get(self, stored_id: str, /, *, of: str | None = None) -> Account:
        """It, of the patient whose id it has."""
        return await super().get(stored_id, of=of or stored_id)

    async def find(self, stored_id: str, /, *, of: str | None = None) -> Account | None:
        """It, of the patient whose id it has, or None."""
        return await super().find(stored_id, of=of or stored_id)
