"""Every metric this library exposes, as literals, in one place: names and labels are an interface operators build on.

What is NaN could not be read of the store, see `careflow_service.measures`.
Labels hold route templates, codes and names from the code, never what a client sent and never an id.

| metric | type | labels | meaning |
| --- | --- | --- | --- |
| careflow_http_requests_total | counter | route, status | requests answered |
| careflow_http_request_seconds | histogram | route | from the first byte read to the last one sent |
| careflow_http_in_flight | gauge | | requests being answered |
| careflow_http_denials_total | counter | reason | requests refused for who the caller is or is not |
| careflow_http_rate_limited_total | counter | route | requests refused for their number |
| careflow_http_not_yet_known_total | counter | | requests that built on an event which did not come in time |
| careflow_ready | gauge | check | 1 while this check of `/health/ready` holds |
| careflow_loop_lag_seconds | gauge | | how much later than asked the event loop last woke up |
| careflow_log_fields_dropped_total | counter | | log fields left out because they are not on the list |
| careflow_deadlines_fired_total | counter | deadline | deadlines fired |
| careflow_deadline_failures_total | counter | deadline | attempts that failed and will be repeated |
| careflow_deadline_late_seconds | gauge | deadline | domain time between due and fired, of the last one |
| careflow_deadline_overdue_seconds | gauge | deadline | domain time since the earliest was due, 0 without |
| careflow_effects_settled_total | counter | effect | effects performed and settled |
| careflow_effect_failures_total | counter | effect | attempts that failed and will be repeated |
| careflow_webhook_deliveries_total | counter | result | attempts at webhooks: taken, refused, unreached |
| careflow_webhooks_disabled | gauge | | webhooks that are told nothing any more until somebody resumes them |
| careflow_emergency_access_unreviewed_seconds | gauge | | age of the oldest that nobody has reviewed, 0 without one |
| careflow_backup_age_seconds | gauge | | since the newest backup was taken, +Inf without one |
| careflow_audit_sealed_total | counter | | audit entries sealed |
| careflow_audit_unsealed_seconds | gauge | | age of the oldest audit entry without a seal, 0 without one; alert at 60 |
| careflow_audit_seal_failures_total | counter | | turns of sealing that failed and will be repeated |
"""

from prometheus_client import Counter, Gauge, Histogram

HTTP_REQUESTS = Counter("careflow_http_requests_total", "Requests answered.", ("route", "status"))
HTTP_SECONDS = Histogram(
    "careflow_http_request_seconds",
    "From the first byte read to the last one sent.",
    ("route",),
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
HTTP_IN_FLIGHT = Gauge("careflow_http_in_flight", "Requests being answered.")
DENIALS = Counter("careflow_http_denials_total", "Requests refused for who the caller is or is not.", ("reason",))
RATE_LIMITED = Counter("careflow_http_rate_limited_total", "Requests refused for their number.", ("route",))
NOT_YET_KNOWN = Counter(
    "careflow_http_not_yet_known_total", "Requests that built on an event which did not come in time."
)
READY = Gauge("careflow_ready", "1 while this check of /health/ready holds.", ("check",))
LOOP_LAG = Gauge("careflow_loop_lag_seconds", "How much later than asked the event loop last woke up.")
LOG_FIELDS_DROPPED = Counter(
    "careflow_log_fields_dropped_total", "Log fields left out because they are not on the list."
)
DEADLINES_FIRED = Counter("careflow_deadlines_fired_total", "Deadlines fired.", ("deadline",))
DEADLINE_FAILURES = Counter(
    "careflow_deadline_failures_total", "Attempts that failed and will be repeated.", ("deadline",)
)
DEADLINE_LATE = Gauge(
    "careflow_deadline_late_seconds", "Domain time between due and fired, of the last one.", ("deadline",)
)
DEADLINE_OVERDUE = Gauge(
    "careflow_deadline_overdue_seconds",
    "Domain time since the earliest that has not fired was due; 0 without one.",
    ("deadline",),
)
EFFECTS_SETTLED = Counter("careflow_effects_settled_total", "Effects performed and settled.", ("effect",))
EFFECT_FAILURES = Counter("careflow_effect_failures_total", "Attempts that failed and will be repeated.", ("effect",))
BACKUP_AGE = Gauge("careflow_backup_age_seconds", "Since the newest backup was taken; +Inf without one.")
WEBHOOK_DELIVERIES = Counter(
    "careflow_webhook_deliveries_total", "Attempts to deliver an event to a webhook.", ("result",)
)
WEBHOOKS_DISABLED = Gauge(
    "careflow_webhooks_disabled", "Webhooks that are told nothing any more until somebody resumes them."
)
EMERGENCY_UNREVIEWED = Gauge(
    "careflow_emergency_access_unreviewed_seconds",
    "Domain time since the oldest emergency access was opened that nobody has reviewed; 0 without one.",
)
AUDIT_SEALED = Counter("careflow_audit_sealed_total", "Audit entries sealed.")
AUDIT_UNSEALED_SECONDS = Gauge(
    "careflow_audit_unsealed_seconds", "How long the oldest audit entry waits for its seal; 0 when none does."
)
AUDIT_SEAL_FAILURES = Counter("careflow_audit_seal_failures_total", "Turns of sealing that failed.")
