#!/usr/bin/env bash
# The official CloudEvents SDK for Python, cloudevents 2.2.0 of PyPI, at its door for Kafka.
#
# One would guess that `from_kafka_event` tells structured records from binary ones by their content type, as the Kafka protocol binding 1.0.2
# (section 3) has it, and gives an event as it was sent: without `time` if it had none.
# Seen:
# - one `ce_…` header, which producers add so that readers can filter without parsing, makes a record with content type
#   `application/cloudevents+json` a binary one. If all four needed attributes stand in headers nothing fails: the whole envelope comes
#   as the data, and all other attributes (subject, extensions) are gone. With fewer it ends in CloudEventValidationError.
# - an event without `time` gets the moment of reading, another one at each reading; nothing shows that it is made up.
# - the record's key becomes the attribute `partitionkey`, which the sender did not set.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'cloudevents==2.2.0'
"$folder/venv/bin/python" - <<'PYTHON'
import json
from datetime import UTC, datetime

from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event
from cloudevents.core.exceptions import CloudEventValidationError

EVENT = {"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "subject": "p", "data": {"n": 1}}
STRUCTURED = {"content-type": b"application/cloudevents+json"}


def read(**headers):
    return from_kafka_event(KafkaMessage(headers=STRUCTURED | headers, key=b"k", value=json.dumps(EVENT).encode()))


before = datetime.now(UTC)
plain = read()
assert plain.get_data() == {"n": 1} and plain.get_subject() == "p"
assert plain.get_time() >= before and plain.get_attributes()["partitionkey"] == "k"
print("structured, without a time:", plain.get_time(), "and a partition key:", plain.get_attributes()["partitionkey"])

for_filters = {"ce_specversion": b"1.0", "ce_id": b"1", "ce_source": b"/s", "ce_type": b"t"}
wrong = read(**for_filters)
assert wrong.get_data() == EVENT and wrong.get_subject() is None, "changed: the content type decides"
print("the same with headers for filters: data is the envelope, subject is", wrong.get_subject())
try:
    read(ce_type=b"t")
except CloudEventValidationError as error:
    print("with one such header:", type(error).__name__)
else:
    raise SystemExit("changed: one header does no harm")
PYTHON
