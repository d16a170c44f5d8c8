"""What the store of a service needs: what its members know each other by, its administrator's password, and where and
as whom the service finds it.
"""

import base64
import secrets
from typing import Final

from careflow_cli.stack.secrets import Secrets

KEY_BYTES: Final = 756  # with base64 just below the 1024 characters a mongod takes
PASSWORD_BYTES: Final = 32
REPLICA_SET: Final = "rs0"


def files(service: str) -> tuple[str, str, str]:
    """The key of its members, the administrator's password, and the service's own way in."""
    return f"{service}-store.key", f"{service}-store-admin.password", f"{service}-mongo.url"


def make(kept: Secrets, service: str, members: int) -> None:
    """For a store of so many members."""
    key, password, url = files(service)
    kept.keep(key, lambda: base64.b64encode(secrets.token_bytes(KEY_BYTES)))
    kept.keep(password, lambda: _password().encode())
    kept.keep(url, lambda: _url(service, members).encode())


def _url(service: str, members: int) -> str:
    hosts = ",".join(f"{service}-store{f'-{number}' if number > 1 else ''}:27017" for number in range(1, members + 1))
    # of a set of one member there is nothing to discover
    how = "directConnection=true" if members == 1 else f"replicaSet={REPLICA_SET}"
    return f"mongodb://{service}:{_password()}@{hosts}/?authSource=admin&{how}"


def _password() -> str:
    """Letters, digits, - and _: safe in a connection string."""
    return secrets.token_urlsafe(PASSWORD_BYTES)
