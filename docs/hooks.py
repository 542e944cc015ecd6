"""What MkDocs adds when it builds the site: plots, the graph of rooms, formulas, fonts, changelog."""

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
_NO_PROMPT = re.compile(r'<span class="gp">(?!\$ )')
# A command that a page shows with what it prints, and the place for the plot that it writes, with a word for it.
_WRITES = re.compile(r"^\$ (adiff (?:nudge|plot|check) .* -o ([\w-]+\.svg))$", re.MULTILINE)
_WRITTEN = re.compile(r"<!-- written: ([\w-]+)\.svg, (.*?) -->")
_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_PLOT = re.compile(r"<!-- plot: ([\w-]+) -->")
# A heading of the operations' page is linked to by the operation's name.
_OPERATION = re.compile(r"^(### .*)\n\n<!-- operation: ([\w-]+) -->$", re.MULTILINE)

_figures: dict[str, Any] = {}
_drawn: dict[str, str] = {}  # what the commands of the pages write, by the name of the file


def on_files(files: Any, config: Any) -> Any:
    """Files that are generated: two plots an operation, one for each scheme, those of commands, the fonts, the changelog."""
    if not _figures:
        _figures.update(figures())
        _drawn.update(_commands())
    for name, figure in _figures.items():
        for scheme in (LIGHT, DARK):
            content = figure.svg(scheme)
            files.append(File.generated(config, f"plots/{name}-{scheme.name}.svg", content=content))
    for name, content in _drawn.items():
        files.append(File.generated(config, f"plots/{name}.svg", content=content))
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
    markdown = _WRITTEN.sub(_written, markdown)
    markdown = _OPERATION.sub(r"\1 {#\2}\n\n<!-- plot: \2 -->", markdown)
    return _PLOT.sub(_plot, markdown)


def on_page_content(html: str, **_: Any) -> str:
    """Formulas as MathML, which browsers draw by themselves; of a console, the commands alone are copied.

    Only a `$` is a prompt, whatever the highlighter thinks.
    """
    html = _NO_PROMPT.sub('<span class="go">', html)
    return _CONSOLE.sub(_copied, _FORMULA.sub(_mathml, html))


def _commands() -> dict[str, str]:
    """The plots that the commands on the pages write. `adiff plot` writes one for each scheme, the others on white."""
    found = {}
    for page in sorted((ROOT / "docs" / "pages").glob("*.md")):
        for command, file in _WRITES.findall(page.read_text(encoding="utf-8")):
            name = file.removesuffix(".svg")
            if command.startswith("adiff plot "):
                for scheme in (LIGHT, DARK):
                    found[f"{name}-{scheme.name}"] = written(f"{command} --theme {scheme.name}", file)
            else:
                found[name] = written(command, file)
    return found


def _written(place: re.Match[str]) -> str:
    name, alt = place.groups()
    images = {f"{name}-{scheme.name}": f"#only-{scheme.name}" for scheme in (LIGHT, DARK)}
    if name in _drawn:
        images = {name: ""}
    size = _SIZE.search(_drawn[next(iter(images))])
    assert size is not None, f"{name}.svg does not say how large it is"
    width, height = (round(float(each) * 4 / 3) for each in size.groups())
    pictures = "".join(
        f'<img alt="{html.escape(alt)}" loading="lazy" width="{width}" height="{height}" src="plots/{key}.svg{only}">'
        for key, only in images.items()
    )
    return f'<figure class="plot">{pictures}</figure>'


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
