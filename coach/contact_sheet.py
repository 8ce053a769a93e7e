"""Every exercise as it is drawn, on one page: the moving figure, and each key pose beside it as it is printed."""

from base64 import b64encode
from collections.abc import Iterator
from html import escape

from programs import figure
from programs.catalog import Catalog, Exercise

STYLE = """
body{margin:1rem auto;max-width:82rem;font:1rem/1.4 system-ui,sans-serif;color:#1f2a36}
section{border-top:1px solid #c3cbd3;padding:.6rem 0;break-inside:avoid}
h2{font-size:1rem;margin:0}p{margin:.1rem 0 .4rem;color:#50606f}
main{display:flex;gap:.6rem;align-items:flex-end}figure{margin:0;flex:1;max-width:18rem}img{width:100%}
figcaption{font-size:.8rem;color:#50606f}.still{outline:2px solid #b4360c;outline-offset:2px}
"""


def page(catalog: Catalog) -> str:
    """Needs nothing from elsewhere."""
    sections = "\n".join("".join(_section(exercise, catalog)) for exercise in catalog.exercises.values())
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Figures, {escape(catalog.version)}</title>'
        f"<style>{STYLE}</style>\n<h1>Figures</h1>\n<p>Content {escape(catalog.version)}. Draft for clinical sign-off. "
        f"First as it moves, then every key pose; the framed one is what is printed.</p>\n{sections}</html>\n"
    )


def _section(exercise: Exercise, catalog: Catalog) -> Iterator[str]:
    words, drawn = catalog.words["en"], catalog.figures[exercise.id]
    name, cues = words.word(f"exercises.{exercise.id}.name"), words.lines(f"exercises.{exercise.id}.cues")
    moving = figure.draw(drawn, exercise.tempo, name, cues)
    yield f"<section><h2>{escape(name)}</h2><p>{escape(exercise.id)}: {escape(' '.join(cues))}</p><main>"
    yield _picture(moving, f"moving, {len(moving.encode())} bytes", False)
    for place, still in enumerate(figure.stills(drawn, exercise.tempo, name), 1):
        yield _picture(still, f"pose {place}", place == drawn.still)
    yield "</main></section>"


def _picture(svg: str, caption: str, framed: bool) -> str:
    looks = ' class="still"' if framed else ""
    source = f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
    return f'<figure{looks}><img alt="" src="{source}"><figcaption>{caption}</figcaption></figure>'
