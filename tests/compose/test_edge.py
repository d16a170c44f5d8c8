"""What the edge lets through, and how it refuses the rest."""

import json
from collections.abc import Iterator

import httpx
import pytest

from careflow_cli.stack.services import SERVICES
from tests.compose.project import Project, docker, until

NAMES = [spec.name for spec in SERVICES]
BODY_LIMIT = 256 * 1024
BOOKINGS_PER_MINUTE = 10


@pytest.fixture
def client(project: Project) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=project.edge, verify=project.trust(), timeout=30) as client:
        yield client


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which must be a problem document that agrees with itself."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"] == f"careflow:problems/{body['code']}"
    return answer.status_code, body["code"]


@pytest.mark.parametrize("service", NAMES)
def test_a_service_answers_below_its_name(client: httpx.Client, service: str) -> None:
    assert problem(client.get(f"/{service}/v1/nothing-like-it")) == (404, "not_found")


@pytest.mark.parametrize("service", ["", *(f"/{name}" for name in NAMES), "/booking/v1/..", "/booking/v1/%2e%2e"])
@pytest.mark.parametrize(
    "path", ["/ops/drain", "/ops/parked", "/metrics", "/health/live", "/health/ready", "/openapi.json"]
)
def test_what_is_for_the_inner_network_stays_there(client: httpx.Client, service: str, path: str) -> None:
    answer = client.get(f"{service}{path}", headers={"X-Original-URL": path})

    assert problem(answer) == (404, "not_found")


def test_a_body_larger_than_a_service_accepts_is_refused_at_the_edge(client: httpx.Client) -> None:
    fits, too_large = (b" " * length for length in (BODY_LIMIT, BODY_LIMIT + 1))
    headers = {"Content-Type": "application/json"}

    assert problem(client.post("/booking/v1/appointments", content=fits, headers=headers)) == (401, "unauthenticated")
    assert problem(client.post("/booking/v1/appointments", content=too_large, headers=headers)) == (
        413,
        "body_too_large",
    )


def test_every_answer_tells_browsers_to_be_careful(client: httpx.Client) -> None:
    for path in ("/booking/v1/appointments", "/nothing"):
        headers = client.get(path).headers
        assert headers["Strict-Transport-Security"].startswith("max-age=")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers.get_list("Cache-Control") == ["no-store"]
        assert headers["Server"] == "nginx", "no version"


def test_a_page_comes_with_its_own_policy_and_leads_on_below_its_name(client: httpx.Client) -> None:
    page = client.get("/booking/pages/free-call/times", params={"state": "CA"}, follow_redirects=True)

    assert page.status_code == 422
    assert page.url.path == "/booking/pages/free-call"
    assert len(page.headers.get_list("Content-Security-Policy")) == 1
    assert page.headers.get_list("Cache-Control") == ["no-store"]
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")


def test_a_client_cannot_pass_for_another_and_does_not_use_up_anothers_rate(
    project: Project, client: httpx.Client
) -> None:
    path = "/booking/v1/public/info-calls"
    answers = [
        client.post(
            path, json={}, headers={"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
        )
        for number in range(BOOKINGS_PER_MINUTE + 2)
    ]
    assert problem(answers[-1]) == (429, "rate_limited")
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert "-" not in answers[-1].json()["instance"], "the edge itself refused it, for all replicas together"

    (elsewhere,) = project.containers("sessions-api")
    assert asked_from(project, elsewhere, path) != 429


def test_a_service_that_is_away_is_unavailable_and_found_again(project: Project, client: httpx.Client) -> None:
    (api,) = project.containers("billing-api")
    docker("stop", "--time", "20", api["Id"])
    try:
        away = client.get("/billing/v1/nothing")
        assert problem(away) == (503, "unavailable")
        assert away.headers["Retry-After"] == "1"
        assert problem(client.get("/booking/v1/nothing")) == (404, "not_found"), "the others answer as before"
    finally:
        docker("start", api["Id"])
    assert until(lambda: client.get("/billing/v1/nothing").status_code == 404, 60)


def asked_from(project: Project, container: dict[str, object], path: str) -> int:
    """The status another client of the edge gets, one with an address of its own."""
    program = (
        "import json, ssl, urllib.request, urllib.error\n"
        f"request = urllib.request.Request('https://edge:8443{path}', b'{{}}')\n"
        "request.add_header('Content-Type', 'application/json')\n"
        "try:\n"
        "    status = urllib.request.urlopen(request, context=ssl._create_unverified_context()).status\n"
        "except urllib.error.HTTPError as refused:\n"
        "    status = refused.status\n"
        "print(json.dumps(status))\n"
    )
    answer = project.execute(str(container["Id"]), "python", "-c", program)
    return int(json.loads(answer.stdout or answer.stderr))
