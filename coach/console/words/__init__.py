"""The console's own words, one file for each language; what is clinical comes from the content's words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from programs.yaml_file import read

FOLDER = Path(__file__).parent
LANGUAGES = {"en": "English", "zh-Hans": "简体中文"}


@dataclass(frozen=True)
class Words:
    """Texts by key, such as "log_in.title"; calling it fills the {names} in."""

    locale: str
    texts: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        text = self.texts[key]
        return text.format_map(values) if values else text

    def number(self, key: str, count: int, /, **values: object) -> str:
        """A text that depends on a number: the one under `.one`, or that under `.many`."""
        return self(f"{key}.{'one' if count == 1 else 'many'}", count=count, **values)

    def either(self, key: str, otherwise: str) -> str:
        """The text of a key that may not exist."""
        return self.texts.get(key, otherwise)

    def day(self, day: date) -> str:
        """A date as it is read aloud: "Tue 24 Nov 2026"."""
        names = {"weekday": self(f"weekdays.d{day.weekday()}"), "month": self(f"months.m{day.month}")}
        return self("dates.day", **names, day=day.day, year=day.year, number=day.month)

    def day_of(self, text: str) -> str:
        """The same of a date as the API writes it."""
        return self.day(date.fromisoformat(text))

    def moment(self, at: datetime) -> str:
        """An instant that has been put on the reader's clock."""
        return self("dates.moment", day=self.day(at.date()), time=f"{at:%H:%M}")


@cache
def of(locale: str) -> Words:
    """The words of one of LANGUAGES."""
    return Words(locale, dict(_flat("", read(FOLDER / f"{locale}.yaml"))))


def _flat(above: str, data: Any) -> Iterator[tuple[str, str]]:
    for key, part in data.items():
        name = f"{above}.{key}" if above else str(key)
        if isinstance(part, Mapping):
            yield from _flat(name, part)
        else:
            yield name, str(part)
