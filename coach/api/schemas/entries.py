"""Diary entries on the wire: one shape a kind, told apart by `kind`.

Each entry of a batch is read by itself, so that a bad one is refused alone and with its field.
"""

import hashlib
import json
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import marshmallow as ma
from apispec import APISpec
from marshmallow import Schema, fields, validate

from coach.api.errors import paths
from coach.api.schemas import dangers, facts, logged_kinds
from coach.api.schemas.dangers import Dangers
from coach.api.schemas.entry_kinds import KINDS, Away
from coach.api.schemas.fields import Strict, Tolerant, Zone, plain, word
from coach.api.schemas.plans import lock_cards
from coach.api.schemas.values import Value
from coach.services.diary import MOST_ENTRIES, Entry, Refusal
from coach.services.escalation import Told
from coach.services.problems import invalid
from programs import canonical, events, outcomes
from programs.catalog import Catalog

PAUSE_OLDEST, PAUSE_FARTHEST = timedelta(days=30), timedelta(days=366)
NAMELESS = UUID("6f9e7a52-0f0c-4b0e-9a43-4c1f6f6c2b11")  # names a safety answer whose own id cannot be read


class Envelope(Strict):
    id = fields.UUID(required=True, metadata={"description": "made by the phone; the same id twice is the same entry"})
    occurred_at = fields.AwareDateTime(required=True)
    zone = Zone(required=True)
    local_day = fields.Date(required=True, metadata={"description": "the day the person counts it to"})
    kind = word(*KINDS, required=True)
    body = fields.Dict(required=True)


class Batch(Strict):
    """Entries in any order; each is answered by itself."""

    entries = fields.List(fields.Raw(allow_none=True), required=True, validate=validate.Length(min=1))


