"""Erasing where nothing is stored: what reactions asked for, in order."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Asked:
    """See `careflow_service.erasing.Erasing`."""

    of: list[tuple[str, str]] = field(default_factory=list)

    def close(self, patient_id: str, /) -> None:
        self.of.append(("close", patient_id))

    def open(self, patient_id: str, /) -> None:
        self.of.append(("open", patient_id))

    def erase(self, patient_id: str, /) -> None:
        self.of.append(("erase", patient_id))
