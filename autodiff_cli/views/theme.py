"""The colours of drawings, light and dark: Okabe and Ito's, which colour-blind readers can tell apart, and greys."""

from __future__ import annotations

from ..errors import AdiffError

THEMES = ("light", "dark", "auto")

LIGHT = {
    "ground": "#ffffff", "ink": "#1b2733", "muted": "#66727f", "line": "#5b6b7a",
    "input": "#d6eaf8", "constant": "#ececec", "value": "#ffffff", "output": "#fde8c8", "op": "#ffffff",
    "plus": "#0072b2", "minus": "#d55e00",
    "changed": "#a0448c", "added": "#007a5a", "removed": "#c05000", "broken": "#b3122d",
}  # fmt: skip
DARK = {
    "ground": "#11171d", "ink": "#e6ebf0", "muted": "#9fabb7", "line": "#8593a1",
    "input": "#153e5c", "constant": "#2f363d", "value": "#1a222b", "output": "#5c4113", "op": "#1a222b",
    "plus": "#56b4e9", "minus": "#f0a030",
    "changed": "#e79ad0", "added": "#3cc79b", "removed": "#ff9a4d", "broken": "#ff6b81",
}  # fmt: skip

_FONTS = "'Source Sans Pro','Source Sans 3','Noto Sans',Arial,sans-serif"
_FIXED = f"text{{font-family:{_FONTS};font-variant-numeric:tabular-nums}}"


def palette(theme: str) -> dict[str, str]:
    """The colours of a theme; of auto, those of light. Raises AdiffError for another name."""
    if theme not in THEMES:
        raise AdiffError("usage", f"there is no theme {theme!r}", hint=f"themes are {', '.join(THEMES)}")
    return DARK if theme == "dark" else LIGHT


def style(theme: str) -> str:
    """The style sheet of an SVG; of auto, with the dark colours where the reader's system prefers them."""
    rules = _FIXED + _rules(palette(theme))
    if theme == "auto":
        rules += f"\n@media (prefers-color-scheme:dark){{{_rules(DARK)}}}"
    return f"<style>\n{rules}\n</style>"


def _rules(of: dict[str, str]) -> str:
    kinds = "".join(f".{kind} rect{{fill:{of[kind]}}}" for kind in ("input", "constant", "value", "output"))
    ways = "".join(
        f".{way} path{{stroke:{of[way]}}}.{way} polygon,.{way} text{{fill:{of[way]}}}" for way in ("plus", "minus")
    )
    states = "".join(
        f".node.{state} rect,.node.{state} ellipse,.{state} path{{stroke:{of[state]};stroke-width:2.2}}"
        f".{state} polygon,.{state} .mark{{fill:{of[state]}}}"
        for state in ("changed", "added", "removed", "broken")
    )
    return (
        f".ground{{fill:{of['ground']}}}text{{fill:{of['ink']}}}.word,.legend text,.cluster text{{fill:{of['muted']}}}"
        f".node rect,.node path,.node ellipse{{stroke:{of['line']}}}.node path{{fill:none}}.op ellipse{{fill:{of['op']}}}{kinds}"
        f".edge path{{stroke:{of['line']};fill:none}}.edge polygon{{fill:{of['line']}}}.edge text{{fill:{of['muted']}}}"
        f".halo{{stroke:{of['ground']};stroke-width:3;stroke-linejoin:round;fill:none}}"
        f".cluster rect{{fill:{of['line']};fill-opacity:.07;stroke:{of['line']};stroke-opacity:.45}}{ways}"
        f".zero path,.idle path{{stroke-dasharray:3 3}}.idle{{opacity:.6}}.cut rect{{stroke-dasharray:4 3}}"
        f".same rect,.same ellipse,.same path,.same polygon,.same text{{opacity:.55}}{states}"
        f".removed rect,.removed ellipse,.removed path{{stroke-dasharray:5 3}}"
    )
