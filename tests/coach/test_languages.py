"""A person in Chinese from the first question to the lock: no English word of our texts is left in any answer."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from coach import cli
from coach.config import Config
from programs import catalog
from programs.schedule import TEXT_SETS
from tests.coach.people import ALL_NO, PASSWORD, Person, entry
from tests.ticks import tick
from workers.adaptation import adapt_due

CONTENT = catalog.load()
LIBRARY = ("exercises", "programs", "lessons", "modules", "questionnaires", "safety-card")
# What only reviewers read, in English with its citations; names that people and clinics gave themselves.
NOT_OURS = {"sources", "evidence", "entry", "exit", "blocks", "licence", "clinic"}
NAMES = {"TENS", "NICE", "Roland", "Morris", "WHO", "NIOSH", "HSE", "HeLP", "Cochrane", "BMI", "RMDQ", "RF", "NG"}
ENGLISH = {
    line
    for text in CONTENT.words["en"].texts.values()
    for line in ((text,) if isinstance(text, str) else text)
}  # fmt: skip
VOCABULARY = {word.lower() for line in ENGLISH for word in re.findall(r"[A-Za-z]{2,}", re.sub(r"\{.*?\}", "", line))}

Sessions = sessionmaker[Session]
Move = Callable[[datetime], None]


@pytest.fixture
def lin(client: FlaskClient) -> Person:
    found = Person(client, zone="Asia/Shanghai").register("林")
    assert found.call("PATCH", "/v1/me", {"locale": "zh-Hans"}).status_code == 200
    return found


def test_a_journey_in_chinese_leaves_no_english(
    lin: Person, committed: Sessions, config: Config, now: datetime, move: Move
) -> None:
    said: list[Any] = [lin.get("/v1/me/intake")]
    facts = {"diagnoses": ["RAD"], "leg": 5, "location": 3, "avoids": ["four_point"], "sit_h": 8, "equipment": ["mat"]}
    said += [lin.onboard(**facts), lin.today(), lin.get("/v1/me/routines?days=7"), lin.get("/v1/me/plan")]
    asked = [lin.call("POST", "/v1/me/plan/swaps", {"exercise": item["exercise"]}) for item in said[-1]["items"]]
    said += [answer.get_json() for answer in asked if answer.status_code == 200]
    for number in range(1, 6):
        then = now + timedelta(days=number)
        move(then)
        lin.report(
            entry("checkin", then, zone="Asia/Shanghai", answers={}),
            entry("morning", then, zone="Asia/Shanghai", pain=3 if number < 3 else 6),
            entry("session", then, zone="Asia/Shanghai", pre=2, peak=3 if number < 3 else 7, rpe=4),
        )
        adapt_due(committed, config, CONTENT)
        said += [lin.today(), lin.get("/v1/me/plan")]
    decisions = lin.get("/v1/me/decisions?limit=100")
    told = now + timedelta(days=5, hours=17)  # 09:00 in Shanghai, an hour after the daily reminder
    with committed.begin() as session:
        assert tick(session, told).occurrences
    move(told)
    inbox = lin.get("/v1/me/inbox")
    lin.report(entry("checkin", told, zone="Asia/Shanghai", answers={"RF01": "yes"}))
    locked = lin.get("/v1/me/plan")
    said += [decisions, inbox, locked, lin.today(), lin.get("/v1/me/sync")]

    assert decisions["decisions"] and inbox["items"]
    chinese = CONTENT.words["zh-Hans"]
    texts = {line for kind in TEXT_SETS for line in chinese.lines(f"reminders.{kind}")}
    assert {each["text"] for each in inbox["items"]} <= texts
    assert locked["cards"][0]["title"] == "现在就去急诊"
    assert [left for answer in said for left in english_in(answer)] == []


@pytest.mark.parametrize("path", LIBRARY)
def test_the_library_comes_in_chinese(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/v1/library/{path}?locale=zh-Hans")

    assert answer.headers["Content-Language"] == "zh-Hans"
    assert list(english_in(answer.get_json())) == []
    assert re.search("[\u4e00-\u9fff]", str(answer.get_json()))


def test_the_check_finds_english() -> None:
    left = {"a": [{"text": "现在 call your doctor"}, "No", "RF01", {"sources": ["Ana et al., Spine"]}], "id": "bridge"}

    assert list(english_in(left)) == ["现在 call your doctor", "No"]


@pytest.mark.parametrize(
    ("asked", "served"), [("zh-CN", "zh-Hans"), ("zh-Hant-TW", "zh-Hans"), ("de", "en"), ("x", "en")]
)
def test_the_library_answers_in_the_nearest_language(client: FlaskClient, asked: str, served: str) -> None:
    answer = client.get(f"/v1/library/exercises/bridge?locale={asked}")

    assert answer.headers["Content-Language"] == served
    assert answer.get_json()["name"] == CONTENT.words[served].word("exercises.bridge.name")


def test_one_language_is_not_taken_for_the_other(client: FlaskClient) -> None:
    english = client.get("/v1/library/lessons").headers["ETag"]

    again = client.get("/v1/library/lessons?locale=zh-Hans", headers={"If-None-Match": english})
    assert again.status_code == 200
    assert client.get("/v1/library/lessons", headers={"If-None-Match": english}).status_code == 304


def test_a_person_chooses_one_of_the_languages_there_are(client: FlaskClient) -> None:
    form = {"email": "lin@example.org", "password": PASSWORD, "name": "林", "zone": "Asia/Shanghai"}

    assert client.post("/v1/auth/register", json=form | {"locale": "de"}).status_code == 422
    assert client.post("/v1/auth/register", json=form | {"locale": "zh-Hans"}).status_code == 201
    document = client.get("/openapi.json").get_json()["components"]["schemas"]
    assert document["Settings"]["properties"]["locale"]["enum"] == ["en", "zh-Hans"]


def test_changing_the_language_changes_what_is_served_at_once(lin: Person, now: datetime) -> None:
    lin.onboard(red_flags=ALL_NO)
    chinese, english = lin.today(), None
    lin.call("PATCH", "/v1/me", {"locale": "en"})
    english = lin.today()

    assert chinese["variants"]["full"][0]["exercise"] == english["variants"]["full"][0]["exercise"]
    assert chinese["variants"]["full"][0]["name"] != english["variants"]["full"][0]["name"]


def test_what_a_language_lacks_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["content", "translate-check", "zh-Hans"]) == 0
    assert capsys.readouterr().out == "OK: zh-Hans is complete\n"
    assert cli.main(["content", "translate-check", "xx"]) == 2
    assert capsys.readouterr().err == "coach: locale/xx: folder: does not exist\n"


def english_in(answer: Any, key: str = "") -> Iterator[str]:
    """Texts of an answer that hold a word of our English texts; ids and other single words of code do not count."""
    if isinstance(answer, dict):
        for name, part in answer.items():
            if name not in NOT_OURS:
                yield from english_in(part, name)
    elif isinstance(answer, list):
        for part in answer:
            yield from english_in(part, key)
    elif isinstance(answer, str):
        words = set(re.findall(r"[A-Za-z]{2,}", answer)) - NAMES
        if re.search(r"\s|[^\x00-\x7f]", answer):
            if any(word.lower() in VOCABULARY for word in words):
                yield answer
        elif answer in ENGLISH and (answer[:1].isupper() or key == "tempo"):
            yield answer
