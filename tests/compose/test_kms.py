"""The overlay `kms` on containers: booking's files of keys are sealed as docs/operators/kms.md tells, its processes
open them by asking the KMS, and go on while it is away.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import ip_network

import httpx
import pytest

from careflow_cli.deployment import settings
from careflow_cli.deployment.overlays import BASE, Overlay
from careflow_clinic.clinic import COORDINATOR
from careflow_service.testing.key_service import KeyService, key_service
from tests.compose.project import ROOT, CommandFailed, Project, docker, run, what_is_missing

PROCESSES = ("booking-api", "booking-worker", "booking-timers")


@dataclass(frozen=True, slots=True)
class Behind:
    """Booking, with its files sealed; `away` ends the KMS."""

    project: Project
    kms: KeyService
    away: ExitStack


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """Up beside Kafka and its store; the KMS runs on this host, where the containers' way out leads."""
    if missing := what_is_missing():
        pytest.exit(f"test-compose: {missing}", returncode=1)
    with Project.prepared(tmp_path_factory.mktemp("kms")) as project, ExitStack() as away:
        secrets, env = project.folder / "secrets", project.folder / ".env"
        kms = away.enter_context(key_service(secrets, way_out()))
        kms.file.chmod(0o444)
        files = settings.values(env)["COMPOSE_FILE"].split(":")
        assert files[0] == BASE
        settings.write(env, env, {"COMPOSE_FILE": ":".join([*files, Overlay.KMS.file])})
        run(str(ROOT / ".venv" / "bin" / "careflow"), "keys", "seal", "booking", "--secrets", str(secrets), "--execute")
        project.build("topics", "booking-indexes")
        kms.asked.clear()
        project.compose("up", "--detach", *PROCESSES)
        project.compose("up", "--detach", "--no-deps", "edge")
        project.await_healthy()
        yield Behind(project, kms, away)


def way_out() -> str:
    """This host as containers reach it: the first address of the engine's own network, where it does not say which."""
    (bridge,) = json.loads(docker("network", "inspect", "bridge"))
    addresses = bridge["IPAM"]["Config"][0]
    gateway: str = addresses.get("Gateway") or str(ip_network(addresses["Subnet"])[1])
    return gateway


def answered(project: Project) -> int:
    headers = {"Authorization": f"Bearer {project.token(COORDINATOR)}"}
    return httpx.get(
        f"{project.edge}/booking/v1/rooms", headers=headers, verify=project.trust(), timeout=30
    ).status_code


def test_processes_work_with_what_the_kms_has_opened_for_them(behind: Behind) -> None:
    sealed = [behind.project.folder / "secrets" / f"booking-{kind}.key" for kind in ("master", "audit", "blind-index")]

    assert all(json.loads(each.read_bytes()) for each in sealed), "a plain key is no JSON"
    assert {*behind.kms.asked} == {"Decrypt"}
    assert len(behind.kms.asked) >= len(sealed) * len(PROCESSES)
    assert answered(behind.project) == 200


def test_while_it_is_away_what_runs_goes_on_and_what_starts_says_why_it_does_not(behind: Behind) -> None:
    behind.away.close()

    with pytest.raises(CommandFailed, match=r"the key service at .* gives no answer"):
        behind.project.compose("run", "--rm", "-T", "booking-indexes")
    assert answered(behind.project) == 200
