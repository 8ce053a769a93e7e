"""All pages of the console; importing this package's modules puts them on the blueprint."""

from coach.console import (
    account,
    alerts,
    approvals,
    bulk,
    caseload,
    clinic,
    contact,
    log_in,
    measures,
    pack,
    patient,
    plan,
    record,
)
from coach.console.site import install

__all__ = [
    "account", "alerts", "approvals", "bulk", "caseload", "clinic", "contact", "install", "log_in", "measures", "pack",
    "patient", "plan", "record",
]  # fmt: skip
