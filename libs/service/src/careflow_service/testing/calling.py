"""Somebody who calls a service over HTTP in a test, with a token of the tests' own issuer."""

import json
from dataclasses import dataclass, field, replace
from typing import Any, Final

import httpx
from joserfc.jwk import KeySet

from careflow_service.ids import new_id
from careflow_service.settings import DEVELOPMENT_ISSUER
from careflow_service.tokens import DevelopmentIssuer, RotatingKeys, TokenVerifier

ISSUER: Final = DevelopmentIssuer()
"""Whose tokens the tests' services take."""


class _IssuersKeys:
    async def read(self) -> KeySet:
        return KeySet.import_key_set(json.loads(ISSUER.public_keys()))


def verifier() -> TokenVerifier:
    """What a service checks the tokens of `ISSUER` with."""
    return TokenVerifier(RotatingKeys(_IssuersKeys()), issuer=DEVELOPMENT_ISSUER, audience="careflow")


@dataclass(frozen=True, slots=True)
class Caller:
    """Each command has a key of its own unless one is named."""

    client: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

    def under(self, access_id: str) -> "Caller":
        """The same caller, who reads under this emergency access."""
        return replace(self, headers={**self.headers, "Careflow-Emergency-Access": access_id})

    async def get(self, path: str, **query: object) -> httpx.Response:
        return await self.client.get(path, params={k: str(v) for k, v in query.items()}, headers=self.headers)

    async def post(
        self, path: str, body: dict[str, Any] | None = None, *, version: int | None = None, key: str | None = None
    ) -> httpx.Response:
        headers = {**self.headers, "Idempotency-Key": key or new_id(), **_if_match(version)}
        return await self.client.post(path, json=body, headers=headers)

    async def put(
        self, path: str, body: dict[str, Any], *, version: int | None = None, key: str | None = None
    ) -> httpx.Response:
        headers = {**self.headers, "Idempotency-Key": key or new_id(), **_if_match(version)}
        return await self.client.put(path, json=body, headers=headers)

    async def delete(self, path: str, *, version: int | None = None) -> httpx.Response:
        return await self.client.delete(path, headers={**self.headers, **_if_match(version)})

    async def send(self, method: str, path: str, raw: str | bytes, *, version: int | None = None) -> httpx.Response:
        """A body exactly as it is written, for what no JSON library would write."""
        headers = {**self.headers, "Idempotency-Key": new_id(), "Content-Type": "application/json"}
        return await self.client.request(method, path, content=raw, headers={**headers, **_if_match(version)})


def _if_match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}
