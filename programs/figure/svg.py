"""The drawing as one SVG file: still for print and for whoever wants less motion, moving on any other screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape
from zlib import crc32

from programs.figure import keyframes
from programs.figure.drawing import Drawing
from programs.figure.film import Film
from programs.figure.keyframes import Run, Track
from programs.figure.shapes import Piece, Place, number, numbers

# Light and dark: shirt, trousers, skin, shoes (9: of the far side), hair, solids, mat, tools, elastic.
COLOURS = {
    "light": {
        "s": "#2f8799", "s9": "#8fc0c9", "t": "#50658a", "t9": "#a3b0c6", "k": "#cf9468", "k9": "#e6c7ad",
        "f": "#39424f", "f9": "#99a1ab", "r": "#5b4636", "q1": "#c3cbd3", "q2": "#b0bac4", "q3": "#d8dee4",
        "m1": "#8fb59d", "m2": "#7ea58d", "m3": "#a9cbb5", "w": "#4b545f", "e": "#d97706",
    },
    "dark": {
        "s": "#45a3b5", "s9": "#2b6370", "t": "#8399c2", "t9": "#4f5d78", "k": "#dba67d", "k9": "#87674e",
        "f": "#c0c8d2", "f9": "#707985", "r": "#8a6c55", "q1": "#46505b", "q2": "#3a434d", "q3": "#56616d",
        "m1": "#3f5e4c", "m2": "#385444", "m3": "#4b6e59", "w": "#aab4c0", "e": "#f59e0b",
    },
}  # fmt: skip
INK = {"light": "#1f2a36", "dark": "#e8edf2"}
ARROW = {"light": "#b4360c", "dark": "#ffb27a"}


def write(exercise: str, name: str, cues: Sequence[str], film: Film, drawn: Drawing, moves: bool = True) -> str:
    """One line of XML; the same bytes for the same content."""
    mark = f"f{crc32(exercise.encode()) % 0xFFFF:x}"  # so that many drawings may stand in one page
    moving: dict[Track, int] = {}
    uses = Counter(piece.path for piece in drawn.pieces)
    shared = {path: f"{mark}-{place}" for place, path in enumerate(path for path, times in uses.items() if times > 1)}
    shapes = "".join(f'<path id="{name}" d="{path}"/>' for path, name in shared.items())
    pieces = "".join(_run(run, drawn.shown, moving, shared) for run in keyframes.runs(drawn.pieces, drawn.shown))
    arrows = f'<path class="a" d="{"".join(drawn.arrows)}"/>' if drawn.arrows else ""
    motion = keyframes.css(mark, moving, film, drawn.shown) if moves else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(drawn.eye.width)} {number(drawn.eye.height)}" '
        f'class="{mark}" role="img" aria-labelledby="{mark}t {mark}d">'
        f'<title id="{mark}t">{escape(name)}</title><desc id="{mark}d">{escape(" ".join(cues))}</desc>'
        f"<style>{_style(mark, {piece.looks for piece in drawn.pieces})}{motion}</style>"
        f"<defs>{shapes}</defs>{pieces}{arrows}</svg>\n"
    )


def _run(run: Run, shown: int, moving: dict[Track, int], shared: Mapping[str, str]) -> str:
    """Pieces that move as one in a group that moves, others by themselves."""
    if not keyframes.moves(run.track):
        return "".join(_piece(piece, place, shared) for piece, place in run.pieces)
    film = f"z i{moving.setdefault(run.track, len(moving))}"
    if len(run.pieces) == 1:
        return _piece(run.pieces[0][0], run.track[shown], shared, f" {film}")
    inner = "".join(_piece(piece, place, shared) for piece, place in run.pieces)
    return f'<g class="{film}"{_transform(run.track[shown])}>{inner}</g>'


def _piece(piece: Piece, place: Place, shared: Mapping[str, str], film: str = "") -> str:
    shape = f'use href="#{shared[piece.path]}"' if piece.path in shared else f'path d="{piece.path}"'
    looks = f"{piece.looks} p" if piece.outlined else piece.looks
    return f'<{shape} class="{looks}{film}"{_transform(place)}/>'


def _transform(place: Place) -> str:
    moved = f"translate({numbers(place.x, place.y)})" if max(abs(place.x), abs(place.y)) >= keyframes.STILL else ""
    turned = f"rotate({number(place.angle)})" if abs(place.angle) >= keyframes.STILL else ""
    return f' transform="{moved}{turned}"' if moved or turned else ""


def _style(mark: str, used: set[str]) -> str:
    def fills(mode: str) -> str:
        plain = "".join(f".{mark} .{looks}{{fill:{fill}}}" for looks, fill in COLOURS[mode].items() if looks in used)
        glow = f".{mark} .gl{{fill:{ARROW[mode]}}}" if "gl" in used else ""
        # As a file of its own the drawing sets its ink; inside a page it takes the colour of the page's text.
        return f"{plain}.{mark} .a{{stroke:{ARROW[mode]}}}{glow}svg.{mark}:root{{color:{INK[mode]}}}"

    rules = {
        "o": "stroke:currentColor;stroke-width:2.2", "p": "stroke:currentColor;stroke-width:.9",
        "a": "fill:none;stroke-width:2.6", "g": "fill:currentColor;opacity:.13", "gl": "opacity:.5",
        "y": "fill:#1f2a36", "b": "fill:currentColor;fill-opacity:.3",
        "h": "fill:none;stroke:currentColor;stroke-width:2.6", "c1": "stroke:currentColor;stroke-width:4",
        "c2": "stroke:#b0bac4;stroke-width:2.2",
        "wl": "fill:none;stroke:#2b7fb8;stroke-width:2",
        "wa": "fill:#3b9bd6;opacity:.38",
    }  # fmt: skip
    plain = "".join(f".{mark} .{looks}{{{rule}}}" for looks, rule in rules.items() if looks in used | {"a", "p"})
    return (
        f".{mark}{{stroke-linejoin:round;stroke-linecap:round}}{plain}{fills('light')}"
        f"@media(prefers-color-scheme:dark){{{fills('dark')}}}"
    )
