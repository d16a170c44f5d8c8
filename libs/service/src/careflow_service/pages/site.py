"""A service's pages: templates and words in, whole answers out.

Invariant: every page carries its own style, may load nothing and run nothing but scripts of ours where it needs them,
is sent nowhere but back to its own origin, and is kept by nobody.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from importlib.resources import files
from types import CodeType
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from jinja2 import BytecodeCache, ChoiceLoader, Environment, PackageLoader, StrictUndefined, pass_eval_context
from jinja2.bccache import Bucket
from jinja2.filters import do_replace
from jinja2.nodes import EvalContext
from markupsafe import Markup, soft_str
from starlette.datastructures import Headers, QueryParams
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Scope

from careflow_service.clock import Clock
from careflow_service.http.routes import Call
from careflow_service.identity import Actor, Role
from careflow_service.pages import PREFIX
from careflow_service.pages.logins import UNATTENDED, login_of
from careflow_service.pages.names import NO_NAMES, Names
from careflow_service.pages.places import Places, by_its_end
from careflow_service.pages.ways import Signpost, signposts
from careflow_service.pages.words import LOCALES, Words, preferred, words_of
from careflow_service.pages.writing import Writing
from careflow_service.problems import FORBIDDEN, LOGIN_NEEDED, Problem

LIBRARY: Final = "careflow_service.pages"
LANGUAGE: Final = "lang"
"""The parameter by which a reader asks for a language."""

SENT_BY_SCRIPT: Final = "Careflow-Sends"
"""The header of a form that `sending.js` sends: a browser lets no script see where it is led."""
THEN: Final = "Careflow-Then"
"""The header that says to that script where to go."""
_SENDS: Final = 'id="sending"'
"""In a page with a form, and in what nobody types: quotes are escaped."""

Keys = Callable[[], Sequence[bytes]]


def no_keys() -> Sequence[bytes]:
    """Where nothing is kept for a reload."""
    return ()


_STYLE: Final = (files(LIBRARY) / "templates" / "careflow.css").read_text(encoding="utf-8").strip()


class Script(StrEnum):
    """What may run in a page, and nothing else does: one of our own files."""

    LIVE = "live.js"
    """Shows what changes on a page."""
    PARTS = "parts.js"
    """Puts in place what other services know of whom a page is about."""
    SENDING = "sending.js"
    """Sends what was typed until it arrived, once, and loses none of it. Every page with a form has it."""
    WALL = "wall.js"
    """Keeps a page current that nobody touches."""


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


_POLICY: Final = (
    f"default-src 'none'; style-src {_hash(_STYLE)}; "
    "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SCRIPTS: Final = {each: (files(LIBRARY) / "templates" / each).read_text(encoding="utf-8").strip() for each in Script}
_HASHES: Final = {each: _hash(text) for each, text in _SCRIPTS.items()}
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What a browser keeps what is typed by until it is sent (ADR 0041): `who` tells one reader's from another's, by
    `key` that reader's page alone opens it again.
    """

    who: str
    key: str = field(repr=False)


