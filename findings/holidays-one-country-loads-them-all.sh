#!/usr/bin/env bash
# holidays 0.109: what one country's holidays cost a process.
#
# One would guess that `country_holidays("US")` loads the calendar of the United States: countries are loaded when they are asked for, and
# `import holidays` alone loads none.
# Seen: the first country that is asked for is imported as a module of the package `holidays.countries`, whose own `__init__` imports every country. About 250
# modules and some 8 MB come with it, besides about 11 MB for the import itself; a second country then costs nothing. Naming the module of the one
# country does not help, for Python imports its package first. A service that counts business days and holds each process to tens of megabytes keeps the dates in
# a file it generates.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'holidays==0.109'
"$folder/venv/bin/python" - <<'PYTHON'
import sys


def countries() -> set[str]:
    return {name for name in sys.modules if name.startswith("holidays.countries.")}


import holidays

alone = countries()
days = holidays.country_holidays("US", years=2026)
one = countries()
holidays.country_holidays("FR", years=2026)
two = countries()
print(f"after the import: {len(alone)} countries; after one was asked for: {len(one)}; after two: {len(two)}; days of one: {len(days)}")
assert not alone, "changed"
assert len(one) > 200, "changed"
assert two == one, "changed"
PYTHON
for way in 'import holidays; holidays.US(years=2026)' 'from holidays.countries.united_states import US; US(years=2026)'; do
  loaded=$("$folder/venv/bin/python" -c "$way; import sys; print(sum(name.startswith('holidays.countries.') for name in sys.modules))")
  echo "$way: $loaded countries"
  [ "$loaded" -gt 200 ] || { echo changed; exit 1; }
done
