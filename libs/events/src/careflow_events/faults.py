"""What an error means for the record that met it.

Invariant: a code never contains text of the exception: libraries quote input values in their messages.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from careflow_events.catalogue import MalformedData
from careflow_events.envelope import EnvelopeFault, MalformedEnvelope
from careflow_events.positions import PositionMoved
from careflow_events.sealing import KeyMissing, SectionBroken


class Fault(StrEnum):
    """The ways to fail."""

    POISON = "poison"
    """It will never work: park now."""
    WAITING = "waiting"
    """It will work when something of its own is there, as a key: its stream is set aside, others go on."""
    TRANSIENT = "transient"
    """It will work when something is back: retry in place, then pause and come back; never parked."""
    UNCLASSIFIED = "unclassified"
    """A bug, ours or theirs: a few attempts, then park."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A fault, its stable code as parked records and metrics carry it, and where in the code it arose."""

    fault: Fault
    code: str
    at: str = ""


FaultOf = Callable[[BaseException], Diagnosis]

_POISON: Final = (MalformedEnvelope, MalformedData, SectionBroken)
_TRANSIENT: Final = (PositionMoved, TimeoutError, ConnectionError)


def diagnosis(store_is_away: Callable[[BaseException], bool]) -> FaultOf:
    """How errors are read in a process whose store says by `store_is_away` which errors of its driver will pass."""

    def fault_of(error: BaseException) -> Diagnosis:
        if isinstance(error, MalformedEnvelope) and error.code == EnvelopeFault.FROM_THE_FUTURE:
            # A development clock that jumps is read by each process in its own moment: asked again it may have come.
            return Diagnosis(Fault.UNCLASSIFIED, error.code)
        if isinstance(error, _POISON):
            return Diagnosis(Fault.POISON, error.code)
        if isinstance(error, KeyMissing):
            return Diagnosis(Fault.WAITING, error.code)
        passes = isinstance(error, _TRANSIENT) or store_is_away(error)
        return Diagnosis(Fault.TRANSIENT if passes else Fault.UNCLASSIFIED, type(error).__name__, _place(error))

    return fault_of


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
