"""The overlay `ha`: three brokers and three members of each store, alike but for their names and their data."""

import json

import pytest
from pymongo.uri_parser import parse_uri

from careflow_cli.stack.services import SERVICES
from tests.deployment.compose_files import Tree, secret_file, secret_names

NAMES = [spec.name for spec in SERVICES]
BROKERS = ("kafka", "kafka-2", "kafka-3")
OWN_OF_A_BROKER = {"KAFKA_NODE_ID", "KAFKA_ADVERTISED_LISTENERS"}
ADMINISTRATOR = {"MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_ROOT_PASSWORD_FILE"}


def members(service: str) -> tuple[str, str, str]:
    return f"{service}-store", f"{service}-store-2", f"{service}-store-3"


def alike(container: Tree, *own: str) -> str:
    """A container without what is its own."""
    return json.dumps({key: value for key, value in container.items() if key not in own}, sort_keys=True)


@pytest.mark.parametrize("where", ["ha", "secure_ha"])
def test_brokers_are_alike(where: str, request: pytest.FixtureRequest) -> None:
    services = request.getfixturevalue(where)["services"]
    given = {name: services[name]["environment"] for name in BROKERS}

    assert len({alike(services[name], "environment", "volumes") for name in BROKERS}) == 1
    known = [{key: value for key, value in given[name].items() if key not in OWN_OF_A_BROKER} for name in BROKERS]
    if where == "secure_ha":
        for each in known:  # the first one's names of listeners are those of a try, too
            spoken = each.pop("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP").split(",")
            assert {"BROKER:SASL_SSL", "CONTROLLER:SASL_SSL"} <= {*spoken}
    assert known[0] == known[1] == known[2]
    for number, name in enumerate(BROKERS, 1):
        assert given[name]["KAFKA_NODE_ID"] == str(number)
        assert given[name]["KAFKA_ADVERTISED_LISTENERS"] == f"BROKER://{name}:9092"
        assert services[name]["volumes"] == [f"kafka-{number}:/var/lib/kafka/data"] or name == "kafka"


def test_every_broker_votes_and_nothing_is_acknowledged_by_one_alone(ha: Tree) -> None:
    given = ha["services"]["kafka"]["environment"]

    assert given["KAFKA_CONTROLLER_QUORUM_VOTERS"] == ",".join(
        f"{number}@{name}:9093" for number, name in enumerate(BROKERS, 1)
    )
    assert given["KAFKA_MIN_INSYNC_REPLICAS"] == "2"
    assert {value for name, value in given.items() if name.endswith("REPLICATION_FACTOR")} == {"3"}
    assert {value for name, value in given.items() if name.endswith("_MIN_ISR")} == {"2"}
    assert not any("UNCLEAN" in name for name in given), "a broker that lags never leads"


def test_who_speaks_to_kafka_knows_all_brokers(ha: Tree) -> None:
    services, everywhere = ha["services"], ",".join(f"{name}:9092" for name in BROKERS)

    assert services["topics"]["environment"] == {"KAFKA_URL": everywhere, "KAFKA_REPLICAS": "3"}
    assert services["topics"]["depends_on"].keys() == {*BROKERS}
    for name in NAMES:
        assert services[f"{name}-worker"]["environment"]["CAREFLOW_KAFKA_URL"] == everywhere


@pytest.mark.parametrize("service", NAMES)
def test_members_of_a_store_are_alike_and_the_first_has_the_administrator(ha: Tree, service: str) -> None:
    first, *others = (ha["services"][name] for name in members(service))

    assert {alike(each, "environment", "secrets", "volumes") for each in others} == {
        alike(first, "environment", "secrets", "volumes")
    }
    for each in others:
        assert each["environment"].items() == {
            (key, value) for key, value in first["environment"].items() if key not in ADMINISTRATOR
        }
        assert secret_names(each) == {"store-key": f"{service}-store-key"}
    assert [ha["services"][name]["volumes"] for name in members(service)] == [
        [f"{service}{number}:/data/db"] for number in ("", "-2", "-3")
    ]


@pytest.mark.parametrize("service", NAMES)
def test_a_store_is_made_ready_when_its_members_are_there_and_is_known_by_all_of_them(ha: Tree, service: str) -> None:
    job = ha["services"][f"{service}-store-init"]
    url = parse_uri(secret_file(ha, secret_names(job)["mongo-url"]).read_text("utf-8"))

    assert job["depends_on"].keys() == {*members(service)}
    assert [host for host, _ in url["nodelist"]] == [*members(service)]
    assert url["options"]["replicaSet"] == "rs0"
    assert " --replSet rs0 " in ha["services"][f"{service}-store"]["command"][-1]


def test_each_keeps_its_data_in_a_volume_of_its_own(ha: Tree) -> None:
    keeping = [*BROKERS, *(member for name in NAMES for member in members(name))]
    kept = [ha["services"][name]["volumes"][-1].partition(":")[0] for name in keeping]

    assert len({*kept}) == len(keeping)
    assert {*kept} | {"kafka"} == ha["volumes"].keys()
