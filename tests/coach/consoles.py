"""A browser at the console, without a browser: keeps cookies, reads the forms of a page and sends them back."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.coach.people import PASSWORD


@dataclass
class Form:
    """One form of a page: where it goes and what stands in it."""

    action: str
    fields: dict[str, Any] = field(default_factory=dict)
    method: str = "get"


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given["action"], method=given.get("method", "get")))
        elif tag == "input" and self.found and "name" in given:
            if given.get("type") in ("checkbox", "radio"):
                if "checked" in given:
                    self.found[-1].fields[given["name"]] = given["value"]
            else:
                self.found[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "textarea":
            self._area = given["name"]
            self.found[-1].fields[self._area] = ""
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and "selected" in given:
            self.found[-1].fields[self._select] = given["value"]

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[-1].fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None


@dataclass
class Console:
    """One member of staff at their browser."""

    app: Flask
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def log_in(self, email: str, password: str = PASSWORD, code: str = "") -> TestResponse:
        form = forms(self.client.get("/console/log-in").text)[0]
        typed = form.fields | {"email": email, "password": password, "code": code}
        return self.client.post(form.action, data=typed)

    def page(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[:2000]}"
        return answer.text

    def send(self, page: str, action: str, /, **typed: Any) -> TestResponse:
        """Opens a page, fills in the form whose action ends so, and sends it."""
        form = next(each for each in forms(self.page(page)) if each.action.endswith(action))
        return self.client.post(form.action, data=form.fields | typed)

    @property
    def token(self) -> str:
        """What this browser's forms carry."""
        return str(forms(self.client.get("/console/account").text)[0].fields["token"])


def forms(html: str) -> list[Form]:
    parser = _Forms()
    parser.feed(html)
    return parser.found
