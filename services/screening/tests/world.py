"""Screening in the test's own process, with the folder its pages land in."""

import json
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from careflow_service.identity import Role
from careflow_service.testing import world
from careflow_service.testing.calling import Caller
from screening.application.ports import Ports
from screening.application.use_cases import Screening
from screening.bootstrap import SERVICE
from screening.settings import ScreeningSettings
from services.screening.tests.builders import NOW


@dataclass(slots=True, kw_only=True, repr=False)
class World(world.ServiceWorld[Ports, Screening]):
    """One clinic's screening."""

    @property
    def prescriber(self) -> Caller:
        return self.calling(Role.PRESCRIBER)

    @property
    def nurse(self) -> Caller:
        return self.calling(Role.NURSE)

    @property
    def pages(self) -> Path:
        """Where each page to on-call lands as a file."""
        assert isinstance(self.settings, ScreeningSettings)
        assert self.settings.pages_dir is not None
        return self.settings.pages_dir

    def paged(self) -> list[tuple[str, str]]:
        """Who was paged over which channel, in order."""
        files = [json.loads(file.read_text()) for file in sorted(self.pages.glob("*.json"))]
        return [(page["staff_id"], page["channel"]) for page in files]

    async def alarmed(self, patient_id: str) -> list[str]:
        """The names of the safety events of a patient, in order."""
        return await self.said_types(patient_id, "careflow.screening.safety.v1")


def running(
    url: str, database: str, pages: Path, *, public_url: str | None = None, **more: Any
) -> AbstractAsyncContextManager[World]:
    """Opens it on a database of one's own; pages land in `pages`."""
    settings = {"pages_dir": pages, "public_url": public_url}
    return world.running(World, SERVICE, url, database, now=NOW, settings=settings, **more)
