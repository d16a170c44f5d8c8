"""How money comes in, and what follows from that."""

from enum import StrEnum
from typing import Final


class PaymentMethod(StrEnum):
    CARD_TERMINAL = "card_terminal"
    HSA_FSA = "hsa_fsa"
    CASH = "cash"
    CHECK = "check"
    TRANSFER = "transfer"
    CARD_ONLINE = "card_online"
    """Through the card processor, which alone tells of it."""


REFERENCED: Final = frozenset(set(PaymentMethod) - {PaymentMethod.CASH})
"""Methods that leave a trace elsewhere, whose reference is asked for."""


TERMINAL: Final = frozenset({PaymentMethod.CARD_TERMINAL, PaymentMethod.HSA_FSA})
"""Methods whose reference is the terminal's own: the same one is the same payment."""
TOLD_BY_HAND: Final = frozenset({PaymentMethod.CHECK, PaymentMethod.TRANSFER})
"""Methods whose reference somebody types from a paper or a bank's list, so that two may type it of the same money."""
FOR_CARE_ONLY: Final = frozenset({PaymentMethod.HSA_FSA})
"""Money of a health account is for medical care: it never pays a fee for a visit that did not take place (IRS
Publication 502).
"""
