"""What the store of a service needs: what its members know each other by, its administrator's password, and where and
as whom the service finds it; where they speak TLS, its certificate and who vouches for it.
"""

import base64
import secrets
from typing import Final

from careflow_cli.stack.secrets import Secrets
from careflow_events.topics import SERVICES

KEY_BYTES: Final = 756  # with base64 just below the 1024 characters a mongod takes
PASSWORD_BYTES: Final = 32
REPLICA_SET: Final = "rs0"
AUTHORITY: Final = ("store-authority.pem", "store-authority.key")
"""Vouches for the stores. The key signs their certificates when they are renewed; nothing mounts it."""
MEMBERS: Final = 3
"""Of a store, at most: a certificate is for all of them, so that more may join."""
SHARED: Final = "booking"
"""Whose store the others find under the names of their own, where there is one for all."""


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
    hosts = ",".join(f"{_member(service, number)}:27017" for number in range(1, members + 1))
    # of a set of one member there is nothing to discover
    how = "directConnection=true" if members == 1 else f"replicaSet={REPLICA_SET}"
    return f"mongodb://{service}:{_password()}@{hosts}/?authSource=admin&{how}"


def keystore(service: str) -> str:
    """Key and certificate of a store, in one file as a mongod wants them."""
    return f"{service}-store-keystore.pem"


def make_authority(kept: Secrets) -> None:
    """Somebody to vouch for this deployment's stores and nothing else."""
    from careflow_cli.deployment.certificate import authority

    certificate, key = authority("Stores of this CareFlow")
    kept.keep(AUTHORITY[1], lambda: key)
    kept.keep(AUTHORITY[0], lambda: certificate)


def make_keystore(kept: Secrets, service: str) -> None:
    """For all members of the service's store, by the names they are found under."""
    from careflow_cli.deployment.certificate import signed_by

    vouching = tuple((kept.folder / name).read_bytes() for name in AUTHORITY)
    certificate, key = signed_by((vouching[0], vouching[1]), names(service))
    kept.keep(keystore(service), lambda: key + certificate)


def names(service: str) -> list[str]:
    """By which the members of a service's store are found, also by themselves."""
    members = [_member(service, number) for number in range(1, MEMBERS + 1)]
    others = [_member(other, 1) for other in SERVICES if other != service] if service == SHARED else []
    return [*members, *others, "localhost", "127.0.0.1"]


def _member(service: str, number: int) -> str:
    return f"{service}-store{f'-{number}' if number > 1 else ''}"


def _password() -> str:
    """Letters, digits, - and _: safe in a connection string."""
    return secrets.token_urlsafe(PASSWORD_BYTES)
