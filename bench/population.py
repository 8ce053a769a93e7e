"""Many patients at once, made by PostgreSQL itself: mixed zones, reminder rules, 1.3 devices each.

Nothing here is random: the same numbers give the same people.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric import ec

from coach.services import devices
from programs import canonical, schedule
from programs.schedule import Course

# Of every hundred people so many live there; half of the zones change their clocks.
ZONES = {
    "Asia/Shanghai": 22, "Asia/Kolkata": 18, "Europe/Paris": 12, "America/New_York": 10, "America/Sao_Paulo": 8,
    "Europe/London": 6, "America/Los_Angeles": 6, "Africa/Lagos": 6, "Asia/Tokyo": 5, "Australia/Sydney": 4,
    "Asia/Kathmandu": 2, "Pacific/Auckland": 1,
}  # fmt: skip
PEAK_SHARE = 0.06  # of all people are due in the busiest minute
SECOND_DEVICE_EVERY = 10, 3  # three of ten people have a second phone
KEYS = 64  # key pairs of browsers; whose they are makes no difference to the work


@dataclass(frozen=True)
class Person:
    id: UUID
    zone: str
    minute: int
    next_at: datetime


def people(number: int, peak: datetime) -> Iterator[Person]:
    """`PEAK_SHARE` of them are due in the minute of `peak`, the others later in the day."""
    by_hundred = [zone for zone, share in ZONES.items() for _ in range(share)]
    due = int(number * PEAK_SHARE)
    for index in range(number):
        zone = by_hundred[index * 37 % 100]
        later = 0 if index < due else 30 + index * 7919 % 1200  # minutes
        local = (peak + timedelta(minutes=later)).astimezone(schedule.zone(zone))
        patient_id = UUID(int=(index * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128)
        at = peak + timedelta(minutes=later) + schedule.spread(patient_id)
        yield Person(patient_id, zone, local.hour * 60 + local.minute, at)


def fill(connection: "psycopg.Connection[tuple[object, ...]]", number: int, peak: datetime, sink: str) -> int:
    """Makes the people; the number of devices. Quiet hours are off, so that the busiest minute is busy anywhere."""
    since = peak - timedelta(days=40)
    connection.execute("CREATE TEMPORARY TABLE person (id uuid, n int, zone text, minute int, next_at timestamptz)")
    with connection.cursor().copy("COPY person FROM STDIN") as copy:
        for batch in _lines(people(number, peak)):
            copy.write(batch)
    clinic = UUID(int=1)
    course = json.dumps(canonical.to_json(Course(since.date())))
    values = {"clinic": clinic, "since": since, "peak": peak, "sink": sink, "course": course}
    values["keys"] = json.dumps(_browser_keys())
    every, second = SECOND_DEVICE_EVERY
    for statement in (
        "INSERT INTO clinic (id, name, zone) VALUES (%(clinic)s, 'Riverside', 'Europe/Paris')",
        """INSERT INTO account (id, clinic_id, role, email, name, password_hash, created_at)
           SELECT id, %(clinic)s, 'patient', n || '@example.org', 'Ana', 'none', %(since)s FROM person""",
        """INSERT INTO patient (id, clinic_id, zone, locale, quiet_from, quiet_until, created_at)
           SELECT id, %(clinic)s, zone, 'en', 0, 0, %(since)s FROM person""",
        """INSERT INTO schedule (patient_id, id, kind, minute, days, since)
           SELECT id, md5('routine' || n)::uuid, 'routine', minute, 127, %(since)s FROM person""",
        # A third asks for a check-in in the evening as well: the budget has something to weigh.
        """INSERT INTO schedule (patient_id, id, kind, minute, days, since)
           SELECT id, md5('checkin' || n)::uuid, 'checkin', (minute + 720) %% 1440, 127, %(since)s
           FROM person WHERE n %% 3 = 0""",
        """INSERT INTO cursor (patient_id, next_at, passed_at, done_day, course)
           SELECT id, next_at, %(peak)s - interval '10 minutes', %(peak)s::date - 1, %(course)s FROM person""",
        # What was sent on the last three days, which the budget reads.
        """INSERT INTO occurrence
             (patient_id, schedule_id, local_day, slot, kind, text, fire_at, expires_at, state)
           SELECT id, md5('routine' || n)::uuid, (next_at AT TIME ZONE 'UTC')::date - back, minute, 'routine', 'Hello',
             next_at - back * interval '1 day', next_at - back * interval '1 day' + interval '4 hours', 'due'
           FROM person, generate_series(2, 4) AS back""",
        f"""INSERT INTO device (patient_id, id, provider, endpoint, p256dh, auth, seen_at)
           SELECT person.id, md5('device' || n || phone)::uuid, 'webpush', %(sink)s || '/push/' || n || '-' || phone,
             CAST(%(keys)s AS jsonb) ->> ((n * 2 + phone) %% {KEYS}), 'MDEyMzQ1Njc4OWFiY2RlZg', %(since)s
           FROM person, generate_series(0, CASE WHEN n %% {every} < {second} THEN 1 ELSE 0 END) AS phone""",
    ):
        connection.execute(statement, values)
    connection.execute("DROP TABLE person")
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")
    (devices_made,) = connection.execute("SELECT count(*) FROM device").fetchone() or (0,)
    return int(str(devices_made))


def _lines(persons: Iterator[Person], most: int = 10_000) -> Iterator[str]:
    half = io.StringIO()
    for number, person in enumerate(persons):
        half.write(f"{person.id}\t{number}\t{person.zone}\t{person.minute}\t{person.next_at.isoformat()}\n")
        if number % most == most - 1:
            yield half.getvalue()
            half = io.StringIO()
    yield half.getvalue()


def _browser_keys() -> list[str]:
    made = (ec.generate_private_key(ec.SECP256R1()) for _ in range(KEYS))
    return [devices.encoded(devices.raw_public(key)) for key in made]
