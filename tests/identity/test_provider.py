"""What the bundled provider gives to whom: nobody comes in without being entered, nobody gives themselves a role."""

import pytest

from tests.identity.provider import PASSWORD, Browser, LocalProvider


def test_it_calls_itself_by_the_name_it_was_given(provider: LocalProvider) -> None:
    said = provider.discovered()
    assert said["issuer"] == provider.url
    assert "S256" in said["code_challenge_methods_supported"]


def test_there_is_one_first_administrator_and_no_password_but_their_own(provider: LocalProvider) -> None:
    link = provider.command("administrator", "robin", "--email", "robin@example.org")
    again = provider.refused_or_done("administrator", "mallory", "--email", "mallory@example.org")
    assert (again.returncode, again.stdout) == (1, "")
    assert "there is an administrator already" in again.stderr

    robin = Browser(provider)
    robin.sets_a_password(link)
    assert robin.client.get(f"{provider.url}/users").status_code == 200
    assert robin.client.get(f"{provider.url}/admin/client").status_code == 200


def test_a_one_time_link_works_once(provider: LocalProvider) -> None:
    link = provider.command("person", "kim", "--email", "kim@example.org", "--role", "nurse")
    Browser(provider).sets_a_password(link)

    with pytest.raises(AssertionError, match="no form"):
        Browser(provider).sets_a_password(link, "another passphrase of many words")


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper()])
def test_without_the_password_nobody_comes_in(provider: LocalProvider, password: str) -> None:
    name = f"lee-{len(password)}"
    visitor = provider.somebody(name, "nurse")
    visitor.logs_in(name, password)
    with pytest.raises(AssertionError):
        visitor.tokens("desk")


def test_a_short_password_is_not_taken(provider: LocalProvider) -> None:
    link = provider.command("person", "max", "--email", "max@example.org", "--role", "nurse")
    Browser(provider).sets_a_password(link, "fourteen chars")
    Browser(provider).sets_a_password(link)  # the link still works, because nothing was set


@pytest.mark.parametrize(
    "address", ["groups/add", "users", "admin/client", "admin/client/add", "groups/prescriber", "profile"]
)
def test_somebody_of_the_staff_administers_nothing(provider: LocalProvider, address: str) -> None:
    name = f"sam-{address.replace('/', '-')}"
    sam = provider.somebody(name, "nurse")
    sam.logs_in(name)
    assert sam.client.get(f"{provider.url}/{address}").status_code in {403, 404}


@pytest.mark.parametrize("address", ["register", "join"])
def test_nobody_enters_themselves(provider: LocalProvider, address: str) -> None:
    page = Browser(provider).client.get(f"{provider.url}/{address}")
    assert page.status_code in {403, 404} or page.url.path in {"/", "/login"}


def test_a_program_enters_itself_neither(provider: LocalProvider) -> None:
    asked = {"redirect_uris": ["https://evil.example/"], "client_name": "evil"}
    answer = Browser(provider).client.post(f"{provider.url}/oauth/register", json=asked)
    assert answer.status_code >= 400


@pytest.mark.parametrize(
    "wrong",
    [
        ("person", "x", "--email", "x@example.org", "--role", "patient", "--role", "nurse"),
        ("person", "ann-of-another", "--email", "robin@example.org", "--role", "system"),
        ("machine", "m", "--role", "patient"),
        ("machine", "import", "--role", "nurse"),
        ("application", "a", "--redirect-uri", "ftp://x/"),
        ("link", "nobody"),
        ("lock", "nobody"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(provider: LocalProvider, wrong: tuple[str, ...]) -> None:
    done = provider.refused_or_done(*wrong)
    assert done.returncode in {1, 2}
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
