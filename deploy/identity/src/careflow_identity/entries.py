"""Who is entered: people with their roles, and programs. What is printed here is printed once."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from canaille.app import models
from canaille.backends import Backend
from flask import url_for

from careflow_identity.configuration import ADMINISTRATORS, MACHINE_ROLES, ROLES, SERVICES, Place


class Refused(Exception):
    """It cannot be entered; the message says why."""


def first_administrator(name: str, email: str) -> str:
    """Enter the one who enters all others; their one-time link. Raises Refused when there is one."""
    group = _group(ADMINISTRATORS)
    if any(not member.locked for member in group.members):
        raise Refused("there is an administrator already; they enter others, and `link` gives them a new way in")
    return _entered(name, email, [group])


def person(name: str, email: str, roles: Sequence[str]) -> str:
    """Enter somebody under the id CareFlow will know them by: for a patient, their patient's id. Their one-time link.
    Raises Refused.
    """
    if "patient" in roles and len(roles) > 1:
        raise Refused("a patient has no other role; whoever works here as well has a second login")
    return _entered(name, email, [_group(role) for role in _known(roles, ROLES)])


def one_time_link(name: str) -> str:
    """Where this person sets a password, once, within a day. Raises Refused."""
    user = Backend.instance.get(models.User, user_name=name)
    if user is None:
        raise Refused(f"there is nobody called {name}")
    if user.locked:
        raise Refused(f"{name} is locked out")
    token = user.generate_url_safe_token()
    Backend.instance.save(user)
    return str(url_for("core.auth.password.reset", user=user, token=token, _external=True))


def machine(name: str, roles: Sequence[str]) -> str:
    """Enter a program that speaks for itself in these roles; its secret. Raises Refused."""
    return _client(
        name,
        grant_types=["client_credentials"],
        scope=list(_known(roles, MACHINE_ROLES)),
        token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - the name of a way, not a secret
    )


def web_application(place: Place, name: str, redirect_uris: Sequence[str], *, public: bool = False) -> str:
    """Enter a program people log in with; its secret, which one that is `public` does without. It must use PKCE. Raises
    Refused.
    """
    if wrong := [uri for uri in redirect_uris if not uri.startswith(f"{place.scheme}://")]:
        raise Refused(f"{wrong[0]} is not {place.scheme}")
    secret = _client(
        name,
        client_uri=redirect_uris[0],
        redirect_uris=list(redirect_uris),
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        scope=["openid", "profile", "groups"],
        # Canaille keeps tokens by what they are, and two of one second would be one with a signature that is the same
        # each time, as RS… are: the second would be answered 500.
        id_token_signed_response_alg="PS256",  # noqa: S106 - the name of an algorithm
        token_endpoint_auth_method="none" if public else "client_secret_basic",
    )
    return "" if public else secret


def lock(name: str) -> None:
    """From now on nobody logs in under this name, and no token is renewed. Raises Refused."""
    user = Backend.instance.get(models.User, user_name=name)
    if user is None:
        raise Refused(f"there is nobody called {name}")
    user.lock_date = datetime.now(UTC)
    Backend.instance.save(user)


def _entered(name: str, email: str, groups: list[models.Group]) -> str:
    if Backend.instance.get(models.User, user_name=name):
        raise Refused(f"there is somebody called {name}")
    if Backend.instance.get(models.User, emails=email):
        raise Refused("somebody has this address already")
    user = models.User(user_name=name, formatted_name=name, family_name=name, emails=[email], groups=groups)
    Backend.instance.save(user)
    return one_time_link(name)


def _client(name: str, **described: object) -> str:
    if Backend.instance.get(models.Client, client_id=name):
        raise Refused(f"there is a client called {name}")
    secret = secrets.token_urlsafe(32)
    services = Backend.instance.get(models.Client, client_id=SERVICES)
    client = models.Client(client_id=name, client_name=name, client_secret=secret, audience=[services], **described)
    Backend.instance.save(client)
    return secret


def _group(name: str) -> models.Group:
    found = Backend.instance.get(models.Group, display_name=name)
    if found is None:
        raise Refused(f"there is no group {name}; the provider has to have been started once")
    return found


def _known(roles: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    if unknown := sorted(set(roles) - set(known)):
        raise Refused(f"{unknown[0]} is no role here; they are {', '.join(known)}")
    return roles
