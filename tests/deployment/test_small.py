"""The overlay `small`: one store, which each service finds as its own, and which keeps their databases apart."""

import pytest

from careflow_cli.stack.services import SERVICES
from tests.deployment.compose_files import Tree, secret_file, secret_names

NAMES = [spec.name for spec in SERVICES]
OTHERS = [name for name in NAMES if name != "booking"]


def test_one_store_runs_and_each_service_finds_it_by_the_name_of_its_own(deployment: Tree, small: Tree) -> None:
    assert {name for name, each in small["services"].items() if each.get("scale") == 0} == {
        *(f"{name}-store" for name in OTHERS),
        *(f"{name}-timers" for name in NAMES),
    }
    assert small["services"].keys() == deployment["services"].keys()
    assert small["services"]["booking-store"]["networks"] == {
        "booking": None,
        **{name: {"aliases": [f"{name}-store"]} for name in OTHERS},
    }


def test_services_share_no_network_but_those_they_always_share(deployment: Tree, small: Tree) -> None:
    for name, each in small["services"].items():
        if name != "booking-store" and not name.endswith("-worker"):
            assert each["networks"] == deployment["services"][name]["networks"], name


@pytest.mark.parametrize("service", NAMES)
def test_a_worker_does_what_timers_do_with_all_that_timers_have(deployment: Tree, small: Tree, service: str) -> None:
    worker, timers = small["services"][f"{service}-worker"], deployment["services"][f"{service}-timers"]
    before = deployment["services"][f"{service}-worker"]

    assert worker["command"] == ["worker", "--with-timers"]
    assert set(worker["networks"]) == {*before["networks"], *timers["networks"]}
    assert worker["environment"].items() >= timers["environment"].items()
    assert secret_names(worker).items() >= secret_names(timers).items()


def test_its_jobs_have_one_administrator_and_each_a_user_of_its_service(small: Tree) -> None:
    def file(name: str, target: str) -> str:
        return secret_file(small, secret_names(small["services"][name])[target]).name

    assert {file(f"{name}-store-init", "store-admin-password") for name in NAMES} == {"booking-store-admin.password"}
    assert file("booking-store", "store-admin-password") == "booking-store-admin.password"
    assert [file(f"{name}-store-init", "mongo-url") for name in NAMES] == [f"{name}-mongo.url" for name in NAMES]


def test_one_job_makes_the_replica_set_before_the_others_look_for_it(small: Tree) -> None:
    for name in OTHERS:
        waits = small["services"][f"{name}-store-init"]["depends_on"]
        assert waits["booking-store-init"] == {"condition": "service_completed_successfully"}


def test_it_is_bounded_to_less_than_the_whole(deployment: Tree, small: Tree) -> None:
    assert bound(small) < bound(deployment) - 3_000


def bound(tree: Tree) -> int:
    """MB that what lasts may take at most."""
    lasting = [each for each in tree["services"].values() if each["restart"] != "no" and each.get("scale") != 0]
    return sum(int(each["mem_limit"][:-1]) * (1024 if each["mem_limit"].endswith("g") else 1) for each in lasting)
