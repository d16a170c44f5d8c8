"""What a store was asked."""

from collections.abc import Mapping
from typing import Any, Final

from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

_CONNECTING: Final = {"hello", "endSessions", "ping"}


class Commands(CommandListener):
    """The commands sent to the store, without those of the connection."""

    def __init__(self) -> None:
        self.sent: list[CommandStartedEvent] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name not in _CONNECTING:
            self.sent.append(event)

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...

    def names(self) -> list[str]:
        """ "find _outbox", "bulkWrite _positions _outbox", "commitTransaction"."""
        return [_name(event.command_name, event.command) for event in self.sent]


def _name(name: str, command: Mapping[str, Any]) -> str:
    targets = [each["ns"].partition(".")[2] for each in command["nsInfo"]] if name == "bulkWrite" else [command[name]]
    return " ".join([name, *(target for target in targets if isinstance(target, str))])
