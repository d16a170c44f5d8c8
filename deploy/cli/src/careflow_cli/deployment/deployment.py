"""Everything a docker-compose deployment needs beside the repository, made once.

Invariant: what is there is never replaced, because data was encrypted with it and stores were opened with it; what is
only half there is refused before anything is made. Secrets belong together in groups: a whole group may join later.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from careflow_cli.deployment import identity_provider, kafka_accounts, observability, practice, settings, stores
from careflow_cli.deployment.overlays import FROM_THE_START, NEVER_TOGETHER, Overlay, files, overlays_in
from careflow_cli.errors import CareflowError
from careflow_cli.stack import tokens
from careflow_cli.stack.secrets import CONSUMERS, HMAC_KEY_BYTES, SEALING_PUBLIC, Secrets, further_file, sealing_file
from careflow_cli.stack.services import SERVICES

READABLE = 0o444
"""Of each file: containers of several uids mount single files. Others on the host are kept out by the folder."""
CARD_SECRETS = ("billing-stripe.secret", "billing-stripe-webhook.secret")
EXAMPLE_PRACTICE = "services/billing/src/billing/data/development_practice.json"
CERTIFICATE = "self-signed certificate"
PRACTICE = "practice"
DEVELOPMENT_SETTINGS = {
    "CAREFLOW_EDGE_LISTEN": "127.0.0.1:8443",
    "CAREFLOW_HEALTH_INTERVAL": "5s",
    "CAREFLOW_TOKEN_ISSUER": tokens.ISSUER,
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the operator said. Only what has to be made asks for it."""

    development: bool = False
    bundled: frozenset[Overlay] = frozenset()
    """What it is to be run with."""
    host: str | None = None
    issuer: str | None = None
    jwks_url: str | None = None
    practice: Path | None = None

    @property
    def overlays(self) -> frozenset[Overlay]:
        """The compose files beside the base."""
        return self.bundled | ({Overlay.DEVELOPMENT} if self.development else set())


