"""How the console knows its caller: a cookie that is checked with the server each time, and forms only from our pages.

Two proofs for every form: the browser says it comes from here (Origin, Sec-Fetch-Site), and it carries a token that
only a page of this very log-in could have told it.
"""

import hmac
from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from flask import Response, g, request

from coach.api import auth, edge
from coach.api.auth import PUBLIC, View
from coach.clock import real_now
from coach.config import LOOPBACK
from coach.services import browsers
from coach.services.problems import Problem
from coach.services.tokens import Identity

LOGGED_IN, STRANGER = "console", "console-form"  # names of the cookies
FORM = "console form"


def open_to(*roles: str) -> Callable[[View], View]:
    """The console's `@allow`: who may call, known by the cookie."""

    def mark(view: View) -> View:
        return auth.known_by(_caller)(auth.allow(*roles)(view))

    return mark


def open_to_all(view: View) -> View:
    return auth.allow(PUBLIC)(view)


def caller() -> Identity | None:
    """Who is logged in, on a page that anyone may see."""
    return _caller()


def log_in(account_id: UUID, unit: edge.Unit) -> None:
    """A new session for this browser; the one before it, if any, ends."""
    _end(unit)
    g.browser = g.new_browser = browsers.open_(unit.session, account_id, real_now())


def log_out(unit: edge.Unit) -> None:
    _end(unit)
    g.logged_out = True


def token() -> str:
    """What a form must carry."""
    return edge.parts().signer.proof(FORM, _holder())


def check_form() -> None:
    """Raises Problem 403 for a form that does not come from a page of this browser's own session."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "same-origin")
    ours = {urlsplit(request.host_url)[:2], urlsplit(edge.parts().config.public_url)[:2]}
    told = request.form.get("token", "").encode()
    _caller()  # also where anyone may call: who is logged in already has that log-in's forms
    signer, holders = edge.parts().signer, filter(None, (g.get("browser"), _stranger()))
    right = any([hmac.compare_digest(told, signer.proof(FORM, each).encode()) for each in holders])
    if (origin is not None and urlsplit(origin)[:2] not in ours) or site not in ("same-origin", "none") or not right:
        raise Problem("foreign-form", 403, "This form did not come from this page. Please open the page again.")


def keep(response: Response) -> Response:
    """Sets or removes the cookies as this request has decided."""
    signer = edge.parts().signer
    if new := g.get("new_browser"):
        _set(response, LOGGED_IN, signer.seal("console", new), int(browsers.LASTS.total_seconds()))
    elif g.get("logged_out"):
        _set(response, LOGGED_IN, "", 0)
    if (stranger := g.get("new_stranger")) and not g.get("browser"):
        _set(response, STRANGER, signer.seal("console stranger", stranger), None)
    return response


def _caller() -> Identity | None:
    browser = edge.parts().signer.unseal("console", request.cookies.get(_name(LOGGED_IN), ""))
    if browser is None:
        return None
    with edge.unit() as unit:
        required = edge.parts().config.two_factor
        found = browsers.who(unit.session, browser, real_now(), two_factor_required=required)
    if found is not None:
        g.browser, g.identity = browser, found
    return found


def _holder() -> UUID:
    """Whose forms these are: the log-in's, or before it the stranger's own number."""
    known: UUID | None = g.get("browser") or _stranger() or g.get("new_stranger")
    if known is None:
        known = g.new_stranger = uuid4()
    return known


def _stranger() -> UUID | None:
    return edge.parts().signer.unseal("console stranger", request.cookies.get(_name(STRANGER), ""))


def _end(unit: edge.Unit) -> None:
    if old := g.get("browser"):
        browsers.close(unit.session, old, real_now())
        g.browser = None


def _secure() -> bool:
    """Everywhere but on a laptop: a cookie in the open would be a key in the open."""
    config = edge.parts().config
    return config.host not in LOOPBACK or config.public_url.startswith("https://")


def _name(cookie: str) -> str:
    return f"__Host-{cookie}" if _secure() else cookie


def _set(response: Response, cookie: str, value: str, age: int | None) -> None:
    # Lax: the link in a notice must find its reader logged in. No GET changes anything.
    response.set_cookie(_name(cookie), value, max_age=age, path="/", secure=_secure(), httponly=True, samesite="Lax")
