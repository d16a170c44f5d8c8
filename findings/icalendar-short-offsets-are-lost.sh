#!/usr/bin/env bash
# icalendar 7.3.2: the VTIMEZONE it writes for a zone whose clocks change twice within about two months.
#
# One would guess that `Timezone.from_tzinfo`, and `Calendar.add_missing_timezones` which uses it, write down every change of the clocks
# between the dates they are given: the component says "This timezone only works from … to …".
# Seen: changes are looked for in steps of 64 days, so that two which lie closer together are stepped over or not, by chance. Morocco put its clocks
# back for Ramadan until 2026, about five weeks a year: of 2023 to 2026 the year 2024 is missing whole. Fiji's short summer of 2020/21 is missing too.
# A calendar program that believes the component shows what lies there an hour off. No warning, and `to_tz()` does not show it
# either: it looks the zone up by its name unless told not to.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'icalendar==7.3.2' 'tzdata==2026.6'
PYTHONTZPATH='' "$folder/venv/bin/python" - <<'PYTHON'
from datetime import date, datetime
from zoneinfo import ZoneInfo

from icalendar import Timezone

CASES = {
    "Africa/Casablanca": [datetime(2023, 4, 1), datetime(2024, 3, 20), datetime(2025, 3, 10), datetime(2026, 3, 1)],
    "Pacific/Fiji": [datetime(2019, 12, 24), datetime(2020, 12, 24)],
}
LOST = {datetime(2024, 3, 20), datetime(2020, 12, 24)}

for name, times in CASES.items():
    zone = ZoneInfo(name)
    component = Timezone.from_tzinfo(zone, first_date=date(2019, 1, 1))
    written, looked_up = component.to_tz(lookup_tzid=False), component.to_tz()
    for at in times:
        true = at.replace(tzinfo=zone).utcoffset()
        seen = at.replace(tzinfo=written).utcoffset()
        print(f"{name} {at:%Y-%m-%d}: {true}, written {seen}{'' if seen == true else ' (lost)'}")
        assert (seen != true) == (at in LOST), "changed"
        assert at.replace(tzinfo=looked_up).utcoffset() == true
PYTHON
