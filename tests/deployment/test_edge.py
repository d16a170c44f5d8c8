"""The edge's configuration agrees with what the services themselves refuse, and with what they are called."""

import importlib
import re
from collections.abc import Iterable
from datetime import timedelta

from careflow_cli.edge import sittings
from careflow_cli.edge import table as local
from careflow_cli.edge.pages import PAGES
from careflow_cli.stack.services import SERVICES
from careflow_service.http.access import Rule
from careflow_service.http.app import access_of
from careflow_service.http.limits import BODY_LIMIT, BODY_WITHIN_SECONDS
from careflow_service.identity import Role
from careflow_service.pages import PREFIX, logins
from careflow_service.pages.ways import START
from careflow_service.problems import LIBRARY_PROBLEMS
from tests.deployment.compose_files import Tree, text

NAMES = [spec.name for spec in SERVICES]
CONFIGURATION = text("deploy/edge/nginx.conf")
MOST_OUTSIDE = 5
"""Seconds for which one client that is slow may keep everybody outside while the edge starts anew."""


def directive(name: str) -> list[str]:
    """Every value a directive is given."""
    return re.findall(rf"^\s*{name} ([^;]+);", CONFIGURATION, re.MULTILINE)


def test_it_lets_out_v1_of_each_service_and_pages_of_those_that_have_some_and_nothing_else() -> None:
    showing = [name for name in NAMES if importlib.import_module(f"{name}.bootstrap").SERVICE.http().pages]
    locations = re.findall(r"^\s*location (.+?) \{", CONFIGURATION, re.MULTILINE)

    assert locations == [
        rf"~ ^/(?<service>{'|'.join(NAMES)})(?<path>/v1/.*)$",
        rf"~ ^/(?<service>{'|'.join(showing)})(?<path>/pages/.*)$",
        "= /",
        "/",
        "@sorry",
        "@problem",
        "= /health/ready",
    ]
    assert directive("proxy_pass") == ["http://$service-api:8000"] * 2
    assert f"location = / {{ return 302 /booking{PREFIX}{START}; }}" in CONFIGURATION


def test_browsers_are_told_to_come_by_tls_alone_to_every_name_below() -> None:
    both = CONFIGURATION + text("deploy/edge/identity.conf")
    outside = [each for each in re.findall(r"^\s*listen ([^;]+);", both, re.MULTILINE) if "127.0.0.1" not in each]
    said = set(re.findall(r"add_header Strict-Transport-Security (.+);", both))
    (ciphers,) = set(re.findall(r"^\s*ssl_ciphers ([^;]+);", both, re.MULTILINE))

    assert [each for each in outside if not each.endswith(" ssl")] == []
    assert said == {'"max-age=31536000; includeSubDomains" always'}
    assert set(re.findall(r"^\s*ssl_protocols ([^;]+);", both, re.MULTILINE)) == {"TLSv1.2 TLSv1.3"}
    assert [each for each in ciphers.split(":") if not re.fullmatch(r"ECDHE-\w+-(AES\d+-GCM-.*|CHACHA.*)", each)] == []


def test_no_log_of_it_says_where_somebody_was() -> None:
    """The path of a patient's link opens it, and says whose it is."""
    (written,) = re.findall(r"^\s*log_format entry (.+?);$", CONFIGURATION, re.MULTILINE | re.DOTALL)

    assert re.findall(r"\$\w*(?:request\b|uri|path|args|query|referer|arg_|cookie|remote)\w*", written) == []
    assert directive("access_log") == ["/dev/stdout entry", "off"]
    assert directive("error_log") == ["/dev/stderr crit"]


def test_its_limits_on_a_body_are_those_of_the_services() -> None:
    assert directive("client_max_body_size") == [f"{BODY_LIMIT // 1024}k"]
    assert directive("client_body_timeout") == [f"{BODY_WITHIN_SECONDS:.0f}s"]


def test_the_local_stacks_edge_lets_out_and_refuses_the_same() -> None:
    patterns = re.findall(r"^\s*location ~ (\S+) \{", CONFIGURATION, re.MULTILINE)
    codes = dict(re.findall(r"^\s+(\d{3}) (\w+);", _block("map $status $code"), re.MULTILINE))
    titles = dict(re.findall(r'^\s+(\w+)\s+"([^"]+)";', _block("map $code $title"), re.MULTILINE))

    assert local.locations(NAMES) == [each.replace("(?<", "(?P<") for each in patterns]
    assert (local.BODY_LIMIT, local.BODY_WITHIN) == (BODY_LIMIT, BODY_WITHIN_SECONDS)
    for name, seconds in (
        ("proxy_connect_timeout", local.CONNECT_WITHIN),
        ("proxy_read_timeout", local.ANSWER_WITHIN),
        ("proxy_send_timeout", local.SEND_WITHIN),
    ):
        assert directive(name) == [f"{seconds:.0f}s"], name
    assert {str(status): each for status, each in local.TITLES.items()} == {
        status: (code, titles[code]) for status, code in codes.items() if int(status) in local.TITLES
    }


def test_the_local_stacks_edge_knows_the_login_as_the_services_do() -> None:
    assert (sittings.LOGIN_COOKIE, sittings.UNATTENDED) == (logins.COOKIE, logins.UNATTENDED)
    assert timedelta(seconds=sittings.IDLE) == logins.IDLE
    for name in NAMES:
        ways = {route for route, _ in rows_of(name)}
        assert {f"POST {sittings.LOG_IN}", f"POST {sittings.LOG_OUT}"} <= ways, name


