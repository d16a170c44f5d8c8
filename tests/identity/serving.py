"""Booking as an operator starts it, told of the provider that runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from careflow_service.testing import processes
from tests.identity.provider import SERVICES_SECRET, LocalProvider


@asynccontextmanager
async def booking_at(
    provider: LocalProvider, store_url: str, database: str, folder: Path, **more: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of its api; its files are in `folder`, `more` are further settings."""
    places = provider.discovered()
    given = processes.environment(folder, store_url, database, seals_to=("screening", "sessions", "billing"))
    del given["CAREFLOW_TOKEN_JWKS_FILE"]
    given |= {
        "CAREFLOW_TOKEN_ISSUER": provider.url,
        "CAREFLOW_TOKEN_JWKS_URL": places["jwks_uri"],
        "CAREFLOW_TOKEN_ROLES_CLAIM": "groups",
        "CAREFLOW_TOKEN_PATIENT_CLAIM": "sub",
        "CAREFLOW_TOKEN_INTROSPECTION_URL": places["introspection_endpoint"],
        "CAREFLOW_TOKEN_INTROSPECTION_CLIENT": "careflow",
        "CAREFLOW_TOKEN_INTROSPECTION_SECRET": SERVICES_SECRET,
        **more,
    }
    async with processes.started("booking", "indexes", given) as indexes:
        code, said = await indexes.ended()
        assert code == 0, said
    async with processes.started("booking", "api", given) as api, await api.client() as client:
        yield client
