"""What of a charge's money is each line's."""

from dataclasses import dataclass, replace

from billing.domain.charges import Charge
from billing.domain.money import Money


@dataclass(frozen=True, slots=True)
class LineShare:
    """What of a charge is one line's: charged less what it was lowered by, and paid."""

    charged: Money
    paid: Money


def line_shares(charge: Charge) -> tuple[LineShare, ...]:
    """One for each priced service. What was given back or not asked for lowers every line by its part, the odd
    cents the first ones; what was paid counts for the lines in their order.
    """
    amounts = [line.amount for line in charge.lines if line.service and line.amount is not None]
    whole, less = charge.amount.minor, charge.lowered.minor
    off = [less * amount.minor // whole if whole else 0 for amount in amounts]
    odd, shares, left = less - sum(off), [], charge.kept
    for amount, share in zip(amounts, off, strict=True):
        extra = min(odd, amount.minor - share)
        odd -= extra
        charged = replace(amount, minor=amount.minor - share - extra)
        paid = min(left, charged)
        left = left - paid
        shares.append(LineShare(charged, paid))
    return tuple(shares)
