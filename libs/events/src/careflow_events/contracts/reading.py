"""How a model knows that it is reading a published event, not producing one.

Reading is tolerant (unknown codes become UNKNOWN, sealed sections may stay closed), producing is strict. The
difference is the pydantic validation context: a `Reading` there means reading, its absence means producing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel

OpenSection = Callable[[str, object, type[BaseModel]], BaseModel | None]
"""(field, section as it is on the wire, model of its plaintext) -> the plaintext, or None when it is not addressed to
this reader.
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """The validation context of a read; `open_section` opens what is sealed to this reader."""

    open_section: OpenSection
