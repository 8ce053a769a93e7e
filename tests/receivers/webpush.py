"""The receiver of Web Push that we did not write, started with Node from a wheel."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.receivers.node import HERE, NODE, WHEEL, Server

CACHE = HERE.parents[1] / "var" / "receivers"
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@dataclass(frozen=True)
class Subscription:
    """As a browser gives it to the page."""

    endpoint: str
    p256dh: str
    auth: str

    @property
    def id(self) -> str:
        return self.endpoint.rsplit("/", 1)[1]


class Receiver(Server):
    """A push service on loopback with a certificate of its own; `certificate` is what must be trusted."""

    provider = "webpush"
    settings: Mapping[str, Any] = {}  # nothing beside the keys that all tests have

    def __init__(self, folder: Path) -> None:
        super().__init__("webpush.js", folder, NODE_PATH=str(packages()))

    def subscribe(self) -> Subscription:
        return self.subscribe_many(1)[0]

    def subscribe_many(self, number: int) -> list[Subscription]:
        return [Subscription(**each) for each in self.call("POST", "/subscriptions", number)]

    def answer_next(self, *answers: dict[str, Any]) -> None:
        """What it says to the next pushes: status, headers, hold_ms (before it answers), reset (instead of one)."""
        self.call("PUT", "/answers", list(answers))

    def answer_always(self, **answer: Any) -> None:
        """What it says to all pushes after those; without arguments it takes them, as at the start."""
        self.call("PUT", "/always", answer)

    def end(self, ids: Collection[str], **answer: Any) -> None:
        """Phones that are no more, in place of those before, and what it says to their messages."""
        self.call("PUT", "/gone", {"ids": list(ids), "answer": answer})

    def messages(self, subscription: Subscription) -> list[dict[str, Any]]:
        """What has come in for one subscription, decrypted. Fails if anything could not be."""
        return [each for each in self.all_messages() if each["id"] == subscription.id]

    def all_messages(self) -> list[dict[str, Any]]:
        """What has come in for everybody: `id` of the subscription, `topic`, `at` (ms), `status` it was answered."""
        found: list[dict[str, Any]] = self.call("GET", "/messages")
        assert not [each["error"] for each in found if "error" in each]
        return found


def packages() -> Path:
    """The locked packages, installed once for each version of the lock file."""
    lock = (HERE / "package-lock.json").read_bytes()
    folder = CACHE / hashlib.sha256(lock).hexdigest()[:16]
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(dir=CACHE))
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, half)
        command = [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=half, check=True, timeout=120)
        try:
            half.rename(folder)
        except OSError:  # another test process was quicker
            shutil.rmtree(half)
    return folder / "node_modules"
