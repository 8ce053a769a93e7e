"""A first day with the client that openapi-python-client has generated; run with the folder that holds it."""

import sys
from datetime import timedelta
from uuid import uuid4

folder, url = sys.argv[1:]
sys.path.insert(0, folder)

from coach_client import AuthenticatedClient, Client  # noqa: E402
from coach_client.api.accounts import accounts_refresh, accounts_register  # noqa: E402
from coach_client.api.phone import (  # noqa: E402
    phone_ask_intake,
    phone_report,
    phone_submit_intake,
    phone_synchronise,
)
from coach_client.models import Batch, CheckinEntry, IntakeRequest, MorningEntry, RefreshRequest, Registration  # noqa: E402

person = {"email": f"{uuid4().hex}@example.org", "password": "a long enough password", "name": "Ana"}
tokens = accounts_register.sync(
    client=Client(base_url=url), body=Registration.from_dict(person | {"zone": "Europe/Paris"})
)
tokens = accounts_refresh.sync(
    client=Client(base_url=url), body=RefreshRequest.from_dict({"refresh_token": tokens.refresh_token})
)
client = AuthenticatedClient(base_url=url, token=tokens.access_token)

asked = phone_ask_intake.sync(client=client)
facts = {
    "age": 40, "height_cm": 170, "back_average": 3, "back_worst": 5, "leg": 0, "location": 0,
    "episode_day": "2025-11-02", "red_flags": {each.flag: "no" for each in asked.questions},
}  # fmt: skip
plan = phone_submit_intake.sync(client=client, body=IntakeRequest.from_dict(facts))
assert plan.items

first = phone_synchronise.sync(client=client)
today = first.days[0]
assert (len(first.days), today.provisional) == (7, False)
assert {"full", "short", "calm"} <= set(today.variants.additional_properties)

at = first.server_time
said = {"occurred_at": at.isoformat(), "zone": "Europe/Paris", "local_day": first.me.today.isoformat()}
card = CheckinEntry.from_dict(said | {"id": str(uuid4()), "kind": "checkin", "body": {"answers": {}}})
later = said | {"occurred_at": (at + timedelta(seconds=1)).isoformat()}
morning = MorningEntry.from_dict(later | {"id": str(uuid4()), "kind": "morning", "body": {"pain": 3}})
for expected in ("stored", "same"):
    answer = phone_report.sync(client=client, body=Batch(entries=[morning, card]))
    assert [each.status for each in answer.results] == [expected] * 2, answer

second = phone_synchronise.sync(client=client, since=first.since)
assert {each.kind for each in second.entries} == {"checkin", "morning"}
alarm = CheckinEntry.from_dict(later | {"id": str(uuid4()), "kind": "checkin", "body": {"answers": {"RF01": "yes"}}})
answer = phone_report.sync(client=client, body=Batch(entries=[alarm]))
assert answer.lock == "EMERGENCY"
assert phone_synchronise.sync(client=client).lock.cards[0].now
print("a first day, red flag included")
