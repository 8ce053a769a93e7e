"""The console speaks each of its languages in full, and says nothing that is never shown."""

import re
from pathlib import Path

import pytest

from coach.console import words
from coach.models.care import ALERT_KINDS
from coach.models.people import LOCK_LEVELS
from programs import catalog
from programs.attention import KINDS
from programs.words import REFERRALS

CONSOLE = Path(words.FOLDER).parent
NAMES = re.compile(r"\{([a-z_]+)\}")
OTHERS = sorted(set(words.LANGUAGES) - {"en"})
# Groups whose texts are chosen by what the service or the content says.
CHOSEN = (
    "account", "alert_kinds", "approvals", "barriers", "causes", "charts", "conditions", "contact", "dates",
    "directions", "episode", "done", "facts", "flags", "invitations", "locks", "measures", "modes", "months", "needs",
    "numbness", "overrides", "patient", "places", "plan_modes", "problems", "progressions", "questionnaires",
    "record", "refer", "referrals", "roles", "steps", "strength", "timeline", "told", "verdicts", "wanted",
    "weekdays", "wrong",
)  # fmt: skip


@pytest.mark.parametrize("locale", OTHERS)
def test_every_language_has_the_same_texts_with_the_same_values(locale: str) -> None:
    english, other = words.of("en").texts, words.of(locale).texts
    assert set(other) == set(english)
    for key, text in english.items():
        inside = set(NAMES.findall(other[key]))
        if not key.startswith("dates."):
            assert inside == set(NAMES.findall(text)), key
        assert other[key].strip(), key


def test_every_text_that_is_asked_for_exists() -> None:
    known = words.of("en").texts
    for key, where in asked_for():
        assert key in known or f"{key}.one" in known, f"{key} in {where}"


def test_no_text_is_there_for_nothing() -> None:
    asked = {key for key, _ in asked_for()}
    unused = []
    for key in words.of("en").texts:
        plain = key.removesuffix(".one").removesuffix(".many")
        if plain not in asked and key.partition(".")[0] not in CHOSEN:
            unused.append(key)
    assert unused == []


@pytest.mark.parametrize("locale", words.LANGUAGES)
def test_what_the_service_names_has_words(locale: str) -> None:
    known, content = words.of(locale).texts, catalog.load()
    wanted = {
        f"flags.{flag}" for flag in (*content.red_flags, "CLINICIAN", "AGE", "BP", "SPLI", "RETURN", "NO_PROGRAM")
    }
    wanted |= {f"locks.{level}" for level in LOCK_LEVELS} | {f"referrals.{kind}" for kind in REFERRALS}
    wanted |= {f"alert_kinds.{kind}.{name}" for kind in ALERT_KINDS for name in ("name", "title", "means")}
    wanted |= {f"needs.{kind}" for kind in KINDS}
    assert wanted <= set(known)


def asked_for() -> list[tuple[str, str]]:
    """Keys that stand whole in a template or in the code."""
    found = []
    for path in [*CONSOLE.glob("*.py"), *CONSOLE.glob("templates/console/*.html")]:
        text = path.read_text("utf-8")
        for match in re.finditer(r"""(?:\bt|spoken|self\.t|t\(\))(?:\.number)?\(\s*["']([a-z_0-9.]+)["']""", text):
            found.append((match[1], path.name))
        for match in re.finditer(
            r"""["']([a-z_]+\.[a-z_0-9.]+)["'] if .+? else ["']([a-z_]+\.[a-z_0-9.]+)["']""", text
        ):
            found += [(match[1], path.name), (match[2], path.name)]
        for match in re.finditer(r"""menu\("[a-z_]+", "([a-z_.]+)"\)""", text):
            found.append((match[1], path.name))
    return [(key, where) for key, where in found if key[-1] not in "._"]
