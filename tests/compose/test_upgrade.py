"""A deployment goes to this version from an earlier one, and back, while people work: as UPGRADING.md has it, with a
second `api` of each service beside the first.
"""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import httpx
import pytest

from careflow_cli.deployment.deployment import Wishes
from careflow_cli.deployment.overlays import Overlay
from careflow_cli.stack.services import SERVICES
from careflow_clinic.clinic import COORDINATOR, Person
from tests.compose.project import BUILDING, ROOT, Project, docker, until, what_is_missing

COMMITS_BACK: Final = 20
EARLIER: Final = "earlier/"
"""Where its images stand. Both are of one version until there is another."""
EVERY_SECONDS: Final = 0.3
FOUND_BY_THE_EDGE: Final = 10.0
"""Seconds after which the edge knows a new replica, by the page."""
REFUSED_AT_MOST: Final = 2.0
"""Seconds without an answer of a service whose apis are replaced."""
PATIENCE: Final = 240.0
NAMES: Final = [spec.name for spec in SERVICES]


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of some commits before."""
    if missing := what_is_missing():
        pytest.exit(f"test-compose: {missing}", returncode=1)
    history = _git(ROOT, "rev-list", f"--max-count={COMMITS_BACK}", "HEAD").split()
    if len(history) < COMMITS_BACK:
        pytest.skip("this checkout has no history")
    clone = tmp_path_factory.mktemp("earlier") / "careflow"
    _git(ROOT, "clone", "--quiet", "--shared", str(ROOT), str(clone))
    _git(clone, "checkout", "--quiet", history[-1])
    return clone


@dataclass(slots=True)
class Work:
    """Somebody registers patients without a pause, each command again under its key until it is acknowledged; and
    somebody asks each service whether it answers.
    """

    project: Project
    acknowledged: dict[str, str] = field(default_factory=dict)
    """The family name of everybody who was registered, by their id."""
    silent: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """Of each service from when to when it gave no answer."""
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._registers)]
        threads += [threading.Thread(target=self._asks, args=(name,)) for name in NAMES]
        for each in threads:
            each.start()
        try:
            yield
        finally:
            self._over.set()
            for each in threads:
                each.join(PATIENCE)

    def longest_silence(self, name: str, since: float) -> float:
        return max((end - begin for begin, end in self.silent.get(name, ()) if end > since), default=0.0)

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self.project.edge, verify=self.project.trust(), timeout=30)

    def _registers(self) -> None:
        token, number = self.project.token(COORDINATOR), 0
        with self._client() as client:
            while not self._over.wait(EVERY_SECONDS):
                number += 1
                name = f"Upgraded-{number}"
                email, phone = f"upgraded.{number}@example.org", f"+1415556{number:04}"
                body = Person(family_name=name, email=email, phone=phone).body()
                headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": name}
                while True:
                    with suppress(httpx.TransportError):
                        answer = client.post("/booking/v1/patients", json=body, headers=headers)
                        if answer.status_code == 201:
                            self.acknowledged[answer.json()["id"]] = name
                            break
                        assert answer.status_code in {409, 502, 503, 504}, answer.text
                    time.sleep(EVERY_SECONDS)

    def _asks(self, name: str) -> None:
        """Anything that the service itself answers."""
        since: float | None = None
        with self._client() as client:
            while not self._over.wait(EVERY_SECONDS):
                began, answered = time.monotonic(), False
                with suppress(httpx.TransportError):
                    answered = client.get(f"/{name}/v1/nothing-like-it").status_code == 404
                if not answered and since is None:
                    since = began
                elif answered and since is not None:
                    self.silent.setdefault(name, []).append((since, time.monotonic()))
                    since = None


@pytest.mark.timeout(1800)
def test_no_acknowledged_write_is_lost_on_the_way_to_this_version_and_back(
    earlier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wishes = Wishes(development=True, bundled=frozenset({Overlay.SMALL}))
    with Project.prepared(tmp_path, wishes) as now:
        before = replace(now, root=earlier)
        now.build()
        before.set("CAREFLOW_REGISTRY", EARLIER)
        before.compose("build", "--quiet", *BUILDING, patience=900)
        before.up()
        work = Work(now)
        with work.going_on():
            assert until(lambda: len(work.acknowledged) > 5, PATIENCE)
            there = _goes_to(now, "", work)
            back = _goes_to(before, EARLIER, work)
        with capsys.disabled():
            print(
                f"\n{len(work.acknowledged)} acknowledged; the longest silence there {there:.1f} s, back {back:.1f} s"
            )
        _everything_is_there(before, work)

    assert there <= REFUSED_AT_MOST
    assert back <= REFUSED_AT_MOST


def _goes_to(project: Project, registry: str, work: Work) -> float:
    """The longest silence of a service while its api was replaced by that of the images of this registry."""
    project.set("CAREFLOW_REGISTRY", registry)
    began, known = time.monotonic(), len(work.acknowledged)
    for name in NAMES:
        api = f"{name}-api"
        (older,) = project.containers(api)
        project.compose("run", "--rm", "-T", "--no-deps", f"{name}-indexes")
        project.compose("up", "--detach", "--no-deps", "--no-recreate", "--scale", f"{api}=2", api)
        for each in project.containers(api):
            project.await_healthy(each["Id"])
        time.sleep(FOUND_BY_THE_EDGE)
        docker("rm", "--force", older["Id"])
        time.sleep(FOUND_BY_THE_EDGE)
    silence = max(work.longest_silence(name, began) for name in NAMES)
    project.up()
    images = {each["Config"]["Image"] for each in project.lasting() if "careflow-" in each["Config"]["Image"]}
    assert all(image.startswith(f"{registry}careflow-") for image in images), images
    assert until(lambda: len(work.acknowledged) > known + 5, PATIENCE), "people go on working"
    return silence


def _everything_is_there(project: Project, work: Work) -> None:
    token = project.token(COORDINATOR)
    with httpx.Client(base_url=project.edge, verify=project.trust(), timeout=30) as client:
        headers = {"Authorization": f"Bearer {token}"}
        for patient_id, name in work.acknowledged.items():
            answer = client.get(f"/booking/v1/patients/{patient_id}", headers=headers)
            assert (answer.status_code, answer.json()["details"]["family_name"]) == (200, name)

    def at_rest() -> bool:
        lines = project.operator("ops", "status").splitlines()[1:]
        return [line.split()[:2] for line in lines] == [[name, "0"] for name in NAMES]

    assert until(at_rest, PATIENCE), project.operator("ops", "status")
    said = project.compose("run", "--rm", "-T", "topics", "streams", "verify", "--topic", "careflow.booking.v1")
    assert "every stream is whole" in said


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout
