"""The secrets of a development server: made at its first start, kept, readable by their owner only."""

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from coach.standalone import write_private


def signing_key(folder: Path) -> Path:
    """The file with the secret that signs tokens."""
    path = folder / "signing.key"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(48) + "\n")
    return path


def vapid_key(folder: Path) -> Path:
    """The file (PEM) with the P-256 key that identifies this server to push services; a new one ends all
    subscriptions, so it is never made twice."""
    path = folder / "vapid.pem"
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(path, pem.decode("ascii"))
    return path
