"""Everything a process of the toy is given from outside, and the toy opened within a test."""

import base64
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from joserfc.jwk import ECKey

from careflow_events.sealing import Sealer
from careflow_service.clock import Clock
from careflow_service.http.app import create_app
from careflow_service.identity import Role
from careflow_service.processes.indexes import make_indexes
from careflow_service.processes.opening import Opened, opened
from careflow_service.service import Service
from careflow_service.settings import DEVELOPMENT_ISSUER, ServiceSettings
from careflow_service.tokens import DevelopmentIssuer
from libs.service.tests.toy.application import Ports, Toy
from libs.service.tests.toy.service import SERVICE

KEY_SIZES = {"MASTER_KEY": 96, "BLIND_INDEX_KEY": 32, "AUDIT_KEY": 32}


class World:
    """The files and variables of one installation of the toy."""

    def __init__(self, folder: Path, store_url: str, database: str) -> None:
        self.folder = folder
        self.issuer = DevelopmentIssuer()
        self.sealing = {name: _sealing_key(f"{name}-1") for name in ("booking", "screening", "sessions", "billing")}
        self.environment = {
            "CAREFLOW_ENVIRONMENT": "development",
            "CAREFLOW_MONGO_URL": store_url,
            "CAREFLOW_MONGO_DATABASE": database,
            "CAREFLOW_TOKEN_ISSUER": DEVELOPMENT_ISSUER,
            "CAREFLOW_TOKEN_JWKS_FILE": self._file("jwks.json", self.issuer.public_keys().encode()),
            "CAREFLOW_SEALING_PUBLIC_FILE": self._file("sealing.json", _jwks(self.sealing, private=False)),
            "CAREFLOW_FURTHER_KEYS_FILE": self._file("further-keys.json", b"{}"),
            "CAREFLOW_CLOCK_FILE": str(folder / "clock.json"),
            "CAREFLOW_HTTP_PORT": "0",
            "CAREFLOW_HEALTH_PORT": "0",
            **{f"CAREFLOW_{name}_FILE": self._file(name, os.urandom(size)) for name, size in KEY_SIZES.items()},
        }

    def further_keys(self, keys: Mapping[str, Sequence[bytes]]) -> None:
        """Puts these keys into the file of further keys."""
        written = {kind: [base64.b64encode(key).decode() for key in several] for kind, several in keys.items()}
        self._file("further-keys.json", json.dumps(written).encode())

    def sealer(self) -> Sealer:
        """Another service's sealer."""
        return Sealer(json.loads(_jwks(self.sealing, private=False)))

    def _file(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def settings(self) -> ServiceSettings:
        """The settings a process with this environment has."""
        keys = {name: (self.folder / name).read_bytes() for name in KEY_SIZES}
        plain = {
            name.removeprefix("CAREFLOW_"): value
            for name, value in self.environment.items()
            if name.removeprefix("CAREFLOW_").removesuffix("_FILE") not in keys
        }
        return ServiceSettings.model_validate({name.lower(): value for name, value in {**plain, **keys}.items()})


def _sealing_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "enc"})


def _jwks(keys: Mapping[str, ECKey], *, private: bool) -> bytes:
    return json.dumps({"keys": [key.as_dict(private=private) for key in keys.values()]}).encode()


@dataclass(frozen=True, slots=True)
class RunningToy:
    """The toy in this process, and a client that talks to it."""

    world: World
    process: Opened[ServiceSettings, Ports, Toy]
    http: FastAPI
    client: httpx.AsyncClient

    @property
    def clock(self) -> Clock:
        return self.process.resources.clock

    def token(self, *roles: Role, patient_id: str | None = None, **how: Any) -> dict[str, str]:
        """The Authorization header of somebody in these roles."""
        return {"Authorization": f"Bearer {self.world.issuer.token(*roles, patient_id=patient_id, **how)}"}


@asynccontextmanager
async def running_toy(
    world: World, service: Service[ServiceSettings, Ports, Toy] = SERVICE, **how: Any
) -> AsyncIterator[RunningToy]:
    """The toy with its indexes made, served to a client in this process."""
    async with opened(service, world.settings(), process="tests") as process:
        await make_indexes(process)
        http = create_app(service, process.app, process.resources, **how)
        transport = httpx.ASGITransport(app=http)
        async with httpx.AsyncClient(transport=transport, base_url="http://toy") as client:
            yield RunningToy(world, process, http, client)
