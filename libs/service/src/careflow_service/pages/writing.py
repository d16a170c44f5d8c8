"""Dates, times and money as the reader's language writes them: on pages, and in what is sent to somebody."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time, get_timezone_name
from babel.numbers import format_currency, get_currency_precision

from careflow_service.pages.words import Words


class Writing:
    """In one language. A day of the year it is `today` is written without its year; where that is not told, none is."""

    def __init__(self, words: Words, today: date | None = None) -> None:
        self._locale = words.locale
        self._today = today

    def day(self, day: date) -> str:
        """`Tue, November 24`; of another year `Tue, November 24, 2026`."""
        this_year = self._today is not None and day.year == self._today.year
        at = datetime(day.year, day.month, day.day)  # noqa: DTZ001 # a date
        return format_skeleton("MMMMEd" if this_year else "yMMMMEd", at, locale=self._locale)

    def long_day(self, day: date) -> str:
        """In full: `Tuesday, November 24, 2026`."""
        return format_date(day, "full", locale=self._locale)

    def birth_date(self, day: date) -> str:
        """Without its weekday: `May 17, 1984`."""
        return format_date(day, "long", locale=self._locale)

    def version(self, name: str) -> str:
        """What a version is called; one that is called by a date, as people write dates."""
        try:
            return self.birth_date(date.fromisoformat(name))
        except ValueError:
            return name

    def time(self, moment: datetime, zone: ZoneInfo) -> str:
        """On a clock there: `10:15 AM`."""
        return format_time(moment, "short", tzinfo=zone, locale=self._locale)

    def moment(self, moment: datetime, zone: ZoneInfo) -> str:
        """On which day too: `Tue, November 24, 10:15 AM`."""
        return f"{self.day(moment.astimezone(zone).date())}, {self.time(moment, zone)}"

    def month(self, day: date) -> str:
        """The month of a day: `November 2026`."""
        return format_skeleton("yMMMM", datetime(day.year, day.month, 1), locale=self._locale)  # noqa: DTZ001 # a date

    def money(self, minor: int, currency: str) -> str:
        """An amount in minor units of a currency: `$1,225.00`."""
        return format_currency(Decimal(minor).scaleb(-get_currency_precision(currency)), currency, locale=self._locale)

    def zone(self, zone: ZoneInfo, moment: datetime) -> str:
        """ "Pacific Standard Time": what clocks there show at that moment."""
        return get_timezone_name(moment.astimezone(zone), "long", locale=self._locale)
