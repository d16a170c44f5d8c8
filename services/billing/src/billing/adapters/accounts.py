"""Accounts in MongoDB, under the patient's id, encrypted with the patient's key."""

from typing import Final

from billing.domain.accounts import Account
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

ACCOUNTS: Final = "accounts"


class MongoAccounts(Stored[Account]):
    """See `billing.application.ports.Accounts`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(database, ACCOUNTS, Account, owner=lambda account: account.id, vault=vault)
        super().__init__(documents, lambda: not_found("account"))
