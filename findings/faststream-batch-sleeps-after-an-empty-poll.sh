#!/usr/bin/env bash
# faststream 0.7.8 on aiokafka 0.14.0: a batch subscriber, and a record that comes when nothing has come for a while.
#
# One would guess that `batch_timeout_ms` is how long a poll waits for the first record of a batch, as it is handed to aiokafka's
# `getmany`, which answers as soon as there is one: a record that comes alone is then handled at once, however long the timeout.
# Seen: a poll that brought nothing is followed by a sleep of the same length, during which nobody asks. Half of the time nobody
# does, and who comes then waits for the sleep to end: up to `batch_timeout_ms` (200 ms unless told), in the mean a quarter of it.
# aiokafka's own consumer, and FastStream's without `batch=True`, hand the same records on within milliseconds.
# The broker is librdkafka's own mock, confluent-kafka 2.16.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'faststream[kafka]==0.7.8' 'aiokafka==0.14.0' 'confluent-kafka==2.16.1'
cat >"$folder/broker.py" <<'PYTHON'
from confluent_kafka import Producer

mock = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "mock", "log_level": 3})
mock.produce("topic", b"first")
mock.flush(10)
(broker,) = mock.list_topics(timeout=10).brokers.values()
print(f"{broker.host}:{broker.port}", flush=True)
while True:
    mock.poll(1)
PYTHON
"$folder/venv/bin/python" - "$folder/broker.py" <<'PYTHON'
import asyncio
import logging
import subprocess
import sys
import time

from aiokafka import AIOKafkaProducer
from faststream.kafka import KafkaBroker

TIMEOUT, RECORDS, APART = 2.0, 8, 1.3
logging.disable()


async def longest(address: str, batch: bool) -> float:
    """Seconds from the broker's acknowledgement of a record to its handling, at most."""
    sent, heard = {}, {}
    broker = KafkaBroker(address, logger=None, apply_types=False)
    options = {"batch": True, "batch_timeout_ms": int(1000 * TIMEOUT)} if batch else {}

    @broker.subscriber("topic", group_id=f"batch-{batch}", auto_offset_reset="earliest", **options)
    async def hear(body):
        for each in body if batch else [body]:
            heard[each] = time.monotonic()

    async with broker, AIOKafkaProducer(bootstrap_servers=address) as producer:
        await broker.start()
        await asyncio.sleep(3 * TIMEOUT)
        for number in range(RECORDS):
            record = b"%d of %d" % (number, batch)
            await producer.send_and_wait("topic", record)
            sent[record.decode()] = time.monotonic()
            await asyncio.sleep(APART)
        await asyncio.sleep(2 * TIMEOUT)
    heard = {key.decode() if isinstance(key, bytes) else key: at for key, at in heard.items()}
    return max(heard[record] - at for record, at in sent.items())


process = subprocess.Popen([sys.executable, sys.argv[1]], stdout=subprocess.PIPE, text=True)
try:
    address = process.stdout.readline().strip()
    alone, batched = asyncio.run(longest(address, False)), asyncio.run(longest(address, True))
finally:
    process.kill()
    process.wait()
print(f"one by one: at most {alone:.2f} s; batches with a timeout of {TIMEOUT:.0f} s: at most {batched:.2f} s")
assert alone < TIMEOUT / 4
assert batched > TIMEOUT / 4, "changed: nobody waits for a sleep any more"
PYTHON
