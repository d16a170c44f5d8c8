"""The secrets of one stack or deployment: made on first use, kept with its data, different in every one.

Invariant: they lie in a folder only its owner can enter, each written whole or not at all; nothing has a default, and
what is there is never replaced but by `key_files`, because kept data was encrypted with it.
"""

import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from joserfc.jwk import ECKey, KeyParameters

from careflow_cli.errors import CareflowError
from careflow_cli.stack import tokens
from careflow_cli.stack.sealing_service import SealingService, is_sealed
from careflow_events.sealing import consumer_of

CONSUMERS = ("booking", "screening", "sessions", "billing")
MASTER_KEY_BYTES = 96  # what MongoDB's field encryption takes as a local master key
HMAC_KEY_BYTES = 32
OWNER_ONLY = 0o600
SEALING_PUBLIC = "sealing-public.json"
"""The file of the keys everybody seals by."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets in a folder; `mode` is that of each file."""

    folder: Path
    mode: int = OWNER_ONLY

    def make(self, services: tuple[str, ...]) -> None:
        """Make those of a development stack that are missing."""
        self.make_issuer()
        for service in services:
            self.make_service_keys(service)
        self.make_sealing_keys()

    def make_issuer(self) -> None:
        """The key pair of the development issuer, whose tokens production refuses."""
        issuer = self._key_pair("tokens-private.json", {"use": "sig", "alg": tokens.ALGORITHM, "kid": "development-1"})
        self.put("tokens-public.json", _key_set([issuer.as_dict(private=False)]))

    def make_service_keys(self, service: str) -> None:
        """A service's keys at rest."""
        self._random(f"{service}-master.key", MASTER_KEY_BYTES)
        self._random(f"{service}-blind-index.key", HMAC_KEY_BYTES)
        self._random(f"{service}-audit.key", HMAC_KEY_BYTES)
        self.make_further_keys(service)

    def make_further_keys(self, service: str) -> None:
        """The file of the keys beside a service's first ones: none yet."""
        self.keep(further_file(service), lambda: b"{}")

    def make_sealing_keys(self) -> None:
        """The private key of each consumer of sealed sections, and everybody's public ones."""
        for consumer in CONSUMERS:
            self.keep(sealing_file(consumer), lambda name=consumer: _key_set([new_sealing_key(name, 1)]))  # type: ignore[misc]  # bound at once
        self.keep(SEALING_PUBLIC, lambda: _key_set(public_of(self.sealing_keys(each)[-1]) for each in CONSUMERS))

    def sealing_keys(self, consumer: str) -> list[dict[str, object]]:
        """The private keys of a consumer, the oldest first."""
        keys: list[dict[str, object]] = json.loads(self.opened(sealing_file(consumer)))["keys"]
        return keys

    def add_sealing_key(self, consumer: str) -> str:
        """A new private key beside a consumer's others; answers its id. Nobody seals to it yet."""
        keys = self.sealing_keys(consumer)
        number = 1 + max(int(str(key["kid"]).rpartition("-")[2]) for key in keys)
        self.replace(sealing_file(consumer), _key_set([*keys, new_sealing_key(consumer, number)]))
        return f"{consumer}-{number}"

    def seal_to(self, consumer: str, kid: str) -> None:
        """From now on everybody seals what is for this consumer to that key of it alone."""
        public: list[dict[str, object]] = json.loads((self.folder / SEALING_PUBLIC).read_bytes())["keys"]
        others = [key for key in public if consumer_of(str(key["kid"])) != consumer]
        chosen = [public_of(key) for key in self.sealing_keys(consumer) if key["kid"] == kid]
        if not chosen:
            raise CareflowError(f"{consumer} is given no sealing key {kid}")
        self.put(SEALING_PUBLIC, _key_set([*others, *chosen]))

    def keep(self, name: str, content: Callable[[], bytes]) -> None:
        """Make this file with that content, unless it is there."""
        if not (self.folder / name).exists():
            self.put(name, content())

    def opened(self, name: str) -> bytes:
        """What stands in this file, also where only a key service opens it. Raises OSError or CareflowError."""
        return SealingService(self.folder).opened((self.folder / name).read_bytes())

    def replace(self, name: str, content: bytes, *, like: str | None = None) -> None:
        """Make this file have that content, sealed if it was, or if the file `like` is. Raises CareflowError."""
        found = self.folder / (like or name)
        sealed = found.exists() and is_sealed(found.read_bytes())
        self.put(name, SealingService(self.folder).sealed(content) if sealed else content)

    def put(self, name: str, content: bytes) -> None:
        """Make this file have that content, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        draft = self.folder / f".{name}.draft"
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
            file.write(content)
        draft.chmod(self.mode)
        draft.replace(self.folder / name)

    def variables(self, service: str) -> Mapping[str, str]:
        """Where one service finds its own secrets and everybody's public keys."""
        return {
            "CAREFLOW_TOKEN_ISSUER": tokens.ISSUER,
            "CAREFLOW_TOKEN_AUDIENCE": tokens.AUDIENCE,
            "CAREFLOW_TOKEN_JWKS_FILE": str(self.folder / "tokens-public.json"),
            "CAREFLOW_MASTER_KEY_FILE": str(self.folder / f"{service}-master.key"),
            "CAREFLOW_BLIND_INDEX_KEY_FILE": str(self.folder / f"{service}-blind-index.key"),
            "CAREFLOW_AUDIT_KEY_FILE": str(self.folder / f"{service}-audit.key"),
            "CAREFLOW_FURTHER_KEYS_FILE": str(self.folder / further_file(service)),
            "CAREFLOW_SEALING_PUBLIC_FILE": str(self.folder / SEALING_PUBLIC),
            "CAREFLOW_SEALING_PRIVATE_FILE": str(self.folder / sealing_file(service)),
        }

    def token(
        self,
        roles: Sequence[str],
        *,
        subject: str,
        lasting: timedelta,
        patient_id: str | None = None,
        consumer: str | None = None,
    ) -> str:
        """A bearer token of this stack's own issuer."""
        key = self._private_key("tokens-private.json")
        return tokens.sign(key, roles, subject=subject, lasting=lasting, patient_id=patient_id, consumer=consumer)

    def _private_key(self, name: str) -> ECKey:
        (key,) = json.loads((self.folder / name).read_bytes())["keys"]
        return ECKey.import_key(key)

    def _key_pair(self, name: str, parameters: KeyParameters) -> ECKey:
        if not (self.folder / name).exists():
            key = ECKey.generate_key("P-256", parameters)
            self.put(name, _key_set([key.as_dict(private=True)]))
        return self._private_key(name)

    def _random(self, name: str, count: int) -> None:
        self.keep(name, lambda: secrets.token_bytes(count))


def further_file(service: str) -> str:
    """The file of the keys beside a service's first ones."""
    return f"{service}-further-keys.json"


def sealing_file(consumer: str) -> str:
    """The file of a consumer's private keys."""
    return f"sealing-{consumer}-private.json"


def new_sealing_key(consumer: str, number: int) -> dict[str, object]:
    """A private key of that number."""
    key = ECKey.generate_key("P-256", {"use": "enc", "kid": f"{consumer}-{number}"})
    return dict(key.as_dict(private=True))


def public_of(private: Mapping[str, object]) -> dict[str, object]:
    """What others seal by."""
    return {name: value for name, value in private.items() if name != "d"}


def _key_set(keys: Iterable[Mapping[str, object]]) -> bytes:
    return json.dumps({"keys": list(keys)}).encode()
