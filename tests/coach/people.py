"""A person with an account, seen from outside: HTTP and nothing else."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from programs import catalog

_numbers = count(1)
PASSWORD = "a long enough password"
ALL_NO = dict.fromkeys(catalog.load().red_flags, "no")
WELL = {
    "age": 40, "height_cm": 170, "weight_kg": 65, "back_average": 3, "back_worst": 5,
    "leg": 0, "location": 0, "episode_day": "2025-11-02", "red_flags": ALL_NO,
}  # fmt: skip


@dataclass
class Person:
    client: FlaskClient
    zone: str = "Europe/Paris"
    tokens: dict[str, Any] = field(default_factory=dict)

    def register(self, name: str = "Ana") -> "Person":
        number = next(_numbers)
        answer = self.client.post(
            "/v1/auth/register",
            json={
                "email": f"p{number}-{uuid4().hex[:8]}@example.org",
                "password": PASSWORD,
                "name": name,
                "zone": self.zone,
            },
        )
        assert answer.status_code == 201, answer.text
        self.tokens = answer.get_json()
        return self

    def log_in(self, email: str, password: str) -> "Person":
        answer = self.client.post("/v1/auth/token", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        self.tokens = answer.get_json()
        return self

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.tokens['access_token']}", **headers}
        if body is None:
            return self.client.open(path, method=method, headers=sent)
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        sent.setdefault("Content-Type", "application/json")
        return self.client.open(path, method=method, headers=sent, data=data)

    def get(self, path: str, **headers: str) -> Any:
        answer = self.call("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def put(self, path: str, body: Any) -> Any:
        answer = self.call("PUT", path, body)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def post(self, path: str, body: Any) -> Any:
        answer = self.call("POST", path, body)
        assert answer.status_code in (200, 201), answer.text
        return answer.get_json()

    def onboard(self, **facts: Any) -> Any:
        """Answers the intake of an otherwise well person; `red_flags` name the exceptions."""
        return self.put("/v1/me/intake", WELL | facts)

    def report(self, *entries: dict[str, Any]) -> Any:
        return self.post("/v1/me/entries", {"entries": list(entries)})

    def today(self) -> Any:
        return self.get("/v1/me/routines/today")


def entry(
    kind: str, at: datetime, /, *, day: date | None = None, zone: str = "Europe/Paris", **body: Any
) -> dict[str, Any]:
    """One diary entry as a phone sends it."""
    if kind == "checkin":
        body.setdefault("answers", {})
    return {
        "id": str(uuid4()),
        "occurred_at": at.isoformat(),
        "zone": zone,
        "local_day": (day or at.date()).isoformat(),
        "kind": kind,
        "body": body,
    }
