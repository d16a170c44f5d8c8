#!/usr/bin/env bash
# aiokafka 0.14.0: a producer with `enable_idempotence=True`, and a broker that does not answer any more.
#
# One would guess that idempotence changes what happens to a record that is sent twice, and not for how long its sender waits: without it
# `send_and_wait` ends in RequestTimedOutError after `request_timeout_ms`, and Java's producer gives up after `delivery.timeout.ms` either way.
# Seen: with it nothing ends. The record is tried again for as long as the broker is silent, whatever `request_timeout_ms` says, and there is no other
# setting; `send_and_wait`, `flush` and `stop` wait with it. So give each of them a limit of your own, and treat what ran into
# it as neither sent nor lost: it may still arrive.
# The broker is librdkafka's own mock, confluent-kafka 2.16.1, in a process that is stopped by a signal.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'aiokafka==0.14.0' 'confluent-kafka==2.16.1'
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
import contextlib
import logging
import signal
import subprocess
import sys
import time

from aiokafka import AIOKafkaProducer
from aiokafka.errors import RequestTimedOutError

TIMEOUT, PATIENCE = 2, 20
logging.disable()


async def waits(idempotent: bool) -> str:
    broker = subprocess.Popen([sys.executable, sys.argv[1]], stdout=subprocess.PIPE, text=True)
    try:
        address = broker.stdout.readline().strip()
        producer = AIOKafkaProducer(
            bootstrap_servers=address, acks="all", enable_idempotence=idempotent, request_timeout_ms=TIMEOUT * 1000
        )
        await producer.start()
        await producer.send_and_wait("topic", b"heard")
        broker.send_signal(signal.SIGSTOP)
        await asyncio.sleep(0.5)
        began = time.monotonic()
        try:
            await asyncio.wait_for(producer.send_and_wait("topic", b"not heard"), PATIENCE)
            raise SystemExit("sent to nobody")
        except RequestTimedOutError:
            told = "RequestTimedOutError"
        except TimeoutError:
            told = "nothing"
        print(f"idempotent {idempotent}: {told} after {time.monotonic() - began:.0f} s, with a request timeout of {TIMEOUT} s")
        broker.send_signal(signal.SIGCONT)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(producer.stop(), 10)
        return told
    finally:
        broker.kill()
        broker.wait()


assert asyncio.run(waits(False)) == "RequestTimedOutError"
assert asyncio.run(waits(True)) == "nothing", "changed: it ends"
PYTHON
