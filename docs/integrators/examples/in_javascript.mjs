// What to call in JavaScript, with the official packages: npm install cloudevents@10.0.0 jose@6.2.18 standardwebhooks@1.1.1
import { HTTP, Kafka } from "cloudevents";
import { base64url, generalDecrypt, importJWK } from "jose";
import { Webhook } from "standardwebhooks";

const text = (bytes) => (bytes === null || bytes === undefined ? undefined : bytes.toString("utf-8"));

/** The event in a record as Kafka clients bring it: key, value and headers in buffers. */
export function eventOf({ key, value, headers }) {
  const named = Object.entries(headers).map(([name, bytes]) => [name, text(bytes) ?? ""]);
  return Kafka.toEvent({ key: text(key), value: text(value), headers: Object.fromEntries(named) });
}

/** What `field` of the event holds for you, whose private keys are this JWK set; undefined where it is not sealed to you. */
export async function opened(event, field, consumer, { keys }) {
  const section = event.data[field];
  const own = (section?.recipients ?? []).filter(({ header }) => header.kid.replace(/-[^-]*$/, "") === consumer);
  if (own.length === 0) return undefined;
  const entry = own.find(({ header }) => keys.some(({ kid }) => kid === header.kid));
  if (entry === undefined) throw new Error(`a key of ${consumer} is missing: wait for it, do not go on`);
  const key = await importJWK(keys.find(({ kid }) => kid === entry.header.kid), "ECDH-ES+A256KW");
  const bound = base64url.encode(`${event.id}|${event.type}|${event.subject ?? ""}|${field}`);
  const { plaintext } = await generalDecrypt({ ...section, aad: bound, recipients: [entry] }, key, {
    keyManagementAlgorithms: ["ECDH-ES+A256KW"],
    contentEncryptionAlgorithms: ["A256GCM"],
  });
  return JSON.parse(new TextDecoder().decode(plaintext)); // the spaces at its end are padding
}

/** The event of a webhook's request, or an exception: its headers, its body as it came, the secret of the endpoint. */
export function pushed(headers, body, secret) {
  new Webhook(secret).verify(body, headers);
  return HTTP.toEvent({ headers, body });
}
