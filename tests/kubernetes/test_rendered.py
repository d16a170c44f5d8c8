"""What Helm makes of the chart: who runs, as whom, asked at which paths, reaching whom, with which rights at Kafka."""

import functools
import importlib
import re
from typing import Any

import pytest
import yaml

from careflow_cli.infra.access import Grant, Operation, Pattern, Resource, granted
from careflow_events.kafka.partitions import group_of
from careflow_events.kafka.worker import heard_topics
from careflow_events.topics import refeed_of
from careflow_service.http.health import Health, Heartbeat, health_routes
from tests.deployment.compose_files import Tree, text
from tests.deployment.conftest import secure
from tests.kubernetes.chart import (
    DEPLOYMENTS,
    NAMES,
    PROCESSES,
    READERS,
    everything,
    of_kind,
    pods,
    said_of,
    values,
)

__all__ = ["secure"]

TOPICS = yaml.safe_load(text("deploy/kafka/topics.yaml"))
EVERY_PROCESS = {f"{name}-{process}" for name in NAMES for process in PROCESSES}


def environment(container: Tree) -> dict[str, str]:
    return {each["name"]: each["value"] for each in container["env"]}


def mounted(pod: Tree) -> dict[str, tuple[str, str]]:
    """File below /run/secrets -> whose it is (Secret or ConfigMap) and under which key."""
    (volume,) = (each for each in pod["volumes"] if each["name"] == "secrets")
    found: dict[str, tuple[str, str]] = {}
    for source in volume["projected"]["sources"]:
        (held,) = source.values()
        found |= {item["path"]: (held["name"], item["key"]) for item in held["items"]}
    return found


# -- who runs


def test_each_process_of_docker_compose_is_there(secure: Tree) -> None:
    composed = {name for name in secure["services"] if name.endswith(PROCESSES)}

    assert composed == EVERY_PROCESS
    assert of_kind("whole", "Deployment").keys() == EVERY_PROCESS | {"edge"}
    for name, pod in pods("whole").items():
        if name != "edge":
            (before,), (container,) = pod["initContainers"], pod["containers"]
            assert (before["args"], [container["name"]]) == (["indexes"], container["args"])
            assert before["image"] == container["image"] == secure["services"][name]["image"]
            assert container["args"] == secure["services"][name]["command"]


def test_one_service_can_be_deployed_alone_beside_the_platform() -> None:
    alone, platform = everything()["one-service"], everything()["platform"]
    names = [{(each["kind"], each["metadata"]["name"]) for each in some} for some in (alone, platform)]

    assert of_kind("one-service", "Deployment").keys() == {f"screening-{process}" for process in PROCESSES}
    assert of_kind("platform", "Deployment").keys() == {"edge"}
    assert of_kind("one-service", "MongoDBCommunity").keys() == {"screening-store"}
    assert names[0].isdisjoint(names[1]), "two releases never own one object"
    assert names[0] | names[1] <= {(each["kind"], each["metadata"]["name"]) for each in everything()["whole"]}


def test_a_process_is_given_its_settings_and_no_empty_one() -> None:
    for name, pod in pods("whole").items():
        if name == "edge":
            continue
        given = environment(pod["containers"][0])
        assert all(given.values()), name
        assert given["CAREFLOW_ENVIRONMENT"] == "production"
        assert environment(pod["initContainers"][0]).items() <= given.items()
        files = {value.removeprefix("/run/secrets/") for key, value in given.items() if key.endswith("_FILE")}
        assert files == mounted(pod).keys(), "nothing is mounted that no setting names"


def test_what_the_clinic_has_of_its_own_is_where_its_service_looks_for_it_and_nowhere_else() -> None:
    def content(pod: Tree) -> tuple[str, list[tuple[str, str, str]]]:
        (place,) = (each for each in pod["containers"][0]["volumeMounts"] if each["name"] == "content")
        (volume,) = (each for each in pod["volumes"] if each["name"] == "content")
        sources = [each["configMap"] for each in volume.get("projected", {"sources": []})["sources"]]
        return place["mountPath"], [
            (each["name"], item["key"], item["path"]) for each in sources for item in each["items"]
        ]

    for name, pod in pods("with content of its own").items():
        if name != "edge":
            mounted_at, found = content(pod)
            assert mounted_at == environment(pod["containers"][0])["CAREFLOW_CONTENT_DIR"]
            assert pod["initContainers"][0]["volumeMounts"] == pod["containers"][0]["volumeMounts"], "looked at first"
            assert found == ([("clinic", "policy.2027.json", "policy/2027.json")] if "screening" in name else [])


