"""What somebody tries at the bundled provider to come in as another, or to keep what was taken from them."""

import pytest

from tests.identity.provider import BACK, PASSWORD, Asked, Browser, LocalProvider


@pytest.fixture(scope="module")
def joy(provider: LocalProvider) -> Browser:
    """Logged in."""
    somebody = provider.somebody("joy-attacked", "nurse")
    somebody.logs_in("joy-attacked")
    return somebody


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", f"{BACK}x", f"{BACK}/../evil", f"{BACK}?a=b", f"{BACK}#x", BACK.upper(), BACK + "/"],
)
def test_nobody_is_sent_back_to_an_address_that_was_not_entered(joy: Browser, elsewhere: str) -> None:
    answer = joy.asks(Asked("desk", back=elsewhere))
    assert (answer.status_code, "Location" in answer.headers) == (400, False)


def test_a_code_counts_once_for_who_asked_and_with_their_proof(joy: Browser, provider: LocalProvider) -> None:
    provider.has_application("another", BACK)
    asked = Asked("desk")
    code = asked.code_in(joy.asks(asked))

    assert provider.exchanged("another", code, asked.verifier).status_code == 400
    assert provider.exchanged("desk", code, "x" * 50).status_code == 400
    assert provider.exchanged("desk", code, asked.verifier).status_code == 200
    assert provider.exchanged("desk", code, asked.verifier).status_code == 400


@pytest.mark.parametrize("proof", [{}, {"code_challenge": "y" * 50, "code_challenge_method": "plain"}])
def test_without_a_proof_that_does_not_show_its_key_there_is_no_code(joy: Browser, proof: dict[str, str]) -> None:
    answer = joy.asks(Asked("desk", proof=proof))
    assert (answer.status_code, "code_challenge" in answer.text) == (400, True)


@pytest.mark.parametrize("kind", ["token", "id_token", "id_token token", "code token", "code id_token"])
def test_no_token_comes_by_an_address(joy: Browser, kind: str) -> None:
    answer = joy.asks(Asked("desk", kind=kind))
    assert "token=" not in answer.headers.get("Location", "")


def test_a_password_is_for_the_provider_alone(provider: LocalProvider, joy: Browser) -> None:
    form = {"grant_type": "password", "username": "joy-attacked", "password": PASSWORD}
    assert provider.post("token_endpoint", "desk", **form).json()["error"] == "unauthorized_client"


def test_a_renewal_counts_once(joy: Browser) -> None:
    first = joy.tokens("desk")["refresh_token"]
    assert joy.renewed("desk", first).status_code == 200
    assert joy.renewed("desk", first).status_code == 400


def test_nobody_is_logged_out_by_a_link(joy: Browser, provider: LocalProvider) -> None:
    page = joy.client.get(provider.discovered()["end_session_endpoint"])
    assert "<form" in page.text, "they are asked first"
    assert joy.tokens("desk")["access_token"]


LONG = f"käse 密码 {'x' * 70}"


@pytest.mark.parametrize("typed", [LONG, LONG[:-1], LONG[:72], f"{LONG}y", LONG.upper()])
def test_a_password_is_any_text_and_counts_as_it_was_typed_to_its_end(provider: LocalProvider, typed: str) -> None:
    name = f"lon-{hash(typed) % 10**8}"
    link = provider.command("person", name, "--email", f"{name}@example.org", "--role", "nurse")
    Browser(provider).sets_a_password(link, LONG)

    visitor = Browser(provider)
    visitor.logs_in(name, typed)

    assert ("code=" in visitor.asks(Asked("desk")).headers["Location"]) is (typed == LONG)


def test_who_guesses_waits_longer_and_longer(provider: LocalProvider) -> None:
    provider.somebody("gus", "nurse")
    for guess in range(4):
        Browser(provider).logs_in("gus", f"wrong {guess}")

    at_once = Browser(provider)
    at_once.logs_in("gus")
    assert "code=" not in at_once.asks(Asked("desk")).headers["Location"], "the right one, too, has to wait"


def test_a_password_is_not_seen_while_it_is_typed_and_may_be_pasted(provider: LocalProvider) -> None:
    provider.somebody("may", "nurse")
    visitor = Browser(provider)
    page = visitor.sends(visitor.client.get(f"{provider.url}/login"), login="may")

    assert 'name="password"' in page.text
    assert 'type="password"' in page.text
    assert "onpaste" not in page.text
    assert 'autocomplete="off"' not in page.text
