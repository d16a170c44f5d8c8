"""How much of a controlled drug a request says and an answer shows: a number with its unit."""

from decimal import Decimal
from typing import Self

from pydantic import BaseModel

from careflow_domain.errors import invalid
from careflow_service.http.dependencies import RequestBody
from sessions.domain.drug_amounts import DrugQuantity, DrugUnit
from sessions.domain.units import Milligrams
from sessions.entrypoints.http.schemas import Quantity, Shown


class Amounting(RequestBody):
    """So many of a unit, `ml` for a solution; `ml` by itself is the same for short."""

    quantity: Quantity | None = None
    unit: DrugUnit | None = None
    ml: Quantity | None = None

    def amount(self) -> DrugQuantity | None:
        """What is said; None where nothing is. Refused: `amount_ambiguous`."""
        whole = (self.quantity is None) is (self.unit is None)
        if not whole or (self.ml is not None and self.quantity is not None):
            raise invalid("amount_ambiguous", "An amount is said once: a quantity with its unit, or millilitres.")
        if self.quantity is not None and self.unit is not None:
            return DrugQuantity(value=self.quantity, unit=self.unit)
        return None if self.ml is None else DrugQuantity(value=self.ml, unit=DrugUnit.MILLILITRE)

    def must_have_amount(self) -> DrugQuantity:
        """Refused: `amount_missing`, `amount_ambiguous`."""
        amount = self.amount()
        if amount is None:
            raise invalid("amount_missing", "How much is a quantity with its unit.")
        return amount


class AmountView(BaseModel):
    quantity: Shown
    unit: DrugUnit

    @classmethod
    def of(cls, amount: DrugQuantity) -> Self:
        return cls(quantity=amount.value, unit=amount.unit)


def milligrams_of(mg: Decimal | None, amount: DrugQuantity | None) -> Milligrams | DrugQuantity:
    """Either of the two. Refused: `amount_missing`, `amount_ambiguous`."""
    if mg is not None and amount is not None:
        raise invalid("amount_ambiguous", "An amount is said once: in milligrams, or in the unit of the container.")
    if amount is not None:
        return amount
    if mg is None:
        raise invalid("amount_missing", "How much is a quantity with its unit, or milligrams.")
    return Milligrams(mg)
