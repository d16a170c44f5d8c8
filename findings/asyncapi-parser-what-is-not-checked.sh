#!/usr/bin/env bash
# The official AsyncAPI parser, @asyncapi/parser 3.6.6 of npm, and the schemas and examples in a document.
#
# One would guess that a document it accepts has payload schemas that are schemas, in the format they name, and, as with documents of
# AsyncAPI 2, examples that fit them.
# Seen:
# - a payload under schemaFormat `application/schema+json;version=draft-2020-12`, the dialect of JSON Schema today and of OpenAPI 3.1, is not looked at: a
#   "schema" whose type does not exist and whose properties are a number passes without an error or a warning. So does one in a format
#   nobody ever heard of. Under draft-07, or without a format, the same is refused.
# - examples of messages are compared with the payload in 2.6 and not in 3.0: a text where the payload has a number passes.
# - a reference to `#/$defs/…` inside a payload is looked for in the whole document, in every format, and refused.
# So a document of 3.0 with modern schemas needs other checks beside this parser, and its shared schemas in `components`.
set -euo pipefail
command -v npm >/dev/null || { echo "npm is not here: nothing was tried" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @asyncapi/parser@3.6.6
cat >seen.mjs <<'NODE'
import assert from "node:assert/strict";
import { Parser } from "@asyncapi/parser";

const parser = new Parser();
const three = (message) => ({
  asyncapi: "3.0.0",
  info: { title: "t", version: "1" },
  channels: { c: { address: "c", messages: { m: message } } },
});
const two = (message) => ({ asyncapi: "2.6.0", info: { title: "t", version: "1" }, channels: { c: { publish: { message } } } });
const errors = async (document) => (await parser.parse(document)).diagnostics.filter((found) => found.severity === 0).map((found) => found.code);
const under = (schemaFormat, schema) => three({ payload: schemaFormat ? { schemaFormat, schema } : schema });

const nonsense = { type: "no-such-type", properties: 7 };
const formats = {
  none: undefined,
  "draft-07": "application/schema+json;version=draft-07",
  "2020-12": "application/schema+json;version=draft-2020-12",
  unheard: "application/x-nobody-knows",
};
for (const [name, format] of Object.entries(formats)) {
  const found = await errors(under(format, nonsense));
  console.log(`nonsense as a schema, format ${name}: ${found.length ? "refused" : "no error"}`);
  assert.equal(found.length > 0, name === "none" || name === "draft-07");
}

const message = { payload: { type: "object", properties: { count: { type: "integer" } } }, examples: [{ payload: { count: "many" } }] };
const [inTwo, inThree] = [await errors(two(message)), await errors(three(message))];
console.log(`an example that does not fit: ${inTwo} in 2.6, ${inThree.length} errors in 3.0`);
assert(inTwo.includes("asyncapi2-message-examples") && inThree.length === 0);

const withParts = { type: "object", properties: { part: { $ref: "#/$defs/part" } }, $defs: { part: { type: "string" } } };
for (const format of [formats.none, formats["draft-07"], formats["2020-12"]])
  assert.deepEqual(await errors(under(format, withParts)), ["invalid-ref"]);
console.log("a schema's own $defs: invalid-ref");
NODE
node seen.mjs
