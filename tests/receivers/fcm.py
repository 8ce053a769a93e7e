"""A stand-in for FCM and for Google's token service that knows nothing of our sender, with our service account."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.receivers.node import ScriptedServer

PROJECT, EMAIL = "coach-tests", "pushes@coach-tests.example.org"


@dataclass(frozen=True)
class Phone:
    """An installed app, as it registers with us."""

    endpoint: str

    @property
    def id(self) -> str:
        return self.endpoint


class Receiver(ScriptedServer):
    provider = "fcm"

    def __init__(self, folder: Path) -> None:
        key = rsa.generate_private_key(65537, 2048)
        self.account_file, public = folder / "service-account.json", folder / "fcm-public.pem"
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        super().__init__("fcm.js", folder, PROJECT, EMAIL, public)
        account = {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": "1",
            "private_key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            "client_email": EMAIL,
            "token_uri": f"{self.url}/token",
        }
        self.account_file.write_text(json.dumps(account))

    @property
    def settings(self) -> dict[str, Any]:
        """What our side must be set to."""
        return {"fcm_service_account_file": self.account_file, "fcm_url": self.url}

    def subscribe(self) -> Phone:
        return self.subscribe_many(1)[0]

    def subscribe_many(self, number: int) -> list[Phone]:
        return [Phone(secrets.token_urlsafe(120)) for _ in range(number)]

    def messages(self, phone: Phone) -> list[dict[str, Any]]:
        return [each for each in self.all_messages() if each["id"] == phone.id]

    def refuse_tokens(self, *answers: dict[str, Any]) -> None:
        """What the token service says next, in order; then it gives tokens."""
        self.call("PUT", "/refusals", list(answers))

    def tokens_given(self) -> int:
        return int(self.call("GET", "/tokens"))
