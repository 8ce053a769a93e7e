"""A wrong setting stops the start with one line that names it."""

from pathlib import Path

import pytest

from coach.config import BadSetting, Config

REQUIRED = {
    "COACH_DATABASE_URL": "postgresql+psycopg://coach@localhost/coach",
    "COACH_REDIS_URL": "redis://localhost/0",
    "COACH_SECRET_KEY": "x" * 32,
}


def read(**settings: str) -> Config:
    return Config.from_env(REQUIRED | settings)


def refusal(**settings: str) -> str:
    with pytest.raises(BadSetting) as caught:
        read(**settings)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_defaults_are_the_careful_ones() -> None:
    config = read()
    assert (config.host, config.registration, config.clock) == ("127.0.0.1", "closed", "real")
    assert not config.demo and not config.push_loopback
    assert config.two_factor


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_setting_is_named(name: str) -> None:
    assert refusal(**{name: ""}).startswith(f"{name} is missing")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("COACH_DATABASE_URL", "sqlite:///coach.db"),
        ("COACH_REDIS_URL", "http://localhost"),
        ("COACH_PORT", "0"),
        ("COACH_PORT", "65536"),
        ("COACH_PORT", "8000x"),
        ("COACH_HOST", "two words"),
        ("COACH_API_WORKERS", "65"),
        ("COACH_API_THREADS", "5"),
        ("COACH_WORKER_PROCESSES", "-1"),
        ("COACH_RATE_LIMIT", "0"),
        ("COACH_CLOCK", "stopped"),
        ("COACH_REGISTRATION", "yes"),
        ("COACH_DEMO", "true"),
        ("COACH_LOG_LEVEL", "loud"),
        ("COACH_VAPID_KEY_FILE", "/nowhere/key.pem"),
        ("COACH_VAPID_SUBJECT", "someone"),
        ("COACH_SECRET_KEY", "x" * 31),
        ("COACH_SMTP_PORT", "0"),
        ("COACH_SMTP_TLS", "maybe"),
        ("COACH_SMTP_SENDER", "nobody"),
        ("COACH_PUBLIC_URL", "coach.example.org"),
        ("COACH_TWO_FACTOR", "no"),
    ],
)
def test_a_value_out_of_bounds_is_named(name: str, wrong: str) -> None:
    assert refusal(**{name: wrong}).startswith(name)


@pytest.mark.parametrize("name", ["COACH_DATABASE_URL", "COACH_REDIS_URL", "COACH_SECRET_KEY"])
def test_a_refused_secret_is_not_printed(name: str) -> None:
    assert "hush" not in refusal(**{name: "hush"})


def test_the_values_at_the_bounds_are_taken() -> None:
    config = read(COACH_PORT="65535", COACH_API_THREADS="4", COACH_API_WORKERS="64", COACH_RATE_LIMIT="1")
    assert (config.port, config.api_threads, config.api_workers, config.rate_limit) == (65_535, 4, 64, 1)


def test_a_misspelt_setting_is_refused_with_the_right_spelling() -> None:
    assert refusal(COACH_REGISTRATON="closed").endswith("did you mean COACH_REGISTRATION?")


def test_the_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("y" * 40 + "\n")
    assert read(COACH_SECRET_KEY="", COACH_SECRET_KEY_FILE=str(file)).secret_key == "y" * 40


def test_two_secrets_are_one_too_many(tmp_path: Path) -> None:
    assert "keep one" in refusal(COACH_SECRET_KEY_FILE=str(tmp_path))


def test_demo_accounts_are_refused_where_others_can_reach_them() -> None:
    assert "COACH_HOST=0.0.0.0" in refusal(COACH_DEMO="on", COACH_HOST="0.0.0.0")


def test_web_push_needs_a_contact(tmp_path: Path) -> None:
    (tmp_path / "vapid.pem").touch()
    assert "COACH_VAPID_SUBJECT" in refusal(COACH_VAPID_KEY_FILE=str(tmp_path / "vapid.pem"))


def test_apns_needs_all_of_its_settings(tmp_path: Path) -> None:
    (tmp_path / "AuthKey.p8").touch()
    given = {"COACH_APNS_KEY_FILE": str(tmp_path / "AuthKey.p8"), "COACH_APNS_KEY_ID": "ABC123DEFG"}
    assert "COACH_APNS_TEAM_ID" in refusal(**given)
    given["COACH_APNS_TEAM_ID"] = "DEF123GHIJ"
    assert "COACH_APNS_TOPIC" in refusal(**given)
    assert read(**given, COACH_APNS_TOPIC="org.example.coach").apns_topic == "org.example.coach"
    assert "COACH_APNS_TOPIC" in refusal(**given, COACH_APNS_TOPIC="org example")


@pytest.mark.parametrize("name", ["COACH_FCM_URL", "COACH_APNS_URL", "COACH_APNS_SANDBOX_URL"])
def test_pushes_go_elsewhere_only_in_tests(name: str) -> None:
    given = {name: "https://localhost:8443"}
    assert "COACH_PUSH_LOOPBACK" in refusal(**given)
    assert read(**given, COACH_PUSH_LOOPBACK="on").push_loopback
    assert "must be a URL" in refusal(**{name: "http://localhost:8443"}, COACH_PUSH_LOOPBACK="on")


def test_secrets_are_not_shown_with_the_rest() -> None:
    shown = repr(read())
    assert "x" * 32 not in shown and "coach@localhost" not in shown


def test_staff_need_a_second_factor_wherever_others_can_reach() -> None:
    assert not read(COACH_TWO_FACTOR="off").two_factor
    assert refusal(COACH_TWO_FACTOR="off", COACH_HOST="0.0.0.0").startswith("COACH_TWO_FACTOR=off is refused")


def test_a_mail_server_is_spoken_to_in_secret() -> None:
    server = {"COACH_SMTP_HOST": "mail.example.org", "COACH_SMTP_SENDER": "coach@example.org"}
    assert read(**server).smtp_tls == "starttls"
    assert "COACH_SMTP_SENDER is missing" in refusal(COACH_SMTP_HOST="mail.example.org")
    assert "COACH_SMTP_TLS=off is refused" in refusal(**server, COACH_SMTP_TLS="off")
    assert "go together" in refusal(**server, COACH_SMTP_USER="coach")
    secret = refusal(**server, COACH_SMTP_PASSWORD="hush\n")
    assert secret.startswith("COACH_SMTP_PASSWORD: ") and "hush" not in secret
