"""What the card processor told of one of its payments, under its id there.

It may tell of a refund or dispute before it tells that the payment was made, and of payments that are none of ours.
"""

from dataclasses import dataclass, replace
from typing import Final

from billing.domain.ids import ProcessorId
from billing.domain.processing import OfPayment
from careflow_domain.aggregate import Aggregate

MOST_EARLY: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessedPayment(Aggregate):
    """`is_ours` once it is known that a patient paid by it; until then `early` waits for that. Whose it is stands in
    the payment.
    """

    id: ProcessorId
    is_ours: bool = False
    early: tuple[OfPayment, ...] = ()

    def told_early(self, news: OfPayment) -> "ProcessedPayment":
        """Something was told and it is not known yet whose it is; of a payment of nobody's the latest are kept."""
        if news in self.early:
            return self
        return replace(self.recording(), early=(*self.early, news)[-MOST_EARLY:])

    def ours(self) -> "ProcessedPayment":
        """It was made by one of our links; what was told early is heard now."""
        return replace(self.recording(), is_ours=True, early=())
