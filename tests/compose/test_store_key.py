"""The key file of a store is replaced as docs/operators/keys.md tells, while a desk works: what was acknowledged is
there, once.
"""

import base64
import secrets
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import httpx

from careflow_clinic.clinic import COORDINATOR
from careflow_clinic.walk import Walk
from tests.compose.project import Project, until

PACE = 0.1  # seconds between two commands


class Desk:
    """Enters rooms one after another through the edge, each sent again under its key until it is acknowledged."""

    def __init__(self, project: Project) -> None:
        self._client = httpx.Client(
            base_url=f"{project.edge}/booking",
            headers={"Authorization": f"Bearer {project.token(COORDINATOR)}"},
            verify=project.trust(),
            timeout=10,
        )
        self._done = threading.Event()
        self.acknowledged: list[str] = []
        self.refused: list[tuple[str, int, str]] = []
        self.slowest = 0.0

    @contextmanager
    def working(self) -> Iterator["Desk"]:
        """For the length of the block; the last room is acknowledged before it ends."""
        thread = threading.Thread(target=self._work)
        thread.start()
        try:
            yield self
        finally:
            self._done.set()
            thread.join(180)

    def close(self) -> None:
        self._client.close()

    def rooms(self) -> list[str]:
        """The names of all rooms there are."""
        found, query = [], {"limit": "200"}
        while True:
            page = self._client.get("/v1/rooms", params=query).raise_for_status().json()
            found += [each["name"] for each in page["items"]]
            if not page.get("next"):
                return found
            query = {"limit": "200", "after": page["next"]}

    def _work(self) -> None:
        while not self._done.wait(PACE):
            began = time.monotonic()
            name, key = f"Room {uuid.uuid4()}", str(uuid.uuid4())
            while not self._entered(name, key):
                time.sleep(0.5)
            self.acknowledged.append(name)
            self.slowest = max(self.slowest, time.monotonic() - began)

    def _entered(self, name: str, key: str) -> bool:
        room = {"name": name, "purposes": ["consultation"], "hours": {}}
        with suppress(httpx.TransportError):
            answer = self._client.post("/v1/rooms", json=room, headers={"Idempotency-Key": key})
            if answer.status_code < 500:
                self.refused += [] if answer.is_success else [(name, answer.status_code, answer.text)]
                return True
        return False


async def test_the_key_file_of_a_store_is_replaced_while_a_desk_works(project: Project, walk: Walk) -> None:
    assert await walk.clinic.http.get(COORDINATOR, "booking", "/v1/rooms"), "the clinic is open"
    file, new = project.folder / "secrets" / "booking-store.key", project.folder / "secrets" / "new.key"

    def held() -> str:
        (store,) = project.containers("booking-store")
        return project.execute(store["Id"], "cat", "/tmp/store-key").stdout  # noqa: S108 - of the container, in memory

    desk = Desk(project)
    with closing(desk):
        with desk.working():
            assert until(lambda: len(desk.acknowledged) > 10, 60)
            before = held()
            new.write_bytes(base64.b64encode(secrets.token_bytes(48)))
            new.chmod(0o444)
            new.replace(file)
            project.compose("up", "--detach", "--force-recreate", "--no-deps", "booking-store")
            project.await_healthy()
            since = len(desk.acknowledged)
            assert until(lambda: len(desk.acknowledged) > since + 10, 60)
        there = [name for name in desk.rooms() if name.startswith("Room ")]

    assert held() == file.read_text("ascii") != before
    assert desk.refused == []
    assert sorted(there) == sorted(desk.acknowledged)
