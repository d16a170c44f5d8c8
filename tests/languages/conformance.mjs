// Reads cases from its input and writes what JavaScript makes of them; the test beside it judges.
import { readFileSync } from "node:fs";
import { Kafka } from "cloudevents";
import { eventOf, opened, pushed } from "./in_javascript.mjs";

const cases = JSON.parse(readFileSync(0, "utf-8"));
const attempt = async (what) => {
  try {
    return { answer: await what() };
  } catch (error) {
    return { error: `${error.constructor.name}: ${error.message}` };
  }
};
const all = (list, what) => Promise.all(list.map((each) => attempt(() => what(each))));
const buffer = (written) => (written === null ? null : Buffer.from(written, "base64"));
const record = ({ key, value, headers }) => ({
  key: buffer(key),
  value: buffer(value),
  headers: Object.fromEntries(Object.entries(headers).map(([name, written]) => [name, buffer(written)])),
});
// What is handed to a producer: the value as bytes, headers without those that have no value.
const sent = ({ key, value, headers }) => ({
  key,
  value: typeof value === "string" ? value : JSON.stringify(value),
  headers: Object.fromEntries(Object.entries(headers).filter(([, held]) => held !== undefined)),
});

process.stdout.write(
  JSON.stringify({
    events: await all(cases.records, (each) => eventOf(record(each)).toJSON()),
    structured: await all(cases.records, (each) => sent(Kafka.structured(eventOf(record(each))))),
    binary: await all(cases.records, (each) => sent(Kafka.binary(eventOf(record(each))))),
    opened: await all(cases.sections, ({ event, field, consumer, keys }) => opened(event, field, consumer, { keys })),
    pushed: await all(cases.webhooks, ({ headers, body, secret }) => pushed(headers, body, secret).toJSON()),
  }),
);
