"""All pages of the console; importing this package's modules puts them on the blueprint."""

from coach.console import alerts, approvals, caseload, clinic, contact, log_in, patient, plan, record
from coach.console.site import install

__all__ = ["alerts", "approvals", "caseload", "clinic", "contact", "install", "log_in", "patient", "plan", "record"]