def test_only_workers_know_kafka_and_open_what_is_sealed() -> None:
    for name, pod in pods("whole").items():
        service, _, process = name.partition("-")
        private = {file for file in mounted(pod) if "kafka" in file or file == "sealing-private"}
        if process != "worker":
            assert private == set(), name
            continue
        assert private == {"kafka-password", "kafka-authority", "sealing-private"}
        assert mounted(pod)["kafka-password"] == (service, "password"), "what Strimzi makes for the account"
        assert environment(pod["containers"][0])["CAREFLOW_KAFKA_ACCOUNT"] == service


def test_a_process_holds_its_own_services_secrets_alone() -> None:
    for deployment in DEPLOYMENTS:
        for name, pod in pods(deployment).items():
            service = name.partition("-")[0]
            of_services = {held for held, _ in mounted(pod).values() if any(other in held for other in NAMES)}
            assert all(service in held for held in of_services), name


def test_where_kafka_and_stores_are_brought_the_services_secret_says_how_they_are_reached() -> None:
    for name, pod in pods("brought").items():
        if name.endswith("-worker"):
            service = name.removesuffix("-worker")
            held = {file: mounted(pod)[file] for file in ("mongo-url", "kafka-password", "kafka-authority")}
            assert held == {file: (f"careflow-{service}", file) for file in held}
            assert environment(pod["containers"][0])["CAREFLOW_KAFKA_MECHANISM"] == "PLAIN"


def test_nothing_rendered_is_secret_and_no_secret_is_rendered() -> None:
    for deployment in DEPLOYMENTS:
        assert of_kind(deployment, "Secret") == {}


# -- how


