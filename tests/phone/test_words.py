"""The app's words: every language says everything, nothing is said that no screen shows, and the page is small."""

import gzip
import json
import re
from pathlib import Path

import pytest

from coach import phone
from programs import catalog

APP = Path(phone.__file__).parent / "app"
WORDS = {path.stem: json.loads(path.read_text("utf-8")) for path in (APP / "words").glob("*.json")}
CODE = "\n".join(path.read_text("utf-8") for path in APP.rglob("*.js"))
KEY = r"[a-z_]+(?:\.[a-z_0-9]+)*"
WHOLE_APP_MOST = 120 * 1024  # bytes over the wire; the first screen is a part of it


def test_there_is_a_file_of_words_for_every_language_of_the_content() -> None:
    assert sorted(WORDS) == sorted(catalog.languages())


@pytest.mark.parametrize("language", sorted(set(WORDS) - {"en"}))
def test_no_text_is_missing_in_another_language(language: str) -> None:
    assert list(WORDS[language]) == list(WORDS["en"])
    for key, text in WORDS["en"].items():
        assert _names(WORDS[language][key]) == _names(text), key
        assert WORDS[language][key].strip()


def test_chinese_is_chinese() -> None:
    latin = [
        key for key, text in WORDS["zh-Hans"].items() if not re.search(r"[\u4e00-\u9fff]", re.sub(r"\{.*?\}", "", text))
    ]
    assert [key for key in latin if re.search(r"[A-Za-z]", re.sub(r"\{.*?\}", "", WORDS["zh-Hans"][key]))] == []


def test_every_text_that_the_screens_ask_for_exists() -> None:
    asked = set(re.findall(rf'\bt\((?:[^()"`]*\? )?"({KEY})"', CODE)) | set(
        re.findall(rf': "({KEY})"[,)]', CODE)
    ) & set(WORDS["en"])
    assert asked - set(WORDS["en"]) == set()


def test_no_text_is_left_over() -> None:
    literal = set(re.findall(rf'"({KEY})"', CODE))
    begun = tuple(re.findall(r"\bt\(`([a-z_.]+)\$", CODE))
    assert [key for key in WORDS["en"] if key not in literal and not key.startswith(begun)] == []


def test_the_whole_app_is_small() -> None:
    files = phone.release().files
    assert all(gzip.decompress(file.packed) == file.body for file in files.values())
    assert sum(len(file.packed) for file in files.values()) <= WHOLE_APP_MOST


def _names(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))
