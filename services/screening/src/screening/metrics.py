"""Every metric screening adds to those of the libraries, as literals: names and labels are an interface operators
build on. Labels hold codes only.

| metric | type | labels | meaning |
| --- | --- | --- | --- |
| careflow_safety_alert_unanswered_seconds | gauge | | domain time since the first of the alerts that nobody has acknowledged was to be responded to, 0 without one |
| careflow_pages_total | counter | channel, result | attempts to page somebody on call: `sent`, `delivered`, `refused` |
"""  # noqa: E501 - a table

from typing import Final

from prometheus_client import Counter, Gauge

ALERT_UNANSWERED: Final = Gauge(
    "careflow_safety_alert_unanswered_seconds",
    "Domain time since the first of the alerts nobody has acknowledged was to be responded to; 0 without one.",
)
PAGES: Final = Counter("careflow_pages_total", "Attempts to page somebody on call.", ("channel", "result"))
