"""The phone app at /app: files of this folder as they are, under an address that names their content.

`app/` is plain HTML, CSS and ES modules. Everything but the page and the service worker lies under /app/v/<version>/,
where the version is a hash of all files, so that a browser may keep each file for ever and never mixes two releases.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from coach.api.auth import PUBLIC, allow
from coach.services.problems import not_found

FOLDER = Path(__file__).parent / "app"
PAGES = {"": "index.html", "sw.js": "sw.js"}  # asked for under one address in every release
FOR_EVER = "public, max-age=31536000, immutable"
POLICY = "; ".join([
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
    "manifest-src 'self'", "worker-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
])  # fmt: skip
# What the first screen is made of: asked for at once instead of one after the other, as each names the next.
FIRST = ("dom", "words", "state", "store", "clock", "day", "gate", "sync", "api", "queue", "player", "country",
         "screens/today", "screens/check", "screens/end", "screens/locked")  # fmt: skip
TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}

blueprint = Blueprint("phone_app", __name__, static_folder=None)


@dataclass(frozen=True)
class File:
    """One file as it goes out, packed once."""

    body: bytes
    packed: bytes
    type: str


@dataclass(frozen=True)
class Release:
    version: str
    files: dict[str, File]


@cache
def release() -> Release:
    """All files, read once a process."""
    raw = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
    version = hashlib.sha256(b"".join(f"{name} {len(body)} ".encode() + body for name, body in raw.items()))
    name = version.hexdigest()[:16]
    kept = " ".join(each for each in raw if each not in PAGES.values())
    return Release(name, {each: _file(each, body, name, kept) for each, body in raw.items()})


@blueprint.get("/app")
@blueprint.get("/join")  # an invitation; its code stands behind a #, which stays in the browser
@allow(PUBLIC)
def to_the_app() -> ResponseReturnValue:
    return redirect("/app/")


@blueprint.get("/app/")
@allow(PUBLIC)
def page() -> Response:
    """The one page of the app."""
    return _answer("index.html", "no-cache")


@blueprint.get("/app/sw.js")
@allow(PUBLIC)
def service_worker() -> Response:
    """What makes it work without a network."""
    return _answer("sw.js", "no-cache")


@blueprint.get("/app/v/<string:version>/<path:name>")
@allow(PUBLIC)
def part(version: str, name: str) -> Response:
    """A file of this release; of another one there is nothing."""
    if version != release().version or name not in release().files or name in PAGES.values():
        raise not_found()
    return _answer(name, FOR_EVER)


@blueprint.after_request
def strict(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    return response


def _answer(name: str, keep: str) -> Response:
    file = release().files[name]
    packs = request.accept_encodings["gzip"] > 0
    response = Response(file.packed if packs else file.body, mimetype=file.type)
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = keep
    response.set_etag(f"{release().version}-{'gzip' if packs else 'plain'}")
    return response.make_conditional(request)  # type: ignore[return-value]


def _file(name: str, body: bytes, version: str, kept: str) -> File:
    if name in PAGES.values() or name.endswith(".webmanifest"):
        preload = "\n".join(f'<link rel="modulepreload" href="/app/v/%VERSION%/{each}.js">' for each in FIRST)
        body = (
            body.replace(b"%PRELOAD%", preload.encode())
            .replace(b"%VERSION%", version.encode())
            .replace(b"%FILES%", kept.encode())
        )
    kind = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return File(body, gzip.compress(body, mtime=0), kind)
