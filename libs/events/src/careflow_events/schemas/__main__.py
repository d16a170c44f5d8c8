"""Everything that is published of the events is checked here: `python -m careflow_events.schemas`.

Without an option it writes the schemas and the AsyncAPI documents, then checks; `--check` writes nothing.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import orjson
import yaml

from careflow_events import schemas
from careflow_events.catalogue import CATALOGUE, MalformedData, read
from careflow_events.schemas import asyncapi, rules
from careflow_events.sealing import SectionBroken
from careflow_events.testing.samples import differing, place_of, samples
from careflow_events.topics import REFEEDS, SERVICES, TOPICS, Topic

_CHECKOUT = Path(__file__).parents[5]
_TOPICS_FILE = _CHECKOUT / "deploy" / "kafka" / "topics.yaml"
INTEGRATORS = _CHECKOUT / "docs" / "integrators"
"""Where the documents for integrators are committed."""
_ANEW = "remove it and make generated writes it anew, or put the example back where the sample was released"


def asyncapi_files() -> dict[Path, bytes]:
    """The AsyncAPI documents with an example of each event, merged and by service, relative to `INTEGRATORS`."""
    examples = {sample.contract: orjson.loads(sample.value) for sample in reversed(samples())}
    wanted = {Path("asyncapi.json"): schemas.written(asyncapi.document(examples=examples))}
    for service in SERVICES:
        wanted[Path(service) / "asyncapi.json"] = schemas.written(asyncapi.document((service,), examples))
    return wanted


def topic_disagreements(declared: Path = _TOPICS_FILE) -> list[str]:
    """Where the deployment's topics are not those the code writes to, one line each."""
    content = yaml.safe_load(declared.read_text())
    deployed = {(row["name"], row["writer"], row["classification"]) for row in content["topics"]}
    written = {(topic.name, topic.service, topic.classification.value) for topic in (*TOPICS, *REFEEDS)}
    return [f"topics.yaml: {name} differs from topics.py" for name in sorted({row[0] for row in deployed ^ written})]


def shared_topics(topics: Sequence[Topic] = TOPICS) -> list[str]:
    """Topics that more than one service writes, one line each."""
    writers = Counter(name for name, _ in {(topic.name, topic.service) for topic in topics})
    return [f"topics.py: {name} has {count} writers" for name, count in sorted(writers.items()) if count > 1]


def rule_faults() -> list[str]:
    """What the published schemas leave unexplained, or say in the open, one line each."""
    return [fault for contract in CATALOGUE.values() for fault in rules.faults(schemas.published(contract))]


def sample_faults() -> list[str]:
    """Which events have no sample, and which samples can no longer be read or say otherwise than their example, one
    line each.
    """
    lines = [
        f"{contract.name()}: no sample: `make generated` writes it of the event's example in"
        f" testing/{contract.topic.service}_examples.py"
        for contract in CATALOGUE.values()
        if not any(place_of(contract).glob("*.json"))
    ]
    for sample in samples():
        try:
            read(sample.envelope, None)
        except (MalformedData, SectionBroken) as fault:
            lines.append(f"{sample}: {fault}")
    if not lines:  # else one that cannot be read would be compared
        lines += [f"{path}: differs from its example: {_ANEW}" for path in differing()]
    return lines


def main(arguments: list[str] | None = None) -> int:
    """The command line. Exit code 1 when a check fails."""
    parser = argparse.ArgumentParser(
        prog="python -m careflow_events.schemas", description="The JSON Schemas of every event."
    )
    parser.add_argument("--check", action="store_true", help="check, write nothing")
    chosen = parser.parse_args(arguments)
    if not chosen.check:
        schemas.write()
        schemas.put(INTEGRATORS, asyncapi_files())
    faults = [
        *rule_faults(),
        *schemas.disagreements(),
        *schemas.differing(INTEGRATORS, asyncapi_files()),
        *shared_topics(),
        *topic_disagreements(),
        *sample_faults(),
    ]
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
