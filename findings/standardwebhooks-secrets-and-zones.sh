#!/usr/bin/env bash
# The official Standard Webhooks libraries: standardwebhooks 1.1.0 of PyPI and 1.1.1 of npm.
#
# One would guess that both read the same secret alike, or both refuse it, and that a moment has one signature, whatever zone it is written in.
# Seen, with the Python library:
# - sign() of an aware datetime takes its clock reading for UTC: the same moment written in another zone is signed as another second, which
#   verify() then calls too old or too new. Who sends must convert to UTC first.
# - a secret in URL-safe base64, which is what many generators give, is no error: the characters `-` and `_` are dropped, so that another key
#   signs and verifies, and only the other side notices. The npm library refuses such a secret ("incorrect characters for decoding").
# - a signature without a comma in `webhook-signature` ends in ValueError, not in WebhookVerificationError: a receiver that catches only that
#   answers 500 to whoever sends one. The npm library refuses it as any other.
# Without npm here, what is said of its library is not tried.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'standardwebhooks==1.1.0'
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime, timedelta, timezone

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

now = datetime.now(timezone.utc)
there = now.astimezone(timezone(timedelta(hours=-8)))
assert now == there
webhook = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
if webhook.sign("m", now, "{}") == webhook.sign("m", there, "{}"):
    raise SystemExit("changed: a moment has one signature now")
print("python: the same moment in two zones has two signatures")

url_safe = "whsec_-_-_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
if Webhook(url_safe).sign("m", now, "{}") != webhook.sign("m", now, "{}"):
    raise SystemExit("changed: characters of URL-safe base64 are not dropped any more")
print("python: a secret with '-' and '_' signs as if they were not there")

headers = {"webhook-id": "m", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": "v1"}
try:
    webhook.verify("{}", headers)
except WebhookVerificationError:
    raise SystemExit("changed: a signature without a comma is refused as any other now")
except ValueError as error:
    print("python: a signature without a comma:", type(error).__name__)
PYTHON
command -v npm >/dev/null || { echo "npm is not here: the other library was not tried"; exit 0; }
cd "$folder"
npm install --silent --no-audit --no-fund standardwebhooks@1.1.1
node - <<'NODE'
const { Webhook, WebhookVerificationError } = require("standardwebhooks");
const now = new Date();
try {
  new Webhook("whsec_-_-_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  console.error("changed: a secret with '-' and '_' is taken now");
  process.exit(1);
} catch (error) {
  console.log("npm: a secret with '-' and '_':", error.message);
}
const webhook = new Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
const headers = { "webhook-id": "m", "webhook-timestamp": String(Math.floor(now / 1000)), "webhook-signature": "v1" };
try {
  webhook.verify("{}", headers);
} catch (error) {
  console.log("npm: a signature without a comma:", error.constructor.name);
  if (!(error instanceof WebhookVerificationError)) process.exit(1);
}
NODE