def test_each_page_that_is_named_for_a_browser_is_there_for_that_role() -> None:
    for each in PAGES:
        rule = dict(rows_of(each.service))[f"GET /pages/{each.page}"]
        assert rule.public if each.role is None else Role(each.role) in rule.roles, each.page
    assert {each.service for each in PAGES} == set(NAMES)


def rows_of(name: str) -> Iterable[tuple[str, Rule]]:
    service = importlib.import_module(f"{name}.bootstrap").SERVICE
    return access_of(service, service.http()).items()


def test_every_public_route_is_under_a_rate_of_the_services() -> None:
    public = {
        f"{route.partition(' ')[0]}:{name}{route.partition(' ')[2]}": rule.rate
        for name in NAMES
        for route, rule in rows_of(name)
        if rule.rate is not None
    }
    limited = re.findall(r'map "[^"]+" \$(\w+) \{ default ""; "~(\^(?:GET|POST):[^"]+)"', CONFIGURATION)
    zones = dict(re.findall(r"zone=(\w+):\w+ rate=(\d+)r/m", CONFIGURATION))
    bursts = dict(re.findall(r"limit_req zone=(\w+) burst=(\d+) nodelay", CONFIGURATION))

    within: dict[str, set[tuple[float, int]]] = {}
    for route, rate in public.items():
        (zone,) = (zone for zone, pattern in limited if re.match(pattern, route))
        within.setdefault(zone, set()).add((rate.per_second * 60, rate.count - 1))
    assert within.keys() == zones.keys()
    for zone, rates in within.items():
        assert (int(zones[zone]), int(bursts[zone])) in rates, "as often, and as many at once, as the services let in"


def test_its_own_refusals_are_problems_the_services_know() -> None:
    codes = dict(re.findall(r"^\s+(\d{3}) (\w+);", _block("map $status $code"), re.MULTILINE))
    titles = dict(re.findall(r'^\s+(\w+)\s+"([^"]+)";', _block("map $code $title"), re.MULTILINE))
    known = {kind.code: kind for kind in LIBRARY_PROBLEMS}

    assert set(codes.values()) | {"default"} == titles.keys()
    for status, code in codes.items():
        assert known[code].title == titles[code]
        assert known[code].status == int(status) or (status, code) == ("414", "malformed_header")
    assert titles["default"] == known["internal"].title


def test_a_clients_word_about_its_address_is_thrown_away() -> None:
    headers = dict(value.split(" ", 1) for value in directive("proxy_set_header"))

    assert headers["X-Forwarded-For"] == "$remote_addr"
    assert headers["X-Forwarded-Proto"] == "$scheme"


def test_a_client_that_is_slow_keeps_nobody_from_the_next_edge_for_longer_than_some_seconds(deployment: Tree) -> None:
    (patience,) = directive("worker_shutdown_timeout")

    assert int(patience.removesuffix("s")) < int(deployment["services"]["edge"]["stop_grace_period"].removesuffix("s"))
    assert int(patience.removesuffix("s")) <= MOST_OUTSIDE


def test_it_looks_names_up_again(deployment: Tree) -> None:
    assert directive("resolver") == ["127.0.0.11 valid=5s ipv6=off"]
    assert directive("upstream") == [], "whose names are looked up once, at the start"
    assert deployment["services"]["edge"]["volumes"] == ["./deploy/edge/nginx.conf:/etc/nginx/nginx.conf:ro"]


def _block(opening: str) -> str:
    start = CONFIGURATION.index(opening)
    return CONFIGURATION[start : CONFIGURATION.index("}", start)]


def test_the_identity_provider_has_a_server_of_its_own_with_the_same_certificate_and_tls() -> None:
    provider = text("deploy/edge/identity.conf")

    for name in ("ssl_certificate", "ssl_certificate_key", "ssl_protocols", "ssl_session_tickets"):
        assert re.findall(rf"^\s*{name} ([^;]+);", provider, re.MULTILINE) == directive(name), name
    assert "include /etc/careflow/edge/*.conf;" in CONFIGURATION
    assert re.findall(r"server_name ([^;]+);", provider) == [r"~^login\."]


def test_nobody_is_let_near_the_ways_to_enter_oneself_at_the_identity_provider() -> None:
    (closed,) = re.findall(r"location ~ (\S+) \{ return 404; \}", text("deploy/edge/identity.conf"))

    for path in ("/invite", "/join", "/register", "/register/x", "/oauth/register", "/oauth/register/desk"):
        assert re.match(closed, path), path
    for path in ("/login", "/oauth/authorize", "/oauth/token", "/users", "/registered"):
        assert not re.match(closed, path), path


def test_what_a_client_says_about_its_own_way_is_thrown_away_before_the_identity_provider_believes_it() -> None:
    said = dict(re.findall(r"proxy_set_header (X-Forwarded-\w+) ([^;]+);", text("deploy/edge/identity.conf")))

    assert said == {
        "X-Forwarded-For": "$remote_addr",
        "X-Forwarded-Proto": "$scheme",
        "X-Forwarded-Host": "$host",
        "X-Forwarded-Port": '""',
        "X-Forwarded-Prefix": '""',
    }
