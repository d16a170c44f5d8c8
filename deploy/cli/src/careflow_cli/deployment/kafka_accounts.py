"""What a Kafka that asks for accounts needs: who vouches for it, its certificate, its accounts and who else may read.

Invariant: the file Kafka reads the accounts from is always made of the passwords beside it.
"""

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from careflow_cli.errors import CareflowError
from careflow_cli.stack.secrets import Secrets
from careflow_events.topics import SERVICES, Classification

AUTHORITY: Final = ("kafka-authority.pem", "kafka-authority.key")
"""The key signs the certificate when it is renewed; nothing mounts it."""
KEYSTORE: Final = "kafka-keystore.pem"
BROKER, TOPICS = "kafka", "topics"
"""Kafka's own account, and that of the job that makes topics and grants. They may do everything."""
JAAS: Final = "kafka-accounts.jaas"
READERS: Final = "kafka-readers.json"
PASSWORD_BYTES: Final = 32
HOSTS: Final = ("kafka", "kafka-2", "kafka-3", "localhost", "127.0.0.1")
OPEN_TO_READERS: Final = tuple(each.value for each in Classification if each is not Classification.INTERNAL)
_READER = re.compile(r"[a-z][a-z0-9-]{1,30}")


def password_file(account: str) -> str:
    """Where the password of an account is."""
    return f"{account}-kafka.password"


OWN: Final = (BROKER, TOPICS, *SERVICES)
ACCOUNTS: Final = (JAAS, READERS, *map(password_file, OWN))


def make_authority(kept: Secrets) -> None:
    """Somebody to vouch for this deployment's Kafka and nothing else."""
    from careflow_cli.deployment.certificate import authority

    certificate, key = authority("Kafka of this CareFlow")
    kept.keep(AUTHORITY[1], lambda: key)
    kept.keep(AUTHORITY[0], lambda: certificate)


def make_keystore(kept: Secrets) -> None:
    """Kafka's key and certificate, in one file as it wants them."""
    from careflow_cli.deployment.certificate import signed_by

    vouching = tuple((kept.folder / name).read_bytes() for name in AUTHORITY)
    certificate, key = signed_by((vouching[0], vouching[1]), HOSTS)
    kept.keep(KEYSTORE, lambda: key + certificate + vouching[0])


def make_accounts(kept: Secrets) -> None:
    """An account for each who has to speak to Kafka; no reader yet."""
    for account in OWN:
        kept.keep(password_file(account), _password)
    kept.keep(READERS, lambda: b"{}")
    _write_accounts(kept)


def readers(kept: Secrets) -> Mapping[str, Sequence[str]]:
    """Who else may read, and what. Raises CareflowError where no account was ever made."""
    try:
        admitted: dict[str, list[str]] = json.loads((kept.folder / READERS).read_bytes())
    except OSError:
        raise CareflowError(f"there is no {kept.folder / READERS}: careflow init --with secure makes it") from None
    return admitted


def admit(kept: Secrets, reader: str, classifications: Sequence[str]) -> str:
    """Give a reader an account, or let one read something else than before; answers the file with its password."""
    if not _READER.fullmatch(reader) or reader in OWN or reader == "careflow":
        raise CareflowError(f"{reader} cannot be a reader's name: small letters, digits and -, and none of ours")
    if not classifications or not set(classifications) <= {*OPEN_TO_READERS}:
        raise CareflowError(f"a reader reads some of: {', '.join(OPEN_TO_READERS)}")
    admitted = {**readers(kept), reader: sorted({*classifications})}
    kept.keep(password_file(reader), _password)
    kept.put(READERS, json.dumps(admitted, indent=2, sort_keys=True).encode())
    _write_accounts(kept)
    return password_file(reader)


def dismiss(kept: Secrets, reader: str) -> None:
    """Take a reader's account away. Raises CareflowError when there is none."""
    admitted = dict(readers(kept))
    if reader not in admitted:
        raise CareflowError(f"there is no reader {reader}")
    del admitted[reader]
    kept.put(READERS, json.dumps(admitted, indent=2, sort_keys=True).encode())
    _write_accounts(kept)
    (kept.folder / password_file(reader)).unlink(missing_ok=True)


def _write_accounts(kept: Secrets) -> None:
    passwords = {
        account: (kept.folder / password_file(account)).read_text("utf-8").strip() for account in (*OWN, *readers(kept))
    }
    kept.put(JAAS, _jaas(passwords).encode())


def _jaas(passwords: Mapping[str, str]) -> str:
    """The words of Java's login configuration: as whom Kafka speaks to itself, then everybody it knows."""
    known = "\n".join(f'    user_{account}="{password}"' for account, password in passwords.items())
    return (
        "KafkaServer {\n"
        "  org.apache.kafka.common.security.plain.PlainLoginModule required\n"
        f'    username="{BROKER}"\n    password="{passwords[BROKER]}"\n{known};\n}};\n'
    )


def _password() -> bytes:
    return secrets.token_urlsafe(PASSWORD_BYTES).encode()
