"""The README's Python works as it stands."""

import re
from pathlib import Path

import pytest

from careflow_events import contracts
from careflow_events.testing.samples import samples

BLOCKS = re.findall(r"```python\n(.*?)```", (Path(__file__).parents[1] / "README.md").read_text(), re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS)
def test_it_runs_on_a_booking(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    booked = next(sample for sample in samples() if sample.contract is contracts.ConsultationBooked)

    exec(block, {"record_value": booked.value, "record_headers": booked.headers})  # noqa: S102 - it is ours

    assert "print" not in block or booked.envelope.stream in capsys.readouterr().out  # type: ignore[operator]  # a booking has a stream
