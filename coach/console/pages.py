"""All pages of the console; importing this package's modules puts them on the blueprint."""

from coach.console import alerts, approvals, bulk, caseload, clinic, contact, log_in, measures, patient, plan, record
from coach.console.site import install

__all__ = [
    "alerts", "approvals", "bulk", "caseload", "clinic", "contact", "install", "log_in", "measures", "patient", "plan",
    "record",
]  # fmt: skip