class Site:
    """The pages of `service`. `package` has its `templates` and `words`; `places` are what the clinic and its
    locations are called, `zone` where the clinic is, `clock` the domain's; `names` are those of who works there; by the
    first key of `drafts` what is typed is kept for a reload.
    """

    def __init__(
        self,
        package: str,
        *,
        service: str,
        places: Places,
        zone: ZoneInfo,
        clock: Clock,
        names: Names = NO_NAMES,
        drafts: Keys = no_keys,
    ) -> None:
        self._service = service
        self._drafts = drafts
        self.places = places
        self.names = names
        self.zone = zone
        self.clock = clock
        self._words = words_of(LIBRARY, package)
        self._templates = Environment(
            loader=ChoiceLoader([PackageLoader(package), PackageLoader(LIBRARY)]),
            autoescape=True,
            undefined=StrictUndefined,
            bytecode_cache=_COMPILED,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["replace"] = filled_in
        self._templates.globals.update(
            style=Markup(_STYLE),  # noqa: S704 # our own file
            link=_link,
            languages=tuple(LOCALES),
            clinic=places.clinic,
            called=names.called,
            alike=names.alike,
            colleagues=names.holding,
        )

    def words(self, scope: Scope) -> Words:
        """The words of who is asking."""
        asked = QueryParams(scope["query_string"]).get(LANGUAGE)
        return self._words[preferred(asked, Headers(scope=scope).get("accept-language", ""))]

    def writing(self, words: Words) -> Writing:
        """How days and times are written in these words today, where the clinic is."""
        return Writing(words, self.clock().astimezone(self.zone).date())

    def show(
        self,
        scope: Scope,
        template: str,
        *,
        status: int = 200,
        once: bool = False,
        runs: tuple[Script, ...] = (),
        **what: Any,
    ) -> Response:
        """The page that `template` makes of `what`, in the words of who is asking. With `once` its address leads here
        this one time; `runs` are the scripts that run in it: nothing else does, and it hears from its own origin alone.
        """
        words = self.words(scope)
        reader = _reader(scope)
        # Links lead up to the pages' own root, for nobody here knows under which path an edge shows it.
        page = scope["path"].removeprefix(PREFIX)
        root = "../" * page.count("/")
        works = None if reader is None or reader.is_patient or reader.is_screen else reader
        text = self._templates.get_template(template).render(
            words.groups,
            lang=words.language,
            fault=words.fault,
            write=self.writing(words),
            place=lambda each: self.places.called(each, words.groups["frame"]["unnamed_place"]),
            patient_named=lambda name, its_id: name or by_its_end(words.groups["frame"]["unnamed_patient"], its_id),
            here=None if once else _here(scope),
            root=root,
            scripts=[Markup(_SCRIPTS[each]) for each in runs],  # noqa: S704 # our own files
            sends=None if once else Markup(_SCRIPTS[Script.SENDING]),  # noqa: S704 # our own file
            draft=None if once or reader is None else self._draft(reader, scope["path"]),
            of_patient=reader is not None and reader.is_patient,
            logged_in_as=None if works is None else works.id,
            signposts=signposts(_roles(scope), self._service, page),
            signposted=partial(self._way, root, words.language),
            **what,
        )
        headers = {
            **HEADERS,
            "Content-Security-Policy": _policy((*runs, Script.SENDING) if _SENDS in text else runs),
            "Content-Language": words.language,
            "Vary": "Accept-Language",
        }
        return HTMLResponse(text, status_code=status, headers=headers)

    def _way(self, root: str, language: str, way: Signpost, place: str) -> str:
        """The link from a page that lies `root` below its service's to where this way begins in that service."""
        there = root if place == self._service else f"{root}../../{place}/pages/"
        return _link(f"{there}{way.page}", {LANGUAGE: language})

    def _draft(self, reader: Actor, path: str) -> Draft | None:
        key = next(iter(self._drafts()), None)
        if key is None:
            return None
        who = hmac.digest(key, f"draft {reader.id}".encode(), "sha256")
        return Draft(who.hex()[:16], base64.b64encode(hmac.digest(who, path.encode(), "sha256")).decode("ascii"))

    def problem(self, scope: Scope, problem: Problem) -> Response:
        """The page that says what went wrong, and what to do now."""
        kind = problem.kind
        if kind is LOGIN_NEEDED and scope["method"] == "GET":
            return self._to_login(scope)
        answer = self.show(
            scope,
            "problem.html",
            status=kind.status,
            code=kind.code,
            http_status=kind.status,
            # Who is here with a login that does not do can change it for another.
            is_logged_in=kind.status == FORBIDDEN.status and login_of(scope) is not None,
            patient_id=_may_be_opened(scope),
        )
        answer.headers.update(problem.headers)
        return answer

    def _to_login(self, scope: Scope) -> Response:
        """To where one logs in, and back here."""
        within = scope["path"].removeprefix(PREFIX)
        here = f"{within}?{query}" if (query := scope["query_string"].decode("latin-1")) else within
        root = "../" * within.count("/")
        return RedirectResponse(f"{root}login?{urlencode({'to': here})}", 303, headers={"Cache-Control": "no-store"})


class _Compiled(BytecodeCache):
    """What templates are compiled to, once by a process, whatever sites it has: it takes longer than many a page."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED: Final = _Compiled()


@pass_eval_context
def filled_in(context: EvalContext, text: str, name: str, said: object) -> str:
    """Jinja's `replace`, for a sentence with a place in it: what ends with a full stop, such as "10:00 a.m.", ends the
    sentence with it.
    """
    words = soft_str(said)
    if words.endswith("."):
        text = do_replace(context, text, f"{name}.", name)
    return do_replace(context, text, name, words)


def _reader(scope: Scope) -> Actor | None:
    """Who is logged in before a page, or came in by a link."""
    call = Call.of(scope)
    return None if call is None or call.actor is None or call.actor.has(Role.PUBLIC) else call.actor


def _roles(scope: Scope) -> frozenset[Role]:
    """All of who is asking, also those that this page is not for."""
    call = Call.of(scope)
    return frozenset() if call is None else call.roles


def _policy(runs: tuple[Script, ...]) -> str:
    allowed = " ".join(_HASHES[each] for each in runs)
    return f"{_POLICY}; script-src {allowed}; connect-src 'self'" if runs else _POLICY


async def site_of(request: Request) -> Site:
    """The pages of the service that this process answers for."""
    site: Site = request.app.state.site
    return site


Pages = Annotated[Site, Depends(site_of)]


def go_on(request: Request, path: str, *, anchor: str = "", **parameters: str) -> Response:
    """To a page beside this one, in the same language; there to what has this id."""
    given = {**parameters, LANGUAGE: request.query_params.get(LANGUAGE)}
    there = _link(path, {name: value or None for name, value in given.items()})
    there = f"{there}#{anchor}" if anchor else there
    if SENT_BY_SCRIPT in request.headers:
        return Response(status_code=204, headers={THEN: there, "Cache-Control": "no-store"})
    return RedirectResponse(there, 303)


def shown_anew(answer: Response, request: Request, path: str, *, seconds: int, **parameters: str) -> Response:
    """Has a reader's browser show this page again every so often: they asked for it, and stop it on the page, for
    nothing that runs there could do it. Such a reading keeps nobody logged in.
    """
    asked = {**request.query_params, **parameters, UNATTENDED: "1"}
    answer.headers["Refresh"] = f"{seconds}; url={path}?{urlencode(asked)}"
    return answer


def _link(path: str, parameters: Mapping[str, object], **more: object) -> str:
    """A link within the service's pages; what is None is left out."""
    given = {name: str(value) for name, value in {**parameters, **more}.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def _may_be_opened(scope: Scope) -> str | None:
    """The patient whose page its reader could open in an emergency."""
    call = Call.of(scope)
    return call.path_params["patient_id"] if call is not None and call.may_be_opened else None


def _here(scope: Scope) -> dict[str, str] | None:
    """Where the reader is: the parameters of this page but for the language, and for what says that nobody is there.
    What answers a form is nowhere to return to in another language.
    """
    if scope["method"] != "GET":
        return None
    return {
        name: value for name, value in QueryParams(scope["query_string"]).items() if name not in {LANGUAGE, UNATTENDED}
    }
