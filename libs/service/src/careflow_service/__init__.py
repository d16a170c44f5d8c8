"""What every service of CareFlow is built on."""

import zoneinfo

# The pinned `tzdata` decides in every process, not what the machine happens to have: rules change several times a year,
# and two processes that disagree book the same hour twice.
zoneinfo.reset_tzpath(to=())
