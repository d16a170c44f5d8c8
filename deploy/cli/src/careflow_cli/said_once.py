"""Of an option that takes one value and is given twice, the command line's library keeps the last without a word: who
asked for two causes would settle the events of one.
"""

from collections.abc import Sequence
from itertools import takewhile

from typer.core import TyperGroup, TyperOption
from typer.main import Typer, get_command

from careflow_cli.errors import CareflowError


def confirm_said_once(app: Typer, args: Sequence[str]) -> None:
    """Raises CareflowError where an option that takes one value is among `args` more than once."""
    command, given = get_command(app), list(takewhile(lambda arg: arg != "--", args))
    for name in (arg for arg in given if not arg.startswith("-")):
        if not isinstance(command, TyperGroup) or name not in command.commands:
            break
        command = command.commands[name]
    names = [arg.partition("=")[0] for arg in given]
    for option in command.params:
        if isinstance(option, TyperOption) and not (option.multiple or option.is_flag):
            times = sum(name in option.opts for name in names)
            if times > 1:
                raise CareflowError(f"{option.opts[0]} was given {times} times; it takes one value, so ask for each")
