"""Every setting, with its bound, default and reason. This is the only reader of the environment.

Each setting switches one thing; nothing depends on an environment's name such as "production".
"""

import dataclasses
import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
FCM = "https://fcm.googleapis.com"
APNS, APNS_SANDBOX = "https://api.push.apple.com", "https://api.sandbox.push.apple.com"
SECRET_SHORTEST = 32  # characters; what HS256 needs to be as strong as its hash
_MISSING: Any = object()


class CannotStart(Exception):
    """Says in a line or two what to do about it."""


class BadSetting(CannotStart):
    """One line that names the setting and says what it must be."""


def _url(*schemes: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if urlsplit(text).scheme not in schemes:
            raise ValueError(f"must be a URL that starts with {' or '.join(s + '://' for s in schemes)}")
        return text

    return parse


def _integer(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return parse


def _choice(*options: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in options:
            raise ValueError(f"must be {' or '.join(options)}")
        return text

    return parse


def _switch(text: str) -> bool:
    return _choice("on", "off")(text) == "on"


def _host(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z.:-]{1,253}", text):
        raise ValueError("must be a host name or an address to listen on")
    return text


def _line(text: str) -> str:
    if len(text) > 254 or not text.isprintable():
        raise ValueError("must be one line of at most 254 characters")
    return text


def _secret(text: str) -> str:
    if len(text) < SECRET_SHORTEST:
        raise ValueError(f"must have at least {SECRET_SHORTEST} characters")
    return text


def _readable_file(text: str) -> Path:
    path = Path(text)
    if not path.is_file() or not os.access(path, os.R_OK):
        raise ValueError("must be a file that this process can read")
    return path


def _email(text: str) -> str:
    if not re.fullmatch(r"[!-~]+@[!-~]+", text) or text.count("@") != 1 or len(text) > 254:
        raise ValueError("must be an address such as coach@example.org")
    return text


def _contact(text: str) -> str:
    if not re.fullmatch(r"mailto:[^@\s]+@[^@\s]+|https://\S+", text) or len(text) > 254:
        raise ValueError("must be mailto:somebody@example.org or an https:// address")
    return text


def _word(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z.-]{1,200}", text):
        raise ValueError("must be letters, digits, dots and hyphens")
    return text


def _setting(why: str, parse: Callable[[str], Any], default: Any = _MISSING, **options: Any) -> Any:
    metadata = {"why": why, "parse": parse}
    return (
        field(metadata=metadata, **options)
        if default is _MISSING
        else field(default=default, metadata=metadata, **options)
    )


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings of one process. A field `port` is the variable COACH_PORT."""

    database_url: str = _setting(
        "PostgreSQL 15 or newer, where all truth lives", _url("postgresql+psycopg"), repr=False
    )
    redis_url: str = _setting("Redis or Valkey; may be lost at any time", _url("redis", "rediss"), repr=False)
    secret_key: str = _setting("signs every token; or COACH_SECRET_KEY_FILE with its path", _secret, repr=False)

    host: str = _setting("address to listen on", _host, "127.0.0.1")
    port: int = _setting("port to listen on", _integer(1, 65_535), 8000)
    api_workers: int = _setting("API processes; about one a core", _integer(1, 64), 2)
    api_threads: int = _setting("threads of each API process; more only wait for each other", _integer(1, 4), 2)
    worker_processes: int = _setting("Celery processes", _integer(1, 64), 2)
    log_level: str = _setting("least level logged", _choice("debug", "info", "warning", "error"), "info")
    rate_limit: int = _setting("requests a minute for each account and address", _integer(1, 100_000), 300)

    trusted_proxies: int = _setting("proxies in front whose X-Forwarded-For is believed", _integer(0, 5), 0)
    registration: str = _setting("whether people may register themselves", _choice("open", "closed"), "closed")
    vapid_key_file: Path | None = _setting("P-256 key (PEM) that signs Web Push; none = off", _readable_file, None)
    vapid_subject: str | None = _setting("whom a push service may write to about us", _contact, None)
    fcm_service_account_file: Path | None = _setting("Google's JSON file for FCM; none = off", _readable_file, None)
    apns_key_file: Path | None = _setting("Apple's .p8 key that signs for APNs; none = off", _readable_file, None)
    apns_key_id: str | None = _setting("the key's id at Apple", _word, None)
    apns_team_id: str | None = _setting("the developer team's id at Apple", _word, None)
    apns_topic: str | None = _setting("the iOS app's bundle id", _word, None)

    public_url: str = _setting(
        "where people reach this service; for links in notices and invitations",
        _url("https", "http"),
        "http://127.0.0.1:8000",
    )
    smtp_host: str | None = _setting("mail server for notices to staff; none = no e-mail", _host, None)
    smtp_port: int = _setting("its port", _integer(1, 65_535), 587)
    smtp_tls: str = _setting(
        "starttls or tls; off sends in the open, only to this machine", _choice("starttls", "tls", "off"), "starttls"
    )
    smtp_user: str | None = _setting("log-in of the mail server, if it asks for one", _line, None)
    smtp_password: str | None = _setting("its password", _line, None, repr=False)
    smtp_sender: str | None = _setting("whom notices come from", _email, None)
    two_factor: bool = _setting("off lets staff in without a second factor; only on loopback", _switch, True)

    clock: str = _setting("movable lets tests and the demo move the domain's time", _choice("real", "movable"), "real")
    demo: bool = _setting("demo accounts with published passwords; only on loopback", _switch, False)
    push_loopback: bool = _setting("pushes go to this machine and nowhere else, for tests", _switch, False)
    fcm_url: str = _setting("where FCM is; another only with COACH_PUSH_LOOPBACK", _url("https"), FCM)
    apns_url: str = _setting("where APNs is; another only with COACH_PUSH_LOOPBACK", _url("https"), APNS)
    apns_sandbox_url: str = _setting("and its sandbox", _url("https"), APNS_SANDBOX)

    def __post_init__(self) -> None:
        if self.demo and self.host not in LOOPBACK:
            raise BadSetting(f"COACH_DEMO=on is refused with COACH_HOST={self.host}: the demo's passwords are public")
        if self.vapid_key_file and not self.vapid_subject:
            raise BadSetting("COACH_VAPID_SUBJECT is missing: Web Push needs it beside COACH_VAPID_KEY_FILE")
        for name in ("apns_key_id", "apns_team_id", "apns_topic"):
            if self.apns_key_file and not getattr(self, name):
                raise BadSetting(f"{variable(name)} is missing: APNs needs it beside COACH_APNS_KEY_FILE")
        if not self.push_loopback and (self.fcm_url, self.apns_url, self.apns_sandbox_url) != (FCM, APNS, APNS_SANDBOX):
            raise BadSetting("COACH_FCM_URL and COACH_APNS_URL are for tests: they need COACH_PUSH_LOOPBACK=on")
        if not self.two_factor and self.host not in LOOPBACK:
            raise BadSetting(f"COACH_TWO_FACTOR=off is refused with COACH_HOST={self.host}: staff see health data")
        if self.smtp_host and not self.smtp_sender:
            raise BadSetting("COACH_SMTP_SENDER is missing: e-mail needs it beside COACH_SMTP_HOST")
        if self.smtp_host and self.smtp_tls == "off" and self.smtp_host not in LOOPBACK:
            raise BadSetting(f"COACH_SMTP_TLS=off is refused with COACH_SMTP_HOST={self.smtp_host}: only loopback")
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise BadSetting("COACH_SMTP_USER and COACH_SMTP_PASSWORD go together: set both or none")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Config":
        """Reads COACH_* variables. Raises BadSetting for the first that is missing, wrong or unknown."""
        given = _with_secret_from_file({name: text for name, text in environ.items() if name.startswith("COACH_")})
        fields = {variable(setting.name): setting for setting in dataclasses.fields(cls)}
        _refuse_unknown(given, fields)
        values = {}
        for name, setting in fields.items():
            text = given.get(name, "")
            if text:
                values[setting.name] = _parsed(name, text, setting)
            elif setting.default is dataclasses.MISSING:
                raise BadSetting(f"{name} is missing: {setting.metadata['why']}")
        return cls(**values)


def variable(setting: str) -> str:
    """The environment variable of a setting."""
    return "COACH_" + setting.upper()


def _with_secret_from_file(given: dict[str, str]) -> dict[str, str]:
    path = given.pop("COACH_SECRET_KEY_FILE", "")
    if path and given.get("COACH_SECRET_KEY"):
        raise BadSetting("COACH_SECRET_KEY and COACH_SECRET_KEY_FILE are both set: keep one")
    if path:
        try:
            given["COACH_SECRET_KEY"] = _readable_file(path).read_text("utf-8").strip()
        except ValueError as error:
            raise BadSetting(f"COACH_SECRET_KEY_FILE={path} {error}") from None
    return given


def _refuse_unknown(given: Mapping[str, str], known: Mapping[str, Any]) -> None:
    """A misspelt setting must not be ignored: COACH_REGISTRATON=closed would leave the door open."""
    for name in sorted(given):
        if name not in known and not name.startswith("COACH_TEST_"):
            near = difflib.get_close_matches(name, known, n=1)
            raise BadSetting(f"{name} is not a setting" + (f": did you mean {near[0]}?" if near else ""))


def _parsed(name: str, text: str, setting: "dataclasses.Field[Any]") -> Any:
    try:
        return setting.metadata["parse"](text)
    except ValueError as error:
        shown = f"{name}={text}" if setting.repr else name  # secrets are not printed
        raise BadSetting(f"{shown}: {error}") from None


def inherited() -> dict[str, str]:
    """The environment for the processes we start, without settings that are set to nothing.

    The empty PYTHONTZPATH makes each of them use the pinned time-zone data instead of the machine's.
    """
    environ = {name: text for name, text in os.environ.items() if text or not name.startswith("COACH_")}
    return environ | {"PYTHONTZPATH": ""}
