"""The next number of a kind of paper: every one that is issued gets one, and no number is given twice or for none."""

from dataclasses import dataclass

from billing.application.ports import Ports
from billing.domain.numbers import NumberSeries
from careflow_service.upsert import upsert
from careflow_service.work import Transaction


@dataclass(frozen=True, slots=True)
class NextNumber:
    """A number to be printed; `give` writes that it is given, once the paper is known to be printable."""

    known: NumberSeries | None
    series: NumberSeries

    @property
    def number(self) -> str:
        return self.series.number

    async def give(self, tx: Transaction, ports: Ports) -> None:
        await upsert(ports.numbers, self.known, self.series, tx)


async def next_number(prefix: str, tx: Transaction, ports: Ports) -> NextNumber:
    name = f"{prefix}-{ports.day_of(tx.now).year}"
    known = await ports.numbers.find(name, of=None)
    return NextNumber(known, (known or NumberSeries(id=name)).next())
