"""A patient's own packages with what is in them."""

import asyncio

from sessions.application.ports import Ports
from sessions.domain.ids import PatientId
from sessions.domain.packages import OwnStock


async def own_stock(patient_id: PatientId, ports: Ports) -> tuple[OwnStock, ...]:
    """All there ever were, the first received first. Within a unit of work nothing of it can be overtaken."""
    packages = await ports.packages.of_patient(patient_id)
    containers = await asyncio.gather(
        *(ports.drug_log.get(each.container_id, of=each.location_id) for each in packages)
    )
    return tuple(
        OwnStock(package=package, container=container) for package, container in zip(packages, containers, strict=True)
    )
