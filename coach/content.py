"""What a reviewer of the content runs: is it sound, how alike are its texts, the document to sign."""

import json
from pathlib import Path

from coach import contact_sheet, review
from coach.config import CannotStart
from programs import catalog, similarity
from programs import vectors as phone_vectors
from programs.figure import likeness

NEAREST = 20


def check(folder: Path | None) -> int:
    """Says what the content holds. Raises BadContent, one line, at its first fault."""
    found = catalog.load(folder)
    education = found.education
    held = {
        "red flags": found.red_flags, "exercises": found.exercises, "programmes": found.programs,
        "rules": education.rules, "lessons": education.lessons, "modules": education.modules,
        "questionnaires": education.questionnaires, "sources": education.sources, "languages": found.words,
    }  # fmt: skip
    print(f"OK: content {found.version}, {', '.join(f'{len(items)} {name}' for name, items in held.items())}")
    return 0


def similar() -> int:
    """Shows the texts most alike, language by language; exit status 1 where two say nearly the same."""
    return max(_similar(locale) for locale in catalog.languages())


def _similar(locale: str) -> int:
    groups = similarity.texts(catalog.load(), locale)
    pairs = similarity.nearest(groups, NEAREST)
    texts = {key: text for group in groups.values() for key, text in group.items()}
    for pair in pairs:
        print(f"{pair.likeness:.2f}  {pair.first} | {pair.second}")
        print(f"      {_start(texts[pair.first])}\n      {_start(texts[pair.second])}")
    alike = sum(pair.likeness >= similarity.TOO_ALIKE for pair in pairs)
    print(f"{locale}: {sum(map(len, groups.values()))} texts, {alike} pairs at {similarity.TOO_ALIKE} or more")
    return 1 if alike else 0


def translate_check(locale: str) -> int:
    """Lists what keeps a language from being served; exit status 1 if anything does. Raises BadContent."""
    lacks = catalog.untranslated(locale)
    print("\n".join([*lacks, f"{locale}: {len(lacks)} texts to mend" if lacks else f"OK: {locale} is complete"]))
    return 1 if lacks else 0


def vectors(folder: Path) -> int:
    """Writes the test vectors of the rules that a phone applies by itself, one case a line."""
    found = phone_vectors.all_of(catalog.load())
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in found.items():
        cases = ",\n  ".join(json.dumps(case, sort_keys=True) for case in document["cases"])
        rest = {key: value for key, value in document.items() if key != "cases"}
        (folder / name).write_text(f'{json.dumps(rest)[:-1]}, "cases": [\n  {cases}\n]}}\n', "utf-8")
    print(f"{folder}: {', '.join(found)}")
    return 0


def write_review(out: Path) -> int:
    """Writes the review document; a browser shows it and prints it."""
    return _write(out, review.document(catalog.load()))


def write_figures(out: Path) -> int:
    """Writes the sheet of all drawings."""
    return _write(out, contact_sheet.page(catalog.load()))


def nearest_figures() -> int:
    """Shows the drawings most alike; exit status 1 where two exercises look the same."""
    pairs = likeness.nearest(catalog.load().figures, NEAREST)
    for pair in pairs:
        print(f"{pair.apart:5.1f} cm (bodies {pair.bodies:.1f})  {pair.first} | {pair.second}")
    same = sum(pair.apart < likeness.TOO_NEAR for pair in pairs)
    print(f"{same} pairs nearer than {likeness.TOO_NEAR:g} cm")
    return 1 if same else 0


def _write(out: Path, page: str) -> int:
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise CannotStart(f"{out}: cannot be written ({error.strerror})") from error
    print(f"{out} is written; open it in a browser, print it or save it as PDF.")
    return 0


def _start(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:97]}..."
