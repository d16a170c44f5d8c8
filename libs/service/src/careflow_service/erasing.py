"""What an erasure does to whoever is erased, as a unit of work says it; the library does the rest by itself."""

from typing import Protocol


class Erasing(Protocol):
    """Closes patients and opens them, with the commit of the unit of work one is in."""

    def close(self, patient_id: str, /) -> None:
        """Nobody writes anything new about the patient until they are opened: commands are refused with
        `erasure_under_way`. What was said by others is heard, and what was due falls due.
        """

    def open(self, patient_id: str, /) -> None:
        """The patient is not erased."""

    def erase(self, patient_id: str, /) -> None:
        """The patient is erased: nothing is written about them any more, and soon after the commit their keys, their
        documents and what events say of them are destroyed.
        """
