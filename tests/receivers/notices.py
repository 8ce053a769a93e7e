"""A real mail server and a receiver of webhooks, started with Node from a wheel."""

import json
import os
import ssl
import subprocess
import urllib.request
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

from tests.receivers.node import HERE, NODE, make_certificate
from tests.receivers.webpush import packages

USER, PASSWORD = "coach", "the mail password"


class Office:
    """Where a clinic's notices arrive; `certificate` is what must be trusted."""

    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "certificate.pem"
        key = folder / "key.pem"
        make_certificate(self.certificate, key)
        self._process = subprocess.Popen(
            [NODE, HERE / "notices.js", key, self.certificate],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"NODE_PATH": str(packages())},
        )
        assert self._process.stdout is not None
        ports = json.loads(self._process.stdout.readline())
        self.smtp_port, self._port = ports["smtp"], ports["https"]
        self._tls = ssl.create_default_context(cafile=str(self.certificate))

    def stop(self) -> None:
        self._process.communicate()  # its standard input ends, and so does it

    def hook(self, name: str) -> str:
        """The address of a webhook."""
        return f"https://localhost:{self._port}/hook/{name}"

    def knows(self, name: str, secret: str) -> None:
        """The secret under which the hook's notices are signed."""
        self._call("PUT", "/secrets", {name: secret})

    def answer_next(self, **answers: list[dict[str, Any]]) -> None:
        """What it says next: `mail` [{"at": "rcpt" | "data" | "silence", "code": 451}], `hook` [{"status": 500}]."""
        self._call("PUT", "/answers", answers)

    def mails_to(self, address: str) -> list[EmailMessage]:
        """Those that came over TLS; one that did not fails the test."""
        found = [each for each in self._call("GET", "/received")["mails"] if address in each["to"]]
        assert all(each["tls"] and each["user"] == USER for each in found)
        return [cast(EmailMessage, message_from_string(each["raw"], policy=policy.default)) for each in found]

    def hooks(self, name: str) -> list[dict[str, Any]]:
        return [each for each in self._call("GET", "/received")["hooks"] if each["name"] == name]

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"https://localhost:{self._port}{path}", json.dumps(body).encode(), method=method
        )
        with urllib.request.urlopen(request, context=self._tls, timeout=10) as response:
            return json.load(response)
