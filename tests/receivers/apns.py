"""A stand-in for APNs that knows nothing of our sender, with the key that our side signs with."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.receivers.node import ScriptedServer

KEY_ID, TEAM_ID, TOPIC = "ABC123DEFG", "DEF123GHIJ", "org.example.coach"


@dataclass(frozen=True)
class Phone:
    """An installed app, as it registers with us."""

    endpoint: str
    sandbox: bool = False

    @property
    def id(self) -> str:
        return self.endpoint


class Receiver(ScriptedServer):
    provider = "apns"

    def __init__(self, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        self.key_file, public = folder / "AuthKey.p8", folder / "apns-public.pem"
        self.key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        super().__init__("apns.js", folder, KEY_ID, TEAM_ID, TOPIC, public)

    @property
    def settings(self) -> dict[str, Any]:
        """What our side must be set to. The sandbox is the same server under another name."""
        return {
            "apns_key_file": self.key_file,
            "apns_key_id": KEY_ID,
            "apns_team_id": TEAM_ID,
            "apns_topic": TOPIC,
            "apns_url": self.url,
            "apns_sandbox_url": f"https://127.0.0.1:{self.port}",
        }

    def subscribe(self) -> Phone:
        return self.subscribe_many(1)[0]

    def subscribe_many(self, number: int) -> list[Phone]:
        return [Phone(secrets.token_hex(32)) for _ in range(number)]

    def messages(self, phone: Phone) -> list[dict[str, Any]]:
        return [each for each in self.all_messages() if each["id"] == phone.id]
