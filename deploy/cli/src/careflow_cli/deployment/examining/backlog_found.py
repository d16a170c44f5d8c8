"""Whether what waits is heard before the topics forget it."""

import json
from collections.abc import Iterator

import yaml

from careflow_cli.deployment.examining import engine
from careflow_cli.deployment.examining.findings import Deployed, Finding, known, well, wrong
from careflow_cli.errors import CareflowError
from careflow_cli.stack.services import SERVICES

CHECK = "backlog"
SOON = 0.5
"""Of the time topics keep what they hold: a consumer so far behind is in danger of a gap."""
LATE_SECONDS = 600.0
ASK = (
    "import json, urllib.request as r; from prometheus_client.parser import text_string_to_metric_families as p;"
    "t = r.urlopen('http://127.0.0.1:8000/metrics', timeout=5).read().decode();"
    "print(json.dumps({s.labels['topic']: s.value for f in p(t) for s in f.samples"
    " if s.name == 'careflow_feed_age_seconds'}))"
)


def backlog_found(deployed: Deployed) -> Iterator[Finding]:
    """Each worker that runs is asked how old its view of each topic is."""
    topics = yaml.safe_load((deployed.checkout / "deploy" / "kafka" / "topics.yaml").read_text("utf-8"))
    kept = int(topics["config"]["retention.ms"]) / 1000
    oldest, service, topic = max(_ages(deployed), default=(0.0, "", ""))
    if not service:
        return  # said of the processes
    says = f"{service} has heard {topic} up to {oldest:.0f} s ago; topics keep {kept / 86400:.0f} days"
    if oldest > SOON * kept:
        yield wrong(CHECK, says, "have it hear now, or the rest is a gap: runbooks.md, A consumer does not get on")
    elif oldest > LATE_SECONDS:
        yield known(CHECK, says, "runbooks.md, A consumer does not get on")
    else:
        yield well(CHECK, says)


def _ages(deployed: Deployed) -> Iterator[tuple[float, str, str]]:
    """How old the view of each worker is, its service, and of which topic."""
    workers = {f"{spec.name}-worker": spec.name for spec in SERVICES}
    for each in engine.containers(deployed.project) if engine.there() else ():
        name = each["Config"]["Labels"][engine.OF_SERVICE]
        if name in workers and each["State"]["Status"] == "running":
            try:
                said = json.loads(engine.asked("exec", each["Id"], "python", "-c", ASK))
            except (CareflowError, ValueError):
                continue  # a worker that does not answer is said of the processes
            yield from ((float(age), workers[name], topic) for topic, age in said.items())
