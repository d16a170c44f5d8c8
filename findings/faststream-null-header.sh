#!/usr/bin/env bash
# FastStream 0.7.8 with aiokafka 0.14.0: a header without a value.
#
# A Kafka record header may have a null value (org.apache.kafka.common.header.Header#value), and tools use that as a flag.
# One would guess that a subscriber sees such a record with an empty or missing header.
# Seen: FastStream's own parser decodes every header before any handler, decoder or middleware of the application runs and
# fails with AttributeError. With a header that is not UTF-8, which fails at the same line, a running subscriber was seen
# to skip the record under each ack policy: no handler, no middleware, and the next commit passes it. A parser of one's own
# that leaves the headers alone gets the record.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'faststream[kafka]==0.7.8' 'aiokafka==0.14.0'
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
from dataclasses import replace

from aiokafka import ConsumerRecord
from faststream.kafka.parser import AioKafkaParser

record = ConsumerRecord(
    topic="t", partition=0, offset=0, timestamp=0, timestamp_type=0, key=b"k", value=b"{}", checksum=None,
    serialized_key_size=1, serialized_value_size=2, headers=(("flag", None),),
)


class Message:
    """What the parser asks of a message class: to be made."""

    def __init__(self, **parts):
        self.headers = parts["headers"]


class Handler:
    _consumer = None


def parse(parsed):
    parser = AioKafkaParser(msg_class=Message, regex=None)
    parser._setup(Handler())
    return asyncio.run(parser.parse_message(parsed))


assert parse(replace(record, headers=(("flag", b"1"),))).headers["flag"] == "1"
try:
    parse(record)
except AttributeError as error:
    print("a null header:", error)
else:
    raise SystemExit("changed: a record with a null header is parsed now")
PYTHON
