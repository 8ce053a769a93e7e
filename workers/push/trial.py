"""`coach push test`: one message to one device by the real path, and what its answer asks for, in plain words."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import CannotStart, Config
from coach.models.reminders import Device
from coach.services.deliveries import Handover, Key
from workers.push.outcome import Accepted, Ambiguous, Expired, Outcome, Refused, TokenGone, TryLater
from workers.push.sender import Sender

TEXT = "This is a test message."
LIFE = timedelta(minutes=10)
WAIT_S = 30.0  # an answer is there, or given up, within two tries of ten seconds

ADVICE = {
    "provider_off": "This provider is off: a setting or its key is missing; the log names it.",
    "not_sent": "No connection: check name, network, firewall, and whom this machine trusts (SSL_CERT_FILE).",
    "unread": "The provider closed the connection before it looked. Try again.",
    "provider_rests": "The provider does not answer, or refused our key before. Try again later.",
    "address_forbidden": "The address is not https, or leads to a private network. It is never used.",
    "keys_broken": "The subscription's keys are none. The app must subscribe anew.",
    "access_refused": "Google does not know our service account, or this machine's clock is wrong.",
    "no_access_token": "Google gave no access token. Try again later.",
    "THIRD_PARTY_AUTH_ERROR": "The Firebase project holds no good key for Apple or for browsers.",
    "SENDER_ID_MISMATCH": "The token belongs to another Firebase project. The app must register anew.",
    "BadEnvironmentKeyIdInToken": "The key is for the other environment (sandbox or not). Make one for both at Apple.",
    "DeviceTokenNotForTopic": "The token belongs to another app: compare COACH_APNS_TOPIC with the app's bundle id.",
    "BadTopic": "COACH_APNS_TOPIC is no app of this team.",
    "TopicDisallowed": "The key may not send to COACH_APNS_TOPIC.",
    "InvalidProviderToken": "Compare COACH_APNS_KEY_FILE, COACH_APNS_KEY_ID and COACH_APNS_TEAM_ID with Apple's page.",
    "ExpiredProviderToken": "This machine's clock is wrong by more than ten minutes.",
}
BY_CODE = {
    401: "The provider does not take our key.",
    403: "The provider does not take our key; with Web Push the app may have subscribed under another one.",
    413: "Too large.",
    429: "Too many messages; the provider says when to come back.",
}


def run(sessions: sessionmaker[Session], config: Config, device_id: UUID) -> tuple[bool, list[str]]:
    """Whether it was taken, and what to print. Raises CannotStart if there is no such device."""
    with sessions() as session:
        handover = _handover(session, config, device_id)
    sender = Sender(config)
    try:
        sender.send([handover])
        answers = sender.answers(WAIT_S, 1)
    finally:
        sender.stop()
    outcome = answers[0][1] if answers else Ambiguous()
    return isinstance(outcome, Accepted), [f"{handover.provider}: {said(outcome)}", advice(outcome)]


def said(outcome: Outcome) -> str:
    """What the provider answered, in a line."""
    match outcome:
        case Ambiguous():
            return "no answer"
        case Expired():
            return "not sent"
        case Accepted():
            return f"{outcome.code}, accepted"
    meant = {TryLater: "not now", TokenGone: "gone", Refused: "refused"}[type(outcome)]
    return ", ".join(str(part) for part in (outcome.code, outcome.reason, meant) if part is not None)


def advice(outcome: Outcome) -> str:
    """What to do about it."""
    match outcome:
        case Accepted():
            return "The provider has it. If the phone shows nothing: notifications are off there, or it is offline."
        case Ambiguous():
            return "It may have arrived. Try again; if that goes on, the provider or the network is in trouble."
        case Expired():
            return "It had no time left."
        case TryLater() | Refused() if outcome.reason in ADVICE:
            return ADVICE[outcome.reason]
        case TokenGone():
            return ADVICE.get(outcome.reason or "", "The address is no longer valid: the app must register anew.")
        case Refused(suspect=True):
            return "The provider calls the token malformed: the app must register anew."
    if outcome.code in BY_CODE:
        return BY_CODE[outcome.code]
    return "Try again later." if isinstance(outcome, TryLater) else "The message is not as this provider wants it."


def _handover(session: Session, config: Config, device_id: UUID) -> Handover:
    found = session.scalars(select(Device).where(Device.id == device_id).order_by(Device.seen_at.desc())).first()
    if found is None:
        raise CannotStart(f"There is no device {device_id}.")
    if found.state != "active":
        raise CannotStart(f"The device {device_id} has no address any more ({found.state}): it must register anew.")
    now = clock.read(session, config)
    return Handover(
        key=Key(found.patient_id, UUID(int=0), now.date(), 0, found.id),
        lease=uuid4(),
        leased_at=now,
        collapse_id=uuid4().hex,
        text=TEXT,
        urgency="high",
        ttl_s=int(LIFE.total_seconds()),
        expires_at=now + LIFE,
        attempt=1,
        provider=found.provider,
        endpoint=found.endpoint,
        p256dh=found.p256dh,
        auth=found.auth,
        sandbox=found.sandbox,
    )
