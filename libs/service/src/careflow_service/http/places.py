"""Where somebody lives or is, as bodies and queries name it."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

US_STATES: Final = (
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID", "IL", "IN",
    "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV",
    "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN",
    "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "DC", "AS", "GU", "MP", "PR", "VI",
    "FM", "MH", "PW", "AA", "AE", "AP",
)  # fmt: skip
"""States, the district, territories, freely associated states and the armed forces' addresses: USPS Publication 28,
appendix B.
"""


def _us_state(code: str) -> str:
    if code not in US_STATES:
        raise PydanticCustomError("unknown_value", "a state as the post writes it, such as CA")
    return code


UsState = Annotated[str, Field(pattern=r"^[A-Z]{2}$"), AfterValidator(_us_state)]
