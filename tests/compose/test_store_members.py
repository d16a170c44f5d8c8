"""How a store comes to have three members, by the real mongosh: what stands in for MongoDB in these tests makes no set
of several, so the shell meets one that answers as its documentation says.
"""

import json
from pathlib import Path

import pytest

from tests.compose.project import ROOT, docker, what_is_missing

MEMBERS = ["booking-store:27017", "booking-store-2:27017", "booking-store-3:27017"]
PREPARED = "/etc/careflow/init.js"


@pytest.fixture
def said(tmp_path: Path) -> list[str]:
    """What the job says when it is run twice, and then how the store stands."""
    if missing := what_is_missing():
        pytest.exit(f"test-compose: {missing}", returncode=1)
    url = f"mongodb://booking:of-the-service@{','.join(MEMBERS)}/?authSource=admin&replicaSet=rs0"
    (tmp_path / "mongo-url").write_text(url, "utf-8")
    (tmp_path / "store-admin-password").write_text("of-the-administrator", "utf-8")
    tmp_path.chmod(0o755)  # for who runs the shell in the container
    (tmp_path / "standing.js").write_text("print(JSON.stringify(store))", "utf-8")
    mounted = {
        tmp_path: "/run/secrets",
        ROOT / "deploy" / "mongo" / "init.js": PREPARED,
        ROOT / "tests" / "compose" / "members.js": "/etc/careflow/members.js",
    }
    volumes = [argument for here, there in mounted.items() for argument in ("--volume", f"{here}:{there}:ro")]
    files = ["/etc/careflow/members.js", PREPARED, PREPARED, "/run/secrets/standing.js"]
    surroundings = ["--env", "HOME=/tmp", "--env", "CAREFLOW_MONGO_DATABASE=booking", "--network", "none"]
    shell = ["mongosh", "--quiet", "--nodb", *files]
    return docker("run", "--rm", *surroundings, *volumes, "mongo:8.0", *shell, patience=240).strip().splitlines()


def test_members_join_one_after_the_other_and_once(said: list[str]) -> None:
    *told, standing = said

    assert told == [
        "replica set made",
        "booking-store-2:27017 joined",
        "booking-store-3:27017 joined",
        "user booking made",
        "user booking confirmed",
    ]
    store = json.loads(standing)
    assert store["log"] == [member["host"] for member in store["config"]["members"]] == MEMBERS
    assert store["config"]["_id"] == "rs0"
    assert store["users"] == {
        "booking": {"pwd": "of-the-service", "roles": [{"role": "readWrite", "db": "booking"}]},
    }