class Pause(Away):
    """The same pause told twice is one."""

    @ma.validates_schema
    def in_order(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["last"] < data["first"]:
            raise ma.ValidationError("Must not lie before the first day.", "last")


class ReceiptAnswer(Tolerant):
    id = fields.String(required=True, allow_none=True)
    status = fields.String(
        required=True,
        metadata={"description": "stored, same, conflict, invalid, or later (too many requests: send it again)"},
    )
    errors = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": "reason by field"})
    mended = fields.List(
        fields.String(),
        metadata={"description": "what of a safety answer could not be read and was set to now"},
    )


class BatchAnswer(Tolerant):
    results = fields.List(fields.Nested(ReceiptAnswer), required=True)
    lock = fields.String(required=True)
    cards = lock_cards()
    told = Value(Told | None, required=True, metadata={"description": "who hears of the lock, who is next, who saw it"})
    retry_after = fields.Integer(metadata={"description": "seconds; present when something is answered `later`"})


class WrongInside(ValueError):
    """The body inside a correction does not fit, by field."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(fields)
        self.fields = fields


def read(raw: Any, catalog: Catalog) -> Entry | Refusal:
    """One entry of a batch as a value, or the reason by field. A red-flag answer always becomes a value."""
    digest = hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
    if not isinstance(raw, dict):
        return Refusal(None, {"entry": "Must be an object."})
    envelope, errors = _loaded(Envelope(), raw)
    if envelope and not errors:
        body, errors = _read_body(envelope["kind"], envelope["body"], catalog)
        if body is not None:
            return Entry(digest=digest, **{**envelope, "body": body})
    if told := dangers.found(raw, catalog):
        return _salvaged(envelope, told, errors, digest)
    return Refusal(str(raw["id"])[:36] if "id" in raw else None, errors)


def pause(data: dict[str, Any], patient_id: UUID, zone: str, day: date, now: datetime) -> dict[str, Any]:
    """A pause as the entry that a phone would send. Raises Problem for one that is over or far away."""
    if data["first"] < day - PAUSE_OLDEST:
        raise invalid("first", f"must not lie more than {PAUSE_OLDEST.days} days back")
    if not day <= data["last"] or data["last"] > day + PAUSE_FARTHEST:
        raise invalid("last", f"must be from today to {PAUSE_FARTHEST.days} days ahead")
    body = plain(data)
    name = uuid5(patient_id, "pause " + json.dumps(body, sort_keys=True))
    envelope = {"id": str(name), "occurred_at": now.isoformat(), "zone": zone, "local_day": day.isoformat()}
    return envelope | {"kind": "away", "body": body}


def _read_body(kind: str, raw: Any, catalog: Catalog) -> tuple[events.Body | None, dict[str, str]]:
    loaded, errors = _loaded(KINDS[kind](), raw)
    if errors or (errors := _unknown_words(kind, loaded, catalog)):
        return None, {f"body.{path}": reason for path, reason in errors.items()}
    try:
        return _body(kind, loaded, catalog), {}
    except WrongInside as wrong:
        return None, {f"body.{path}": reason for path, reason in wrong.fields.items()}
    except ValueError as error:  # a contradiction between fields, or a bound of the rules themselves
        path, _, reason = str(error).rpartition(": ")
        return None, {f"body.{path}" if path else "body": reason[:200]}


def _body(kind: str, loaded: dict[str, Any], catalog: Catalog) -> events.Body:
    if kind == "condition":
        return events.Condition(facts.changes(loaded["changes"]))
    if kind == "correction":
        inner, errors = _read_body(loaded["kind"], loaded["body"], catalog)
        if inner is None:
            raise WrongInside(errors)
        return events.corrected(str(loaded["replaces"]), loaded["kind"], canonical.to_json(inner))
    body = events.body_from_json(kind, plain(loaded))
    if isinstance(body, events.Questionnaire):  # its form has bounds of its own; no log may hold others
        outcomes.score(outcomes.Sheet(body.name, body.score, body.items, body.applies, body.answered), catalog)
    return body


def _loaded(schema: Schema, raw: Any) -> tuple[dict[str, Any], dict[str, str]]:
    try:
        return schema.load(raw), {}
    except ma.ValidationError as error:
        valid = error.valid_data if isinstance(error.valid_data, dict) else {}
        return valid, paths(error.messages)


def _unknown_words(kind: str, body: dict[str, Any], catalog: Catalog) -> dict[str, str]:
    """Exercises, red flags and whatever else the content does not know."""
    if kind in logged_kinds.KINDS:
        return logged_kinds.unknown(kind, body, catalog)
    exercises = {f"hurt.{index}": name for index, name in enumerate(body.get("hurt", ()))}
    if isinstance(body.get("items"), dict):  # a questionnaire's items are numbers
        exercises |= {f"items.{name}": name for name in body["items"]}
    if "by" in body:
        exercises["by"] = body["by"]
    wrong = {path: "No such exercise." for path, name in exercises.items() if name not in catalog.exercises}
    if body.get("full"):
        asked = (key for key, flag in catalog.red_flags.items() if flag.asked("O", ()) or flag.asked("D", ()))
        wrong |= {f"answers.{flag}": "Please answer this question." for flag in asked if flag not in body["answers"]}
    for flag in [*body.get("answers", ()), *body.get("severe", ())]:
        if flag not in catalog.red_flags:
            wrong[f"answers.{flag}"] = "No such question."
    return wrong


def _salvaged(envelope: dict[str, Any], told: Dangers, errors: dict[str, str], digest: str) -> Entry:
    """A red-flag answer with anything else wrong: what can be read stands, the rest is set to now and marked."""
    body = events.body_from_json("checkin", {"answers": told.answers, "severe": list(told.severe)})
    time_is_right = not {"occurred_at", "zone", "local_day"} & set(errors)
    return Entry(
        id=envelope.get("id") or uuid5(NAMELESS, digest),
        occurred_at=envelope.get("occurred_at") if time_is_right else None,
        zone=envelope.get("zone"),
        local_day=envelope.get("local_day"),
        kind="checkin",
        body=body,
        digest=digest,
        mended=tuple(sorted(errors)),
    )


def describe(spec: APISpec) -> None:
    """Adds `Entry` to the document, one shape a kind, told apart by `kind`, and `Batch` as a list of them."""
    shapes = []
    for kind, schema in KINDS.items():
        name = f"{schema.__name__}Entry"
        members = Envelope._declared_fields | {
            "kind": word(kind, required=True),
            "body": fields.Nested(schema, required=True),
        }
        spec.components.schema(name, schema=type(name, (Strict,), dict(members)))
        shapes.append({"$ref": f"#/components/schemas/{name}"})
    mapping = {kind: shape["$ref"] for kind, shape in zip(KINDS, shapes, strict=True)}
    spec.components.schema("Entry", {"oneOf": shapes, "discriminator": {"propertyName": "kind", "mapping": mapping}})
    spec.components.schema("Batch", schema=Batch)
    entries = spec.components.schemas["Batch"]["properties"]["entries"]
    entries["items"] = {"$ref": "#/components/schemas/Entry"}
    entries["description"] = f"stored {MOST_ENTRIES} at once; what is beyond is answered `later`"
