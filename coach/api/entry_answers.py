"""The answer to a batch of entries: one result each, and the card at once if something was a red flag."""

from collections.abc import Sequence
from typing import Any

from coach.api import edge
from coach.api.schemas import entries as wire
from coach.models.people import Patient
from coach.services import diary, escalation, explained
from coach.services.diary import MOST_ENTRIES, Entry, Receipt, Refusal
from coach.services.problems import too_many


def answer(unit: edge.Unit, patient: Patient, raw: Sequence[Any], wait: int | None = None) -> dict[str, Any]:
    """Stores the batch for a locked patient. With `wait` (too many requests) only red-flag answers are taken."""
    catalog = edge.parts().catalog
    read = [wire.read(each, catalog) for each in raw]
    taken = [
        index
        for index, entry in enumerate(read)
        if diary.speaks_of_danger(entry) or (wait is None and index < MOST_ENTRIES)
    ]
    if wait is not None and not taken:
        raise too_many(wait)
    receipts = diary.record(
        unit.session,
        patient,
        [read[index] for index in taken],
        author=edge.identity(),
        now=unit.now,
        catalog=catalog,
    )
    results = [_later(entry) for entry in read]
    for index, receipt in zip(taken, receipts, strict=True):
        results[index] = _result(receipt)
    answered: dict[str, Any] = {
        "results": results,
        "lock": patient.lock,
        "cards": explained.lock_cards(patient, catalog),
        "told": escalation.told_of_lock(unit.session, patient, catalog),
    }
    if len(taken) < len(read):
        answered["retry_after"] = wait or 1
    return answered


def _result(receipt: Receipt) -> dict[str, Any]:
    found: dict[str, Any] = {"id": receipt.id, "status": receipt.status}
    if receipt.fields:
        found["errors"] = receipt.fields
    if receipt.marks:
        found["mended"] = list(receipt.marks)
    return found


def _later(entry: Entry | Refusal) -> dict[str, Any]:
    return {"id": None if entry.id is None else str(entry.id), "status": "later"}
