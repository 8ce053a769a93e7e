"""Notices to a receiver of the clinic's own, signed so that it can tell ours from anyone's.

Coach-Signature is v1= and the hex HMAC-SHA256, under the channel's secret, of "<Coach-Timestamp>.<body>". The
receiver refuses old timestamps and ids it has seen. Where a name leads is checked on the very connection.
"""

import hashlib
import hmac
import json
from datetime import timedelta

from coach.clock import real_now
from coach.config import Config
from coach.services.notices import Handover
from workers.push.client import AnswerLost, Client, Forbidden, NotSent
from workers.push.outcome import Accepted, Ambiguous, Outcome, Refused, TokenGone, TryLater
from workers.words import TEXT, link

WAIT_LONGEST_S = 600  # of what a receiver may ask for: an alert cannot wait longer


async def send(config: Config, client: Client, handover: Handover) -> Outcome:
    """Hands one notice over; every answer is an outcome."""
    if handover.secret is None:
        return Refused()
    timestamp = str(int(real_now().timestamp()))
    body = json.dumps(
        {"id": handover.notice_id, "text": TEXT, "link": link(config, handover), "role": handover.role}
    ).encode()
    headers = {
        "Content-Type": "application/json",
        "Coach-Timestamp": timestamp,
        "Coach-Signature": "v1=" + signature(handover.secret, timestamp, body),
    }
    try:
        answer = await client.post(handover.address, headers, body)
    except Forbidden:
        return Refused()
    except NotSent:
        return TryLater()
    except AnswerLost:
        return Ambiguous()
    return _outcome(answer.status, answer.retry_after)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _outcome(status: int, retry_after: str | None) -> Outcome:
    if 200 <= status < 300:
        return Accepted(status)
    if status == 410:
        return TokenGone(status)
    if status in (408, 425, 429) or status >= 500:
        plain = retry_after is not None and retry_after.isascii() and retry_after.isdigit()
        wait = timedelta(seconds=min(int(retry_after[:9]), WAIT_LONGEST_S)) if plain and retry_after else None
        return TryLater(status, wait)
    return Refused(status)  # our signature, a wrong address, or a redirect, which we do not follow
