"""The processes as an operator starts them: what they need, and what they say without it."""

from functools import partial
from pathlib import Path

import pytest

from careflow_service.processes.opening import StartUpFailure, opened
from careflow_service.settings import load
from careflow_service.testing import processes
from careflow_service.testing.processes import ready
from sessions.bootstrap import SERVICE
from sessions.settings import SessionsSettings

started = partial(processes.started, "sessions")


@pytest.fixture
def environment(store_url: str, new_database: str, tmp_path: Path) -> dict[str, str]:
    """Complete settings of a development process, without Kafka."""
    return processes.environment(tmp_path, store_url, new_database, seals_to=("booking", "screening", "billing"))


async def test_indexes_api_and_timers_work_without_kafka(environment: dict[str, str]) -> None:
    async with started("indexes", environment) as indexes:
        assert (await indexes.ended())[0] == 0
    async with started("api", environment) as api, started("timers", environment) as timers:
        async with await api.client() as calling, await timers.client() as looking:
            assert await ready(calling) == {"store": True, "not_fenced": True}
            assert await ready(looking) == {"store": True, "not_fenced": True}
            assert (await calling.get("/v1/sessions/x")).status_code == 401
        assert await api.stopped() == 0
        assert await timers.stopped() == 0


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"policys/2026-11.json": "{}"}, "holds policys, which nobody here knows"),
        ({"policy/2026-11.json": "{"}, "SessionsPolicy: the document"),
        ({"policy/2026-11.json": "{}"}, "SessionsPolicy: "),
    ],
)
async def test_clinical_content_that_cannot_be_used_keeps_a_process_from_starting(
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, str],
    complaint: str,
) -> None:
    content = tmp_path / "content"
    for name, text in files.items():
        (content / name).parent.mkdir(parents=True)
        (content / name).write_text(text)
    for variable, value in {**environment, "CAREFLOW_CONTENT_DIR": str(content)}.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(StartUpFailure, match=complaint):
        async with opened(SERVICE, load(SessionsSettings), process="tests"):
            pass
