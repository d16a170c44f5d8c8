"""deploy/helm/secrets makes of what `careflow init` made the Secrets that the chart's pods mount."""

import base64
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.deployment.compose_files import Tree, secret_file, secret_names
from tests.deployment.conftest import deployment
from tests.kubernetes.chart import CHART, NAMES, PROCESSES
from tests.kubernetes.test_agreement import files

__all__ = ["deployment"]

MADE_BY_OPERATORS = {"mongo-url", "kafka-password", "kafka-authority"}


def made(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([CHART / "secrets", *arguments], capture_output=True, text=True, timeout=30, check=False)


def content(written: str) -> dict[str, bytes]:
    return {key: base64.b64decode(value, validate=True) for key, value in yaml.safe_load(written)["data"].items()}


@pytest.fixture
def folder(deployment: Tree) -> str:
    return str(secret_file(deployment, "practice").parent)


@pytest.mark.parametrize("service", NAMES)
def test_a_services_secret_holds_what_its_pods_mount_as_docker_compose_mounts_it(
    deployment: Tree, folder: str, service: str
) -> None:
    done = made(service, folder)
    assert done.returncode == 0, done.stderr
    held = content(done.stdout)
    mounted = secret_names(deployment["services"][f"{service}-worker"])
    asked = {file for process in PROCESSES for file in files(service, process).values()} - MADE_BY_OPERATORS

    assert yaml.safe_load(done.stdout)["metadata"]["name"] == f"careflow-{service}"
    assert held.keys() == asked | {"store-password"}
    assert {file: held[file] for file in asked} == {
        file: secret_file(deployment, mounted[file]).read_bytes() for file in asked
    }
    address = secret_file(deployment, f"{service}-mongo-url").read_text("utf-8")
    assert address.startswith(f"mongodb://{service}:{held['store-password'].decode()}@")


def test_the_edges_certificate_is_a_secret_of_its_kind(deployment: Tree, folder: str) -> None:
    written = made("edge", folder).stdout

    assert yaml.safe_load(written)["type"] == "kubernetes.io/tls"
    assert content(written) == {
        "tls.crt": secret_file(deployment, "edge-certificate").read_bytes(),
        "tls.key": secret_file(deployment, "edge-key").read_bytes(),
    }


def test_a_file_of_ones_own_is_taken(folder: str, tmp_path: Path) -> None:
    (tmp_path / "url").write_bytes(b"mongodb://elsewhere")
    (tmp_path / "kms.json").write_bytes(b"{}")

    held = content(made("sessions", folder, f"mongo-url={tmp_path / 'url'}", f"kms={tmp_path / 'kms.json'}").stdout)

    assert held["mongo-url"] == b"mongodb://elsewhere"
    assert held["kms"] == b"{}"


@pytest.mark.parametrize(("arguments", "says"), [(["pharmacy"], "there is no service pharmacy"), ([], "which service")])
def test_what_cannot_be_made_is_refused(arguments: list[str], says: str) -> None:
    done = made(*arguments)

    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr


def test_a_file_that_is_not_there_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    done = made("booking", str(tmp_path))

    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be read: careflow init makes it" in done.stderr
