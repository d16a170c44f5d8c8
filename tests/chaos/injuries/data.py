"""Data that is lost: a topic that was deleted, a store put back from an older copy. What an operator does then, by the
same routes as the runbooks.
"""

import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from aiokafka.admin import AIOKafkaAdminClient

from careflow_cli.blocking import wait_for
from careflow_cli.infra import topics
from careflow_cli.stack import backups
from tests.chaos.injuries.injury import ALL, Scene

PATIENCE: Final = 90.0  # seconds
LOOK_EVERY: Final = 0.5  # seconds
AGE: Final = timedelta(hours=1)
"""Of a copy when it is put back, by the clinic's clock: what was due in between was done, and is forgotten."""
BETWEEN_SECONDS: Final = 6.0
"""What takes place in that hour."""
LOST: Final = "careflow.screening.v1"
STOPPED_BY_IT: Final = {"topic_recreated", "offsets_lost"}
"""Who looked at the topic as it was made again may have seen the old one's name on the new one's log, and says that."""
WRITER: Final = "screening"
RESTORED: Final = "booking"


def topic_recreated(scene: Scene) -> None:
    """A topic is deleted and made again; its consumers stop, and an operator has them go on and the writer feed it."""
    scene.note(None, "kafka", f"lost {LOST}")
    declared = next(topic for topic in topics.declared() if topic.name == LOST)

    async def recreate() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=scene.running.stack.kafka_url)
        await admin.start()
        try:
            await admin.delete_topics([LOST])
        finally:
            await admin.close()

    wait_for(recreate())
    wait_for(topics.apply(scene.running.stack.kafka_url, [declared]))
    hearing = [service for service in ALL if LOST in _heard(scene, service)]
    _until(lambda: all(_get(scene, each, "consumer")["stopped"] in STOPPED_BY_IT for each in hearing))
    for service in hearing:
        stopped = _get(scene, service, "consumer")["stopped"]
        _post(scene, service, "consumer/resume", {"stopped": stopped, "dry_run": False})
    _post(scene, WRITER, "outbox/refeed", {"topic": LOST, "dry_run": False})
    _until(lambda: all(each["finished_at"] for each in _get(scene, WRITER, "outbox/refeeds")["items"]))


def store_restored(scene: Scene) -> None:
    """A store is put back from a copy that is an hour old; its service is fenced until an operator has finished
    the restore.
    """
    stack = scene.running.stack
    names = [f"{RESTORED}-{part}" for part in ("worker-2", "worker", "api")]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "backup"
        backups.take(stack, RESTORED, file, lambda _: None)
        stack.clock.file.reach(stack.clock.now() + AGE)  # while people go on, so nothing is waited for
        time.sleep(BETWEEN_SECONDS)
        with scene.running.supervisor.off_duty(*names):
            scene.note(RESTORED, f"{RESTORED}-store", "put back")
            stack.stop(names[0])
            backups.put_back(stack, RESTORED, file, lambda _: None)
            stack.launch(names[0])
    _until(lambda: _get(scene, RESTORED, "restore")["looked"])
    _post(scene, RESTORED, "restore/finish", {"dry_run": False})
    _until(lambda: _get(scene, RESTORED, "restore")["fenced_since"] is None)


def _heard(scene: Scene, service: str) -> set[str]:
    return set(_get(scene, service, "consumer")["topics"])


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if holds():
                return
        except httpx.HTTPError:  # it may be starting
            pass
        if time.monotonic() > deadline:
            raise TimeoutError(f"what an operator waits for did not come in {PATIENCE:.0f} s")
        time.sleep(LOOK_EVERY)


def _get(scene: Scene, service: str, path: str) -> Any:
    answer = httpx.get(f"{scene.running.stack.service_url(service)}/ops/{path}", headers=_headers(scene), timeout=20)
    return answer.raise_for_status().json()


def _post(scene: Scene, service: str, path: str, body: dict[str, object]) -> None:
    url = f"{scene.running.stack.service_url(service)}/ops/{path}"
    headers = {**_headers(scene), "Idempotency-Key": str(uuid.uuid4())}
    httpx.post(url, json=body, headers=headers, timeout=20).raise_for_status()


def _headers(scene: Scene) -> dict[str, str]:
    return {"Authorization": f"Bearer {scene.running.stack.token('operator', subject='olga-operator')}"}