@dataclass(frozen=True, slots=True)
class Group:
    """Files that are of use only together."""

    title: str
    files: tuple[str, ...]
    make: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Deployment:
    """The deployment of a checkout: `folder` holds its secrets, `environment` is its `.env`, `development` is where a
    try has its clock, its pages and its messages, `content` is for what the clinic has of its own.
    """

    checkout: Path
    folder: Path
    environment: Path
    development: Path
    content: Path

    def make(self, wishes: Wishes) -> list[str]:
        """Make what is missing; a line on each part. Raises CareflowError, before anything is made, when it cannot."""
        overlays = self._overlays() if self.environment.exists() else wishes.overlays
        groups = self._groups(wishes, overlays)
        absent = {group.title: self._absent(group) for group in groups}
        chosen = None if self.environment.exists() else self._chosen(wishes)
        self._refuse_what_cannot_be(wishes, absent, development=Overlay.DEVELOPMENT in overlays)
        said = []
        for group in groups:
            if absent[group.title]:
                group.make()
            said.append(f"{'made' if absent[group.title] else 'kept'}  {group.title}")
        if chosen is not None:
            settings.write(self.environment, self.checkout / ".env.example", chosen)
        said.append(f"{'kept' if chosen is None else 'made'}  settings in {self.environment}")
        self._make_content_folder()
        if Overlay.DEVELOPMENT in overlays:
            self._make_development_folder()
        return said

    @property
    def _secrets(self) -> Secrets:
        return Secrets(self.folder, READABLE)

    def _groups(self, wishes: Wishes, overlays: frozenset[Overlay]) -> list[Group]:
        consumers = tuple(map(sealing_file, CONSUMERS))
        of_overlays = {
            Overlay.DEVELOPMENT: Group(
                "development issuer", ("tokens-private.json", "tokens-public.json"), self._secrets.make_issuer
            ),
            Overlay.IDENTITY: Group(
                "identity provider", identity_provider.FILES, lambda: identity_provider.make(self._secrets)
            ),
            Overlay.OBSERVABILITY: Group(
                "observability",
                observability.FILES,
                lambda: observability.make(self._secrets, self.checkout),
            ),
        }
        of_kafka = (
            Group("authority of Kafka", kafka_accounts.AUTHORITY, lambda: kafka_accounts.make_authority(self._secrets)),
            Group(
                "certificate of Kafka",
                (kafka_accounts.KEYSTORE,),
                lambda: kafka_accounts.make_keystore(self._secrets),
            ),
            Group("accounts of Kafka", kafka_accounts.ACCOUNTS, lambda: kafka_accounts.make_accounts(self._secrets)),
        )
        of_stores = (
            Group("authority of the stores", stores.AUTHORITY, lambda: stores.make_authority(self._secrets)),
            *(self._keystore_of(spec.name) for spec in SERVICES),
        )
        return [
            *(self._of_service(spec.name, overlays) for spec in SERVICES),
            *(self._further_keys_of(spec.name) for spec in SERVICES),
            Group("sealing keys", (SEALING_PUBLIC, *consumers), self._secrets.make_sealing_keys),
            Group("page signing key", ("screening-page-signing.key",), self._make_page_signing_key),
            Group("password of the mail server", ("booking-smtp.password",), self._make_smtp_password),
            Group("secrets of the card processor", CARD_SECRETS, self._make_card_secrets),
            Group("text message signing key", ("booking-sms-signing.key",), self._make_sms_signing_key),
            Group(PRACTICE, ("practice.json",), lambda: self._make_practice(wishes.practice)),
            Group(
                CERTIFICATE,
                ("edge-certificate.pem", "edge-key.pem"),
                lambda: self._make_certificate(wishes.host or "localhost", overlays),
            ),
            *(group for overlay, group in of_overlays.items() if overlay in overlays),
            *(of_stores if Overlay.STORE_TLS in overlays else ()),
            *(of_kafka if Overlay.SECURE in overlays else ()),
        ]

    def _absent(self, group: Group) -> bool:
        """Whether the whole group has to be made."""
        missing = [name for name in group.files if not (self.folder / name).exists()]
        if missing and len(missing) < len(group.files):
            raise CareflowError(
                f"{group.title}: {', '.join(missing)} missing in {self.folder} while the rest is there. Put back what "
                f"your backup has; only if this deployment has no data yet, remove the rest and run careflow init again"
            )
        return bool(missing)

    def _refuse_what_cannot_be(self, wishes: Wishes, absent: dict[str, bool], *, development: bool) -> None:
        if self.environment.exists():
            self._check_settings(wishes)
        if not development:
            self._ask_for_what_is_missing(wishes, absent)
        if Overlay.IDENTITY in wishes.bundled and (development or wishes.issuer or wishes.jwks_url):
            raise CareflowError("--with identity brings the issuer: say neither --issuer, --jwks-url nor --development")
        for one, other, why in NEVER_TOGETHER:
            if {one, other} <= wishes.overlays | self._overlays():
                raise CareflowError(f"{one} and {other} do not go together: {why}")
        if wishes.practice:
            _check_practice(wishes.practice)
        if wishes.jwks_url and not wishes.jwks_url.startswith("https://"):
            raise CareflowError("--jwks-url must be an https address")
        if wishes.issuer == tokens.ISSUER and not development:
            raise CareflowError(f"{tokens.ISSUER} is the development issuer, which services refuse in production")

    def _ask_for_what_is_missing(self, wishes: Wishes, absent: dict[str, bool]) -> None:
        identity = Overlay.IDENTITY in wishes.bundled
        has_issuer = self.environment.exists() or identity
        asked = {
            "--host, the name clients reach the edge by": not wishes.host
            and (absent[CERTIFICATE] or (identity and not self.environment.exists())),
            f"--practice, a file like {EXAMPLE_PRACTICE}": absent[PRACTICE] and not wishes.practice,
            "--issuer, the `iss` of your identity provider's tokens": not (has_issuer or wishes.issuer),
            "--jwks-url, where its public keys are": not (has_issuer or wishes.jwks_url),
        }
        if needed := [what for what, is_missing in asked.items() if is_missing]:
            raise CareflowError(
                f"a deployment needs {'; '.join(needed)}. Who has no identity provider brings one: --with identity. "
                f"For a try on one machine: careflow init --development"
            )

    def _check_settings(self, wishes: Wishes) -> None:
        """Settings that are there are the operator's: they must be of use, and are never argued with."""
        there = settings.values(self.environment)
        asked = {"CAREFLOW_TOKEN_ISSUER": wishes.issuer, "CAREFLOW_TOKEN_JWKS_URL": wishes.jwks_url}
        for name, wanted in asked.items():
            if wanted and there.get(name) != wanted:
                raise CareflowError(f"{self.environment} says {name}={there.get(name, '')}; change it there")
        if wishes.development and Overlay.DEVELOPMENT not in self._overlays():
            raise CareflowError(
                f"{self.environment} is not of a try: {Overlay.DEVELOPMENT.file} is not in its COMPOSE_FILE"
            )
        if missing := [each for each in Overlay if each in wishes.bundled - self._overlays()]:
            how = "moves its data first" if missing[0] in FROM_THE_START else "adds it to its COMPOSE_FILE"
            raise CareflowError(
                f"{self.environment} is there, without {missing[0].file}: who wants it {how}, "
                f"see docs/operators/{missing[0]}.md"
            )
        if not there.get("CAREFLOW_TOKEN_ISSUER"):
            raise CareflowError(f"{self.environment} lacks CAREFLOW_TOKEN_ISSUER; fill it in, or remove the file")

    def _chosen(self, wishes: Wishes) -> dict[str, str]:
        chosen = {
            "COMPOSE_FILE": ":".join(files(wishes.overlays)),
            "CAREFLOW_SECRETS": self._as_compose_reads_it(self.folder),
            "CAREFLOW_CONTENT": self._as_compose_reads_it(self.content),
        }
        if wishes.development:
            chosen |= DEVELOPMENT_SETTINGS
            chosen["CAREFLOW_DEVELOPMENT_FOLDER"] = self._as_compose_reads_it(self.development)
        if Overlay.IDENTITY in wishes.bundled and wishes.host:
            chosen |= identity_provider.settings(wishes.host)
        if wishes.issuer:
            chosen["CAREFLOW_TOKEN_ISSUER"] = wishes.issuer
        if wishes.jwks_url:
            chosen["CAREFLOW_TOKEN_JWKS_URL"] = wishes.jwks_url
        return chosen

    def _as_compose_reads_it(self, place: Path) -> str:
        inside = place.is_relative_to(self.checkout)
        return f"./{place.relative_to(self.checkout)}" if inside else str(place)

    def _overlays(self) -> frozenset[Overlay]:
        """Those of the settings that are there."""
        there = settings.values(self.environment) if self.environment.exists() else {}
        return overlays_in(there.get("COMPOSE_FILE", ""))

    # -- what is made

    def _of_service(self, service: str, overlays: frozenset[Overlay]) -> Group:
        keys = tuple(f"{service}-{name}.key" for name in ("master", "blind-index", "audit"))

        def make() -> None:
            self._secrets.make_service_keys(service)
            stores.make(self._secrets, service, members=3 if Overlay.HA in overlays else 1)

        return Group(f"keys and store of {service}", (*keys, *stores.files(service)), make)

    def _keystore_of(self, service: str) -> Group:
        files = (stores.keystore(service),)
        return Group(f"certificate of {service}'s store", files, lambda: stores.make_keystore(self._secrets, service))

    def _further_keys_of(self, service: str) -> Group:
        files = (further_file(service),)
        return Group(f"further keys of {service}", files, lambda: self._secrets.make_further_keys(service))

    def _make_page_signing_key(self) -> None:
        self._secrets.keep("screening-page-signing.key", lambda: secrets.token_bytes(HMAC_KEY_BYTES))

    def _make_smtp_password(self) -> None:
        """Empty: only the operator knows it, and a mail server may want none."""
        self._secrets.keep("booking-smtp.password", lambda: b"")

    def _make_card_secrets(self) -> None:
        """There is none unless the clinic takes cards online; whoever does writes them here."""
        for name in CARD_SECRETS:
            self._secrets.keep(name, lambda: b"")

    def _make_sms_signing_key(self) -> None:
        self._secrets.keep("booking-sms-signing.key", lambda: secrets.token_bytes(HMAC_KEY_BYTES))

    def _make_practice(self, given: Path | None) -> None:
        self._secrets.keep("practice.json", (given or self.checkout / EXAMPLE_PRACTICE).read_bytes)

    def _make_certificate(self, host: str, overlays: frozenset[Overlay]) -> None:
        from careflow_cli.deployment.certificate import self_signed

        here = ("localhost", "127.0.0.1") if Overlay.DEVELOPMENT in overlays else ()
        login = (identity_provider.host_of(host),) if Overlay.IDENTITY in overlays else ()
        certificate, key = self_signed(tuple(dict.fromkeys((host, *login, *here))))
        self._secrets.keep("edge-key.pem", lambda: key)
        self._secrets.keep("edge-certificate.pem", lambda: certificate)

    def _make_content_folder(self) -> None:
        """Empty, and readable by services, which run under a uid of their own."""
        for spec in SERVICES:
            (self.content / spec.name).mkdir(parents=True, exist_ok=True)
            (self.content / spec.name).chmod(0o755)
        self.content.chmod(0o755)

    def _make_development_folder(self) -> None:
        """The clock is moved from here; pages and messages are written by services, under a uid of their own."""
        for name in ("pages", "messages"):
            folder = self.development / name
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o777)


def _check_practice(file: Path) -> None:
    try:
        written = file.read_bytes()
        content = json.loads(written)
    except (OSError, ValueError) as error:
        raise CareflowError(f"--practice {file} is not a JSON file that can be read") from error
    if not isinstance(content, dict):
        raise CareflowError(f"--practice {file} is not a JSON object")
    if practice.can_be_asked() and (why := practice.fault(written)):
        raise CareflowError(f"billing does not start with --practice {file}: {why}")
