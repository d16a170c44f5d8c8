"""How near two spellings are, for names that people write from memory."""

_LETTERS_PER_SLIP = 4
"""One slip of the pen is forgiven for every so many letters of the name."""


def near(written: str, name: str) -> bool:
    """Whether `written` is `name` but for a few letters left out, added, changed or swapped."""
    slips = len(name) // _LETTERS_PER_SLIP
    return written == name or (abs(len(written) - len(name)) <= slips and distance(written, name) <= slips)


def distance(one: str, other: str) -> int:
    """Letters to change, add, leave out or swap with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [at]
        for to, another in enumerate(other, start=1):
            steps = [before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != another)]
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == another:
                steps.append(earlier[to - 2] + 1)
            row.append(min(steps))
    return row[-1]
