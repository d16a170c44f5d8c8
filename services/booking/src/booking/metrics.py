"""Every metric booking adds to those of the libraries, as literals: names and labels are an interface operators build
on. Labels hold codes only.

| metric | type | labels | meaning |
| --- | --- | --- | --- |
| careflow_desk_alarm_failing_seconds | gauge | | domain time since the first of the alarms of urgent inquiries that still have to be told did not get out, 0 without one |
| careflow_record_request_late_seconds | gauge | | domain time since the last day of the first of the requests for a record that have not ended was over, 0 where none is late |
| careflow_desk_alarms_total | counter | channel, result | attempts to tell the desk of an urgent inquiry: `sent`, `not_now`, `refused` |
"""  # noqa: E501 - a table

from typing import Final

from prometheus_client import Counter, Gauge

DESK_ALARM_FAILING: Final = Gauge(
    "careflow_desk_alarm_failing_seconds",
    "Domain time since the first of the alarms that still have to be told did not get out; 0 without one.",
)
RECORD_REQUEST_LATE: Final = Gauge(
    "careflow_record_request_late_seconds",
    "Domain time since the last day of the first request for a record that has not ended was over; 0 if none is late.",
)
DESK_ALARMS: Final = Counter(
    "careflow_desk_alarms_total", "Attempts to tell the desk of an urgent inquiry.", ("channel", "result")
)
