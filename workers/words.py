"""What a notice says, on every channel: that an alert waits, and where. Never whose, and never why."""

from coach.config import Config
from coach.services.notices import Handover

TEXT = "An alert waits for you"
PATH = "/console/alerts/"


def link(config: Config, handover: Handover) -> str:
    """Where it can be opened, after logging in."""
    return f"{config.public_url.rstrip('/')}{PATH}{handover.key.alert_id}"
