"""Idempotency-Key and If-Match as the document describes them, and answers given again.

Both are headers that a client may send with every unsafe call under /v1/clinic; without them a call is simply done.
"""

from typing import Any

from flask import Flask, Response, g, request

from coach.api import edge
from coach.clock import real_now
from coach.services import keyed_calls
from coach.services.problems import invalid

KEY = "Idempotency-Key"
PREFIX = "/v1/clinic/"
SECRET = frozenset({"people.invite", "duty.add_channel", "calendar.make_feed"})  # whose answers hold a secret
TEXT = {"type": "string"}
PARAMETERS: tuple[dict[str, Any], ...] = (
    {
        "in": "header",
        "name": edge.IF_MATCH,
        "description": "the ETag or `revision` you read; if the patient's plan has changed since, the answer is 412",
        "schema": TEXT,
    },
    {
        "in": "header",
        "name": KEY,
        "description": "a text of your own; the same call under it within 24 hours is done once and gets one answer",
        "schema": TEXT | {"minLength": 1, "maxLength": keyed_calls.LONGEST, "pattern": "^[!-~]+$"},
    },
)


def install(app: Flask) -> None:
    """After the log-in has been checked."""

    @app.before_request
    def answer_again() -> Response | None:
        key = request.headers.get(KEY)
        if key is None or request.method not in edge.UNSAFE or not request.path.startswith(PREFIX):
            return None
        if "identity" not in g:
            return None
        if not 0 < len(key) <= keyed_calls.LONGEST or not all("!" <= each <= "~" for each in key):
            raise invalid(KEY, f"must have 1 to {keyed_calls.LONGEST} plain characters")
        g.key_digest = keyed_calls.digest(
            request.method, request.path, request.query_string, request.get_data(cache=True)
        )
        with edge.parts().sessions() as session:
            known = keyed_calls.find(session, edge.identity().account_id, key, g.key_digest, real_now())
        if known is None:
            g.key = key
            return None
        response = Response(known.body, known.status, mimetype="application/json")
        response.headers["Idempotency-Replayed"] = "true"
        return response

    @app.after_request
    def keep(response: Response) -> Response:
        if g.get("key_claimed") and response.status_code < 300 and request.endpoint not in SECRET:
            with edge.parts().sessions.begin() as session:
                account = edge.identity().account_id
                keyed_calls.keep(session, account, g.key, response.status_code, response.get_data())
        return response
