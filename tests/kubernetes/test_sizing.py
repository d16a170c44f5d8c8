"""docs/operators/sizing.md says what the chart's values ask a cluster for."""

from collections.abc import Iterator

import pytest

from tests.deployment.compose_files import Tree, text
from tests.kubernetes.chart import everything, of_kind

GIBIBYTES = {"Mi": 1 / 1024, "Gi": 1}


def cores(written: str) -> float:
    return float(written.removesuffix("m")) / 1000 if written.endswith("m") else float(written)


def gibibytes(written: str) -> float:
    return float(written[:-2]) * GIBIBYTES[written[-2:]]


def asked_for(deployment: str) -> Iterator[tuple[int, Tree]]:
    """How many of something there are when nothing has grown, and what each requests."""
    least = {
        each["spec"]["scaleTargetRef"]["name"]: each["spec"].get("minReplicas") or each["spec"]["minReplicaCount"]
        for each in everything()[deployment]
        if each["kind"] in ("HorizontalPodAutoscaler", "ScaledObject")
    }
    for name, each in of_kind(deployment, "Deployment").items():
        for container in each["spec"]["template"]["spec"]["containers"]:
            yield each["spec"].get("replicas") or least[name], container["resources"]["requests"]
    for each in of_kind(deployment, "MongoDBCommunity").values():
        for container in each["spec"]["statefulSet"]["spec"]["template"]["spec"]["containers"]:
            yield each["spec"]["members"], container["resources"]["requests"]
    for each in of_kind(deployment, "KafkaNodePool").values():
        yield each["spec"]["replicas"], each["spec"]["resources"]["requests"]


@pytest.mark.parametrize("deployment", ["whole", "small"])
def test_the_page_says_what_is_asked_for(deployment: str) -> None:
    asked = list(asked_for(deployment))
    of_cores = sum(number * cores(each["cpu"]) for number, each in asked)
    of_memory = sum(number * gibibytes(each["memory"]) for number, each in asked)

    assert f"{of_cores:.1f} cores and {of_memory:.1f} GiB" in text("docs/operators/sizing.md")
