"""The overlay `kms`: every process is told which KMS opens its files of keys, and reaches it; nobody else does."""

from pathlib import Path

import pytest

from careflow_cli.deployment import settings
from careflow_cli.deployment.deployment import Deployment
from careflow_cli.deployment.overlays import BASE, Overlay
from careflow_cli.stack.services import SERVICES
from careflow_service.settings import ServiceSettings
from tests.deployment.compose_files import ROOT, Tree, secret_file, secret_names, understood
from tests.deployment.conftest import COMPLETE, GATEWAYS

PROCESSES = {f"{spec.name}-{process}" for spec in SERVICES for process in ("indexes", "api", "worker", "timers")}


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Production with the overlay put in by hand, as its page says."""
    folder = tmp_path_factory.mktemp("deployment")
    Deployment(ROOT, folder / "secrets", folder / ".env", folder / "development", folder / "content").make(COMPLETE)
    named = {"COMPOSE_FILE": f"{BASE}:{Overlay.KMS.file}", "CAREFLOW_PAGE_GATEWAYS": GATEWAYS}
    return understood({**settings.values(folder / ".env"), **named})


def test_every_process_is_told_and_has_a_way_out_and_nobody_else(sealed: Tree, deployment: Tree) -> None:
    assert "kms_file" in ServiceSettings.model_fields
    for name, container in sealed["services"].items():
        told = container.get("environment", {}).get("CAREFLOW_KMS_FILE")
        assert (told == "/run/secrets/kms") == ("kms" in secret_names(container)) == (name in PROCESSES), name
        assert set(container["networks"]) - set(deployment["services"][name]["networks"]) == (
            {"kms"} if name in PROCESSES else set()
        ), name
    assert Path(secret_file(sealed, "kms")).name == "kms.json"


def test_its_members_do_not_reach_each_other(sealed: Tree) -> None:
    assert sealed["networks"]["kms"] == {"driver_opts": {"com.docker.network.bridge.enable_icc": "false"}}
