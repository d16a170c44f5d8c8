"""The key files of one service: its first key of each kind, those beside it, and those put away.

Invariant: a key that was ever written here is in one of the files, whatever ends the command, because what it opens may
be kept for longer than anybody thinks: it is put where it goes before it is taken from where it was.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from careflow_cli.errors import CareflowError
from careflow_cli.stack.sealing_service import SealingService, is_sealed
from careflow_cli.stack.secrets import HMAC_KEY_BYTES, MASTER_KEY_BYTES, Secrets, further_file, sealing_file

SIZES: Mapping[str, int] = {"master": MASTER_KEY_BYTES, "blind_index": HMAC_KEY_BYTES, "audit": HMAC_KEY_BYTES}
"""The kinds of keys that follow one another, and how long a new one is in bytes."""

Keys = dict[str, list[bytes]]


def key_id(kind: str, key: bytes) -> str:
    """By which services know a key: a keyed hash that tells nothing of it."""
    return hmac.new(key, f"careflow key: id of {kind}".encode(), hashlib.sha256).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """The key files of `service` in a folder of secrets."""

    secrets: Secrets
    service: str

    def add(self, kind: str) -> str:
        """Makes a new key beside the others; answers its id. Raises CareflowError."""
        self._first(kind)
        key = secrets.token_bytes(SIZES[kind])
        further = self._several(self.further_name)
        further.setdefault(kind, []).append(key)
        self._write(self.further_name, further)
        return key_id(kind, key)

    def held(self, kind: str) -> list[str]:
        """The ids of the keys a process is given, the first one first. Raises CareflowError."""
        return [key_id(kind, key) for key in self._held(kind)]

    def put_away(self, kind: str, key: str) -> None:
        """Takes a key out of what processes are given; it is kept in the file of those put away. Raises
        CareflowError.
        """
        held = self._held(kind)
        found = next((each for each in held if key_id(kind, each) == key), None)
        if found is None:
            raise CareflowError(f"{self.service} is given no {kind} key {key}")
        others = [each for each in held if each != found]
        if not others:
            raise CareflowError(f"{key} is the only {kind} key {self.service} is given")
        away = self._several(self.away_name)
        if found not in away.setdefault(kind, []):
            away[kind].append(found)
            self._write(self.away_name, away)
        if found == held[0]:
            self.secrets.replace(self._first_name(kind), others[0])
        further = self._several(self.further_name)
        further[kind] = [each for each in others if each != self._first(kind)]
        self._write(self.further_name, further)

    def away(self, kind: str) -> list[str]:
        """The ids of the keys that were put away. Raises CareflowError."""
        return [key_id(kind, key) for key in self._several(self.away_name).get(kind, [])]

    def put_back(self, kind: str, key: str) -> None:
        """Processes are given a key again that was put away; a copy stays there. Raises CareflowError."""
        found = next((each for each in self._several(self.away_name).get(kind, []) if key_id(kind, each) == key), None)
        if found is None:
            raise CareflowError(f"{self.away_name} holds no {kind} key {key}")
        if found not in self._held(kind):
            further = self._several(self.further_name)
            further.setdefault(kind, []).append(found)
            self._write(self.further_name, further)

    def of_keys(self) -> list[str]:
        """The files there are that hold keys of it: what a key service seals."""
        names = [*map(self._first_name, SIZES), self.further_name, self.away_name, sealing_file(self.service)]
        return [name for name in names if (self.secrets.folder / name).exists()]

    def seal(self, *, seal: bool) -> list[str]:
        """Has a key service seal each file of keys, or writes each as it is when opened; answers which were not yet so.
        What was cut short goes on with the next run. Raises CareflowError.
        """
        service, done = SealingService(self.secrets.folder), []
        for name in self.to_seal(seal=seal):
            content = (self.secrets.folder / name).read_bytes()
            self.secrets.put(name, service.sealed(content) if seal else service.opened(content))
            done.append(name)
        return done

    def to_seal(self, *, seal: bool) -> list[str]:
        """The files that are not yet so."""
        return [name for name in self.of_keys() if is_sealed((self.secrets.folder / name).read_bytes()) is not seal]

    @property
    def further_name(self) -> str:
        """The file of the keys beside the first ones."""
        return further_file(self.service)

    @property
    def away_name(self) -> str:
        """The file of the keys that were put away, which no process is given."""
        return f"{self.service}-put-away-keys.json"

    def _first_name(self, kind: str) -> str:
        return f"{self.service}-{kind.replace('_', '-')}.key"

    def _held(self, kind: str) -> list[bytes]:
        return list(dict.fromkeys([self._first(kind), *self._several(self.further_name).get(kind, [])]))

    def _first(self, kind: str) -> bytes:
        file = self.secrets.folder / self._first_name(kind)
        try:
            return self.secrets.opened(file.name)
        except OSError as error:
            raise CareflowError(f"{file} cannot be read ({error.strerror})") from error

    def _several(self, name: str) -> Keys:
        file = self.secrets.folder / name
        if not file.exists():
            return {}
        try:
            written = json.loads(self.secrets.opened(name))
            return {kind: [base64.b64decode(key, validate=True) for key in keys] for kind, keys in written.items()}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise CareflowError(f"{file} is not a file of keys") from error

    def _write(self, name: str, keys: Keys) -> None:
        written = {kind: [base64.b64encode(key).decode() for key in several] for kind, several in keys.items()}
        self.secrets.replace(name, json.dumps(written).encode(), like=self._first_name("master"))
