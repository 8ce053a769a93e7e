"""Taking one's data along and having it erased, on the wire."""

from marshmallow import fields

from coach.api.schemas.fields import Strict, Tolerant, text

PAGE = {"type": "string", "description": "HTML that needs nothing else"}


class Export(Tolerant):
    """Rows as they are stored; a later release may add tables and fields."""

    made_at = fields.AwareDateTime(required=True)
    people = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "staff named in it, by id"},
    )
    tables = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Dict()),
        required=True,
        metadata={"description": "rows by table, oldest first"},
    )


class Erase(Strict):
    password = text(200, required=True, load_only=True)


class Erased(Tolerant):
    erased_at = fields.AwareDateTime(required=True)
    text = fields.String(required=True)
    kept = fields.List(fields.String(), required=True, metadata={"description": "what is kept, in plain words"})