def test_every_container_is_hardened_and_bounded_as_in_docker_compose() -> None:
    for name, pod in pods("whole").items():
        user = pod["securityContext"]
        assert user["runAsNonRoot"] is True
        assert user["runAsUser"] > 0
        assert user["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        assert pod["terminationGracePeriodSeconds"] == 30
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            assert container["securityContext"] == {
                "readOnlyRootFilesystem": True,
                "allowPrivilegeEscalation": False,
                "privileged": False,
                "capabilities": {"drop": ["ALL"]},
            }, name
            assert container["resources"]["limits"].keys() == container["resources"]["requests"].keys(), name
            writable = {each["mountPath"] for each in container["volumeMounts"] if not each.get("readOnly")}
            assert writable == {"/tmp"}, name  # noqa: S108 - of the container
        (scratch,) = (each for each in pod["volumes"] if each["name"] == "scratch")
        assert scratch["emptyDir"]["medium"] == "Memory"


def test_probes_ask_what_the_services_answer() -> None:
    answered = {route.path for route in health_routes(Health({}, Heartbeat()))}

    for name in EVERY_PROCESS:
        (container,) = pods("whole")[name]["containers"]
        given = environment(container)
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        assert str(ports["http"]) == given.get("CAREFLOW_HTTP_PORT", given.get("CAREFLOW_HEALTH_PORT"))
        asked = {kind: container[kind]["httpGet"] for kind in ("startupProbe", "livenessProbe", "readinessProbe")}
        assert {each["port"] for each in asked.values()} == {"http"}
        assert {each["path"] for each in asked.values()} <= answered
        assert asked["readinessProbe"]["path"] == "/health/ready"
        assert asked["livenessProbe"]["path"] == "/health/live", "starting anew brings no store back"


def test_what_is_several_is_never_taken_away_at_once() -> None:
    budgets = of_kind("whole", "PodDisruptionBudget")

    assert budgets.keys() == EVERY_PROCESS | {"edge"} | {f"{name}-store" for name in NAMES}
    deployments = of_kind("whole", "Deployment")
    for name, budget in budgets.items():
        assert budget["spec"]["maxUnavailable"] == 1
        if name in deployments:
            assert budget["spec"]["selector"] == deployments[name]["spec"]["selector"]


def test_what_grows_has_no_number_of_its_own_and_a_worker_grows_with_all_it_hears() -> None:
    scaled = of_kind("whole", "HorizontalPodAutoscaler").keys() | of_kind("whole", "ScaledObject").keys()
    for name, each in of_kind("whole", "Deployment").items():
        assert ("replicas" in each["spec"]) == (name not in scaled), name
    for name in NAMES:
        service = importlib.import_module(f"{name}.bootstrap").SERVICE
        heard = {*heard_topics(service.subscriptions), refeed_of(name).name}
        spec = of_kind("whole", "ScaledObject")[f"{name}-worker"]["spec"]
        asked = {each["metadata"]["topic"]: each["metadata"]["consumerGroup"] for each in spec["triggers"]}

        assert asked == {topic: group_of(name, topic) for topic in heard}
        assert spec["maxReplicaCount"] <= TOPICS["partitions"]


# -- Kafka and the stores


def test_topics_are_those_declared() -> None:
    made = of_kind("platform", "KafkaTopic")

    assert made.keys() == {row["name"] for row in TOPICS["topics"]}
    for each in made.values():
        assert each["spec"] == {"partitions": TOPICS["partitions"], "replicas": 3, "config": TOPICS["config"]}
        assert each["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}


def test_accounts_may_do_what_the_table_grants_and_nothing_else() -> None:
    rights = {
        grant
        for account, user in of_kind("with readers", "KafkaUser").items()
        for rule in user["spec"]["authorization"]["acls"]
        for grant in as_granted(account, rule)
    }

    assert rights == granted(TOPICS, READERS)


def as_granted(account: str, rule: Tree) -> list[Grant]:
    what = rule["resource"]
    pattern = {"literal": Pattern.LITERAL, "prefix": Pattern.PREFIXED}[what["patternType"]]
    resource = Resource[what["type"].upper()]
    return [Grant(account, Operation[each.upper()], resource, what["name"], pattern) for each in rule["operations"]]


def test_kafka_asks_everybody_over_tls_and_makes_no_topic_by_itself() -> None:
    (kafka,) = of_kind("whole", "Kafka").values()
    (listener,) = kafka["spec"]["kafka"]["listeners"]

    assert (listener["tls"], listener["type"], listener["authentication"]) == (
        True,
        "internal",
        {"type": "scram-sha-512"},
    )
    assert kafka["spec"]["kafka"]["authorization"] == {"type": "simple"}
    assert kafka["spec"]["kafka"]["config"]["auto.create.topics.enable"] is False
    assert kafka["spec"]["kafka"]["config"]["min.insync.replicas"] == 2


@pytest.mark.parametrize("service", NAMES)
def test_a_store_lets_its_service_in_with_rights_on_its_own_database(service: str) -> None:
    spec = of_kind("whole", "MongoDBCommunity")[f"{service}-store"]["spec"]
    (user,) = spec["users"]

    assert (user["name"], user["roles"]) == (service, [{"name": "readWrite", "db": service}])
    assert 'role: "readWrite"' in text("deploy/mongo/init.js")
    seconds = spec["additionalMongodConfig"]["setParameter.transactionLifetimeLimitSeconds"]
    assert f"transactionLifetimeLimitSeconds={seconds}" in text("docker-compose.yml")
    held = mounted(pods("whole")[f"{service}-api"])
    assert held["mongo-url"] == (user["connectionStringSecretName"], "connectionString.standard")


def test_where_stores_speak_tls_who_asks_them_has_who_vouches_for_them() -> None:
    for name, pod in pods("with TLS at stores").items():
        if name != "edge":
            assert mounted(pod)["store-authority"] == ("vouching", "ca.crt")
    for name, store in of_kind("with TLS at stores", "MongoDBCommunity").items():
        assert store["spec"]["security"]["tls"] == {
            "enabled": True,
            "certificateKeySecretRef": {"name": f"{name}-tls"},
            "caConfigMapRef": {"name": "vouching"},
        }
        assert store["spec"]["additionalConnectionStringConfig"] == {"tlsCAFile": "/run/secrets/store-authority"}


def test_behind_a_kms_every_process_is_told_which_before_it_makes_indexes_and_reaches_it() -> None:
    told = "/run/secrets/kms"
    for name, pod in pods("behind a KMS").items():
        containers = [*pod.get("initContainers", ()), *pod["containers"]]
        if name == "edge":
            assert "kms" not in mounted(pod)
            continue
        assert mounted(pod)["kms"] == (f"careflow-{name.partition('-')[0]}", "kms")
        assert [environment(each)["CAREFLOW_KMS_FILE"] for each in containers] == [told, told]
    reaching = {
        name
        for name, each in of_kind("behind a KMS", "NetworkPolicy").items()
        for rule in each["spec"].get("egress") or ()
        if {port["port"] for port in rule.get("ports", ())} == {9443}
    }
    assert reaching == set(EVERY_PROCESS)
    for name in EVERY_PROCESS:
        assert "kms" not in mounted(pods("whole")[name])
        assert "CAREFLOW_KMS_FILE" not in environment(pods("whole")[name]["containers"][0])


def test_one_broker_asks_for_no_copies() -> None:
    (kafka,) = of_kind("small", "Kafka").values()
    config = kafka["spec"]["kafka"]["config"]

    assert {value for name, value in config.items() if "replica" in name or name.endswith("min.isr")} == {1}
    assert {each["spec"]["replicas"] for each in of_kind("small", "KafkaTopic").values()} == {1}


def test_what_holds_data_outlives_the_release() -> None:
    for kind in ("MongoDBCommunity", "Kafka", "KafkaNodePool", "KafkaTopic"):
        for each in of_kind("whole", kind).values():
            assert each["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    (pool,) = of_kind("whole", "KafkaNodePool").values()
    assert [volume["deleteClaim"] for volume in pool["spec"]["storage"]["volumes"]] == [False]


# -- the edge


def test_the_edge_is_that_of_docker_compose_but_for_how_names_are_looked_up() -> None:
    here = of_kind("whole", "ConfigMap")["edge"]["data"]["nginx.conf"].splitlines()
    there = text("deploy/edge/nginx.conf").splitlines()
    changed = [(old.strip(), new.strip()) for old, new in zip(there, here, strict=True) if old != new]

    upstream = ("proxy_pass http://$service-api:8000;", "proxy_pass http://$service-api.clinic.svc.cluster.local:8000;")
    looked_up = "resolver kube-dns.kube-system.svc.cluster.local valid=5s ipv6=off;"
    assert changed == [("resolver 127.0.0.11 valid=5s ipv6=off;", looked_up), upstream, upstream]
    services = of_kind("whole", "Service")
    assert services.keys() == {"edge", *(f"{name}-api" for name in NAMES)}
    assert {name for name, each in services.items() if each["spec"].get("type", "ClusterIP") != "ClusterIP"} == {"edge"}


def test_an_ingress_passes_what_the_edge_lets_out() -> None:
    (ingress,) = of_kind("behind an ingress", "Ingress").values()
    (rule,) = ingress["spec"]["rules"]
    locations = re.findall(r"^\s*location ~ (\^\S+) \{", text("deploy/edge/nginx.conf"), re.MULTILINE)
    let_out = {f"/{name}/{part}/" for name in NAMES for part in ("v1", "pages", "ops", "health", "metrics")}

    paths = {each["path"]: each["pathType"] for each in rule["http"]["paths"]}
    assert paths.pop("/") == "Exact", "to where staff begin"
    assert paths.keys() == {
        path for path in let_out if any(re.match(each.replace("(?<", "(?P<"), path + "x") for each in locations)
    }
    assert set(paths.values()) == {"Prefix"}
    assert {each["backend"]["service"]["name"] for each in rule["http"]["paths"]} == {"edge"}


# -- who reaches whom


def policies(deployment: str = "whole") -> dict[str, Tree]:
    return {name: each["spec"] for name, each in of_kind(deployment, "NetworkPolicy").items()}


def peers(rules: list[Tree], key: str) -> set[str]:
    """Whom rules name: a pod's labels in one word, a network, a namespace; `anybody` where they name none."""
    found = set()
    for rule in rules or ():
        for peer in rule.get(key, [{}]):
            found.add(_named(peer))
    return found


def _named(peer: Tree) -> str:
    if "ipBlock" in peer:
        return str(peer["ipBlock"]["cidr"])
    if "namespaceSelector" in peer:
        return f"namespace {peer['namespaceSelector']['matchLabels']['kubernetes.io/metadata.name']}"
    if not peer:
        return "anybody"
    labels: dict[str, Any] = peer["podSelector"]["matchLabels"]
    if "app.kubernetes.io/part-of" in labels:
        named = (labels.get("app.kubernetes.io/name"), labels["app.kubernetes.io/component"])
        return "-".join(each for each in named if each)
    return str(next(iter(labels.values())))


def test_nobody_reaches_anybody_by_default() -> None:
    deny = policies()["deny-by-default"]

    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@pytest.mark.parametrize("service", NAMES)
def test_a_service_reaches_its_own_store_its_worker_kafka_and_what_sends_the_world(service: str) -> None:
    store, dns, world = f"{service}-store-svc", "namespace kube-system", {"0.0.0.0/0", "::/0"}

    assert peers(policies()[f"{service}-api"]["egress"], "to") == {store, dns, *world}
    assert peers(policies()[f"{service}-timers"]["egress"], "to") == {store, dns, *world}
    assert peers(policies()[f"{service}-worker"]["egress"], "to") == {store, dns, "kafka"}
    assert peers(policies()[f"{service}-api"]["ingress"], "from") == {"edge", "operator"}
    for process in ("worker", "timers"):
        assert peers(policies()[f"{service}-{process}"]["ingress"], "from") == set()
    own = {f"{service}-{process}" for process in PROCESSES}
    assert peers(policies()[f"{service}-store"]["ingress"], "from") == {*own, store}


def test_the_edge_is_reached_by_anybody_and_reaches_apis_alone() -> None:
    edge = policies()["edge"]

    assert peers(edge["ingress"], "from") == {"anybody"}
    assert [port["port"] for rule in edge["ingress"] for port in rule["ports"]] == [8443]
    assert peers(edge["egress"], "to") == {"namespace kube-system", "api"}
    assert peers(policies()["operator"]["egress"], "to") == {"namespace kube-system", "api"}
    assert "ingress" not in policies()["operator"]


def test_kafka_lets_in_workers_and_named_namespaces() -> None:
    (kafka,) = of_kind("whole", "Kafka").values()
    (listener,) = kafka["spec"]["kafka"]["listeners"]

    assert {_named(peer) for peer in listener["networkPolicyPeers"]} == {"worker", "namespace keda"}


def test_who_watches_asks_every_process_and_takes_its_spans() -> None:
    for name in EVERY_PROCESS:
        watched = policies("watched")[name]
        assert "namespace monitoring" in peers(watched["ingress"], "from")
        assert "namespace monitoring" in peers(watched["egress"], "to")


def test_the_mail_server_is_reached_by_who_writes_to_patients_alone() -> None:
    reaching = {
        name
        for name, each in of_kind("with mail", "NetworkPolicy").items()
        for rule in each["spec"].get("egress") or ()
        for port in rule.get("ports", ())
        if port["port"] == 587
    }

    assert reaching == {"booking-timers"}


# -- what is refused


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"settings": {"CAREFLOW_TOKEN_ISSUER": ""}}, "settings.CAREFLOW_TOKEN_ISSUER is missing"),
    ({"podNetwork": ""}, "podNetwork is missing"),
    ({"settings": {"CAREFLOW_MASTER_KEY": "x"}}, "CAREFLOW_MASTER_KEY"),
    ({"settings": {"CAREFLOW_TOKEN_ISSUER": "careflow-development"}}, "CAREFLOW_TOKEN_ISSUER"),
    ({"settings": {"CAREFLOW_SMTP_PORT": 587}}, "CAREFLOW_SMTP_PORT"),
    ({"services": {"pharmacy": {"enabled": True}}}, "pharmacy"),
    ({"services": {"booking": {"password": "x"}}}, "password"),
    ({"services": {"booking": {"content": [{"configMap": "a", "key": "b", "path": "../c"}]}}}, "path"),
    ({"processes": {"worker": {"most": 13}}}, "more than 12 of them have nothing to hear"),
    ({"processes": {"api": {"replicas": 4, "most": 3}}}, "most (3) is less than replicas (4)"),
    ({"kafka": {"enabled": False, "cluster": ""}}, "kafka.servers is missing"),
    ({"kafka": {"cluster": ""}}, "kafka.cluster is missing"),
    ({"kafka": {"readers": {"warehouse": ["internal"]}}}, "warehouse"),
    ({"kafka": {"readers": {"booking": ["operational"]}}}, "booking"),
    ({"kafka": {"brokers": 2}}, "brokers"),
    ({"stores": {"members": 2}}, "members"),
    ({"stores": {"tls": {"authority": "vouching"}}}, "authority and certificateEnding go together"),
    ({"kms": {"enabled": True, "key": "x"}}, "key"),
    ({"edge": {"ingress": {"enabled": True}}}, "edge.ingress.host is missing"),
    ({"podNetwork": "everything"}, "podNetwork"),
)


@functools.cache
def refusals() -> tuple[str, ...]:
    """What Helm says against the whole deployment with each of these changes; nothing where it renders."""
    return tuple(str(said.get("refused", "")) for said in said_of(values("whole", **changes) for changes, _ in REFUSED))


@pytest.mark.parametrize("number", range(len(REFUSED)), ids=[says for _, says in REFUSED])
def test_what_cannot_be_is_refused_by_name(number: int) -> None:
    assert REFUSED[number][1] in refusals()[number]
