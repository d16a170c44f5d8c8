"""Canaille itself, with what has to be in its database before anybody comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import canaille
import canaille.hypercorn.app
from canaille.app import models
from canaille.backends import Backend
from flask import Flask

from careflow_identity.configuration import ADMINISTRATORS, ROLES, SERVICES, Place
from careflow_identity.pkce import ProofDemanded


def application(place: Place) -> Any:
    """The provider as an ASGI application, its database made and brought up to date."""
    place.data.mkdir(parents=True, exist_ok=True)
    served = canaille.hypercorn.app.create_app(config=place.settings(), env_file=None)
    with opened(place):
        _prepare(place)
    return ProofDemanded(served)


@contextmanager
def opened(place: Place) -> Iterator[Flask]:
    """The database of a provider, which may be running meanwhile."""
    app = canaille.create_app(config=place.settings(), env_file=None, init_backend=False)
    with app.app_context(), Backend.instance.session():
        yield app


def _prepare(place: Place) -> None:
    """The groups that are roles, and the services as a client: what was there is brought to what it must be."""
    for name in (ADMINISTRATORS, *ROLES):
        if not Backend.instance.get(models.Group, display_name=name):
            Backend.instance.save(models.Group(display_name=name))
    client = Backend.instance.get(models.Client, client_id=SERVICES) or models.Client(client_id=SERVICES)
    client.client_name = "CareFlow"
    client.client_uri = f"{place.scheme}://{place.clinic_host}"
    client.client_secret = place.services_secret
    client.token_endpoint_auth_method = "client_secret_basic"  # noqa: S105 - the name of a way, not a secret
    client.grant_types = []
    client.scope = ["openid"]
    Backend.instance.save(client)
