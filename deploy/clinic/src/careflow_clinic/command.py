"""`careflow demo` and `careflow sample`, for `careflow` to find wherever this package is installed beside it."""


def demo() -> None:
    """Walk one patient through the system and show every event on the way."""
    from careflow_clinic import demo as walk  # it brings a whole system with it

    walk.run()


def sample() -> None:
    """Fill the running local stack with an invented clinic on a working day, to look at in a browser."""
    from careflow_clinic import sample as day

    day.run()
