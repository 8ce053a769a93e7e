"""Mails with the code of a password reset: leased, sent with no transaction open, recorded."""

import structlog
from sqlalchemy.orm import Session, sessionmaker

from coach.clock import real_now
from coach.config import Config
from coach.services import resets
from coach.services.tokens import Signer
from workers import mail
from workers.push.outcome import Accepted, Refused

logger = structlog.get_logger()


def send_due(sessions: sessionmaker[Session], config: Config) -> int:
    """Sends what waits; without a mail server the demo prints it, so that a developer can go on. The number handed
    over."""
    with sessions() as session:
        letters = resets.lease(session, Signer(config.secret_key), real_now())
        session.commit()
    if not letters:
        return 0
    if config.smtp_host is None and config.demo:
        for letter in letters:
            print(f"Password reset for {letter.address}: {letter.code}", flush=True)  # a demo account, on loopback
        done = [letter.id for letter in letters]
    else:
        outcomes = mail.send_resets(config, letters)
        done = [letter.id for letter, outcome in zip(letters, outcomes, strict=True)
                if isinstance(outcome, Accepted | Refused)]  # fmt: skip
    with sessions() as session:
        resets.sent(session, done)
        session.commit()
    logger.info("password_resets_sent", handed_over=len(done), waiting=len(letters) - len(done))
    return len(done)
