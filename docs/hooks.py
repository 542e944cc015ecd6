"""What MkDocs adds when it builds the site: plots of operations and a walk, the graph of rooms, formulas, fonts, changelog."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import font_source_sans_pro
import matplotlib as mpl
from figures import DARK, LIGHT, figures
from latex2mathml.converter import convert
from mkdocs.structure.files import File
from rooms import picture
from shown import written

ROOT = Path(__file__).parent.parent
FACES = ("Regular", "It", "Bold", "BoldIt")

_FORMULA = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_CONSOLE = re.compile(r'<div class="language-console highlight">.*?</div>', re.DOTALL)
_NO_PROMPT = re.compile(r'<span class="gp">(?!\$)')
# The walk that a page shows as text, and as the plot that it writes.
_WALK = re.compile(r"^\$ (adiff nudge .* -o walk\.svg)$", re.MULTILINE)
_PLOT = re.compile(r"<!-- plot: ([\w-]+) -->")
# A heading of the operations' page is linked to by the operation's name.
_OPERATION = re.compile(r"^(### .*)\n\n<!-- operation: ([\w-]+) -->$", re.MULTILINE)
_WALK_SHOWN = (
    '<figure class="plot"><img alt="Output, inputs and path of the walk" loading="lazy" width="1200" height="365" '
    'src="plots/walk.svg"></figure>'
)

_figures: dict[str, Any] = {}


def on_files(files: Any, config: Any) -> Any:
    """Files that are generated: two plots an operation, one for each scheme, the plot of a walk, the fonts, the changelog."""
    if not _figures:
        _figures.update(figures())
    for name, figure in _figures.items():
        for scheme in (LIGHT, DARK):
            content = figure.svg(scheme)
            files.append(File.generated(config, f"plots/{name}-{scheme.name}.svg", content=content))
    command = _WALK.search((ROOT / "docs" / "pages" / "commands.md").read_text(encoding="utf-8"))
    assert command is not None, "the page on commands shows a walk"
    files.append(File.generated(config, "plots/walk.svg", content=written(command[1], "walk.svg")))
    text = Path(font_source_sans_pro.__file__).parent / "files"
    signs = Path(mpl.get_data_path()) / "fonts" / "ttf"
    for font in (*(text / f"SourceSansPro-{face}.ttf" for face in FACES), signs / "STIXGeneral.ttf"):
        files.append(File.generated(config, f"assets/{font.name}", abs_src_path=str(font)))
    files.append(File.generated(config, "changelog.md", content=(ROOT / "CHANGELOG.md").read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Plots and the graph of rooms in the places that the pages keep for them."""
    if page.file.src_uri == "built.md":
        return markdown.replace("<!-- rooms -->", f'<div class="rooms">{picture(ROOT)}</div>')
    markdown = markdown.replace("<!-- walk -->", _WALK_SHOWN)
    markdown = _OPERATION.sub(r"\1 {#\2}\n\n<!-- plot: \2 -->", markdown)
    return _PLOT.sub(_plot, markdown)


def on_page_content(html: str, **_: Any) -> str:
    """Formulas as MathML, which browsers draw by themselves; of a console, the commands alone are copied.

    Only a `$` is a prompt, whatever the highlighter thinks.
    """
    html = _NO_PROMPT.sub('<span class="go">', html)
    return _CONSOLE.sub(_copied, _FORMULA.sub(_mathml, html))


def _plot(place: re.Match[str]) -> str:
    name = place[1]
    if name not in _figures:
        return ""
    figure = _figures[name]
    pictures = "".join(
        f'<img alt="{html.escape(figure.alt)}" loading="lazy" width="{figure.width}" height="{figure.height}" '
        f'src="plots/{name}-{scheme.name}.svg#only-{scheme.name}">'
        for scheme in (LIGHT, DARK)
    )
    return f'<figure class="plot">{pictures}<figcaption>{html.escape(figure.caption)}</figcaption></figure>'


def _copied(console: re.Match[str]) -> str:
    lines = html.unescape(_TAG.sub("", console[0])).splitlines()
    commands = [line.removeprefix("$ ") for line in lines if line.startswith("$ ") and line != "$ echo $?"]
    return console[0].replace("<div ", f'<div data-copy="{html.escape(chr(10).join(commands))}" ', 1)


def _mathml(formula: re.Match[str]) -> str:
    display = "block" if formula[1] == "div" else "inline"
    return str(convert(html.unescape(formula[2]).strip(), display=display))
