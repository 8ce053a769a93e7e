"""What may go wrong on purpose: each refusal has a stable type that clients can rely on (docs/problems.md)."""

from dataclasses import dataclass, field


@dataclass
class Problem(Exception):
    """A refusal the caller can act on. `fields` maps a path of the request to the reason."""

    type: str
    status: int
    title: str
    detail: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    retry_after: int | None = None  # seconds


def not_found() -> Problem:
    """Also the answer for what exists but is somebody else's."""
    return Problem("not-found", 404, "There is nothing here that you may see.")


def invalid(field_path: str, reason: str) -> Problem:
    return Problem("invalid", 422, "Some fields were not accepted.", fields={field_path: reason})


def conflict(detail: str) -> Problem:
    return Problem("conflict", 409, "This does not fit what is already stored.", detail)


def too_many(wait: int) -> Problem:
    return Problem("too-many-requests", 429, "Too many requests. Please wait a little.", retry_after=wait)
