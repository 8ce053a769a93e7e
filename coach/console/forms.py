"""Forms as values: what a page shows, what is read back and how it is bounded are one description."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from flask import g, request
from werkzeug.datastructures import MultiDict

from coach.services.problems import Problem
from programs import schedule

Kind = Literal[
    "text", "area", "number", "decimal", "date", "moment", "choice", "many", "id", "check", "email", "password", "code",
    "hidden", "search",
]  # fmt: skip
Choices = tuple[tuple[str, str], ...]  # value and what the reader sees
MOST_CHOSEN = 100


@dataclass(frozen=True)
class Field:
    """One field. `label` and `hint` are in the reader's words. `least` and `most` bound a number, or a length."""

    name: str
    kind: Kind
    label: str = ""
    required: bool = True
    least: float | None = None
    most: float | None = None
    choices: Choices = ()
    value: str | tuple[str, ...] = ""
    hint: str = ""
    zone: str = "UTC"  # of a moment


@dataclass(frozen=True)
class Form:
    """Where it goes, what its button says, its fields; `tone` "grave" for what is not easily taken back."""

    action: str
    button: str
    fields: tuple[Field, ...] = ()
    tone: Literal["", "grave", "quiet"] = ""
    title: str = ""

    def filled(self, typed: MultiDict[str, str]) -> Form:
        """The same form with what somebody has typed; passwords and codes are typed again."""
        return replace(self, fields=tuple(_filled(field, typed) for field in self.fields))


def read(form: Form) -> dict[str, Any]:
    """What was sent, by name and as values. Raises Problem 422 that names each field at fault.

    The form is remembered, so that a refusal can show it again with all that was typed.
    """
    g.form = form
    found: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field in form.fields:
        try:
            found[field.name] = _value(field)
        except ValueError as error:
            wrong[field.name] = str(error)
    if wrong:
        raise Problem("invalid", 422, "Some fields were not accepted.", fields=wrong)
    return found


def new_id() -> Field:
    """Made with the page, so that a form sent twice is one act."""
    return Field("id", "id", value=str(uuid4()))


def _filled(field: Field, typed: MultiDict[str, str]) -> Field:
    if field.kind in ("password", "code"):
        return field
    if field.kind == "many":
        return replace(field, value=tuple(typed.getlist(field.name)[:MOST_CHOSEN]))
    return replace(field, value=typed.get(field.name, "" if field.kind == "check" else field.value))


def _value(field: Field) -> Any:
    """Raises ValueError with the key of a reason."""
    if field.kind == "check":
        return bool(request.form.get(field.name))
    if field.kind == "many":
        return _chosen(field, request.form.getlist(field.name))
    text = request.form.get(field.name, "")
    text = text if field.kind == "password" else text.replace("\r\n", "\n").strip()
    if not text:
        if field.required:
            raise ValueError("missing")
        return None
    _check_characters(text, lines=field.kind == "area")
    return _parsed(field, text)


def _chosen(field: Field, sent: Sequence[str]) -> tuple[str, ...]:
    known = {value for value, _ in field.choices}
    if len(sent) > MOST_CHOSEN or not known.issuperset(sent):
        raise ValueError("choice")
    if field.required and not sent:
        raise ValueError("missing")
    return tuple(dict.fromkeys(sent))


def _check_characters(text: str, *, lines: bool) -> None:
    """Nothing that cannot be stored or seen."""
    for letter in text:
        if not (letter.isprintable() or letter == " " or (lines and letter in "\n\t")):
            raise ValueError("characters")


def _parsed(field: Field, text: str) -> Any:
    match field.kind:
        case "number":
            return int(_within(field, int(_or(text, "number", int))))
        case "decimal":
            return _within(field, float(_or(text.replace(",", "."), "number", float)))
        case "date":
            return _or(text, "date", date.fromisoformat)
        case "moment":
            return _moment(field, text)
        case "id":
            return _or(text, "choice", UUID)
        case "choice":
            if text not in {value for value, _ in field.choices}:
                raise ValueError("choice")
            return text
    if field.most is not None and len(text) > field.most:
        raise ValueError("long")
    if field.least is not None and len(text) < field.least:
        raise ValueError("short")
    return text


def _moment(field: Field, text: str) -> datetime:
    """A time on the clinic's clocks; one that a clock change skips moves on with it."""
    local = _or(text, "date", datetime.fromisoformat)
    found = None
    if local.tzinfo is None:
        found = schedule.instant(local.date(), local.hour * 60 + local.minute, field.zone)
    if found is None:
        raise ValueError("date")
    return found


def _within(field: Field, number: float) -> float:
    if number != number or not (field.least or 0) <= number <= (field.most if field.most is not None else 1e9):
        raise ValueError("range")
    return number


def _or(text: str, reason: str, parse: Any) -> Any:
    try:
        if len(text) > 40 or not text.isascii():
            raise ValueError
        return parse(text)
    except ValueError:
        raise ValueError(reason) from None


def choices(pairs: Iterable[tuple[object, str]]) -> Choices:
    return tuple((str(value), shown) for value, shown in pairs)
