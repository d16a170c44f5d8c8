#!/usr/bin/env bash
# The official CloudEvents SDK for JavaScript, cloudevents 10.0.0 of npm, at its door for Kafka.
#
# One would guess that `Kafka.toEvent` takes a record as Kafka clients bring it, that an event without `time` stays without one, as CloudEvents 1.0
# has it, and that what `Kafka.binary` makes can be sent.
# Seen:
# - header values in buffers, which is how kafkajs and node-rdkafka bring them, end in TypeError, in `Kafka.isEvent` too. A key in a buffer becomes the
#   attribute `partitionkey` as a buffer. Make text of all three first.
# - a header `Content-Type` is found by `Kafka.isEvent` and refused by `Kafka.toEvent` of the same record.
# - a structured event without `time` ends in RangeError; a binary one, and a structured one over HTTP, get the moment of reading as their time, and
#   nothing shows that it is made up.
# - times are written anew: in UTC, cut to milliseconds. Whole numbers beyond 2^53 are rounded.
# - an event without `type` is one all the same: nothing of it is checked when it is read.
# - `Kafka.binary` gives the data as an object, not as bytes, and headers whose value is undefined: clients refuse both.
set -euo pipefail
command -v npm >/dev/null || { echo "npm is not here: nothing was tried" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts cloudevents@10.0.0
cat >seen.mjs <<'NODE'
import assert from "node:assert/strict";
import { HTTP, Kafka } from "cloudevents";

const structured = { "content-type": "application/cloudevents+json; charset=utf-8" };
const event = { specversion: "1.0", id: "1", source: "/s", type: "t", time: "2026-01-01T01:00:00.123456+01:00" };
const { time, ...timeless } = event;
const { type, ...typeless } = event;
const bytes = { "content-type": Buffer.from(structured["content-type"]) };
const value = JSON.stringify(event);

assert.throws(() => Kafka.toEvent({ value, headers: bytes }), TypeError);
assert.throws(() => Kafka.isEvent({ value, headers: bytes }), TypeError);
console.log("header values in buffers: TypeError");
assert(Buffer.isBuffer(Kafka.toEvent({ key: Buffer.from("k"), value, headers: structured }).partitionkey));
console.log("a key in a buffer stays one, as an attribute");

const capitals = { value, headers: { "Content-Type": structured["content-type"] } };
assert(Kafka.isEvent(capitals));
assert.throws(() => Kafka.toEvent(capitals), /Unsupported event encoding/);
console.log("Content-Type: an event, and not to be read");

assert.throws(() => Kafka.toEvent({ value: JSON.stringify(timeless), headers: structured }), RangeError);
const before = Date.now();
const binary = { ce_id: "1", ce_type: "t", ce_source: "/s", ce_specversion: "1.0" };
for (const read of [
  Kafka.toEvent({ value: "{}", headers: binary }),
  HTTP.toEvent({ body: JSON.stringify(timeless), headers: structured }),
])
  assert(Date.parse(read.time) >= before);
console.log("without a time: RangeError, or the moment of reading");

assert.equal(Kafka.toEvent({ value, headers: structured }).time, "2026-01-01T00:00:00.123Z");
const large = `{"specversion":"1.0","id":"1","source":"/s","type":"t","time":"2026-01-01T00:00:00Z","data":9007199254740993}`;
assert.equal(String(Kafka.toEvent({ value: large, headers: structured }).data), "9007199254740992");
console.log("microseconds are cut, large numbers rounded");

assert.equal(Kafka.toEvent({ value: JSON.stringify(typeless), headers: structured }).type, undefined);
console.log("without a type: no objection");

const sent = Kafka.binary(Kafka.toEvent({ value: JSON.stringify({ ...event, data: {} }), headers: structured }));
assert.equal(typeof sent.value, "object");
assert("ce_subject" in sent.headers && sent.headers.ce_subject === undefined);
console.log("binary: data as an object, headers without a value");
NODE
node seen.mjs
