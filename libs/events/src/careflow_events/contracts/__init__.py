"""The contract models of every CareFlow event, with their final names and fields. Import from here."""

from careflow_events.contracts.feed import FeedCheckpoint
from careflow_events.contracts.model import EventData, PatientEvent, Section
from careflow_events.contracts.sealed import Sealed, SealedFor

__all__ = ["EventData", "FeedCheckpoint", "PatientEvent", "Sealed", "SealedFor", "Section"]
