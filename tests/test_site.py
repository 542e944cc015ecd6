"""The documentation site: it builds offline, strictly, and what it shows comes from itself alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from mkdocs.config import load_config

import autodiff_cli
from autodiff_cli.views.operations import everything

ROOT = Path(__file__).parent.parent
CONFIG = ROOT / "docs" / "mkdocs.yml"
# A Python that reaches no network: read before the build by every process of it.
CUT_OFF = """
import socket

def refuse(*args, **kwargs):
    raise OSError("the site is to be built without a network")

socket.socket.connect = refuse
socket.getaddrinfo = refuse
"""


class Assets(HTMLParser):
    """What a page loads: the addresses in elements that browsers fetch by themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag in ("script", "img", "iframe", "source", "video", "audio", "embed", "object"):
            self.found += [known[name] or "" for name in ("src", "data", "srcset") if name in known]
        if tag == "link" and known.get("rel") not in ("canonical", "prev", "next"):
            self.found.append(known.get("href") or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("site")
    (place / "cut").mkdir()
    (place / "cut" / "sitecustomize.py").write_text(CUT_OFF, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(place / "cut"), "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(CONFIG), "-d", str(place / "site")],
        capture_output=True, text=True, check=False, cwd=ROOT, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return place / "site"


def pages(site: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(site.glob("*.html"))}


def test_every_page_is_there(site: Path) -> None:
    nav = [name for entry in load_config(str(CONFIG))["nav"] for name in entry.values()]
    written = {path.name for path in (ROOT / "docs" / "pages").glob("*.md")}
    assert written <= {*nav}, "a page that no reader finds"
    for name in nav:
        assert f"{Path(name).stem}.html" in pages(site), name


def test_nothing_comes_from_elsewhere(site: Path) -> None:
    for name, text in pages(site).items():
        reader = Assets()
        reader.feed(text)
        assert len(reader.found) > 3
        for address in reader.found:
            assert not re.match(r"(\w+:)?//", address), (name, address)
            # The page for a wrong address is served from anywhere, so it is written for the root.
            target = site / address.partition("#")[0].partition("?")[0].lstrip("/")
            assert target.exists(), (name, address)
    for path in site.rglob("*.css"):
        for address in re.findall(r"""(?:url\(|@import)\s*["']?([^"')]*)""", path.read_text(encoding="utf-8")):
            assert not re.match(r"https?:|//", address), (path.name, address)


def test_search_knows_the_pages(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    places = {each["location"] for each in index["docs"]}
    # Without a server a page may not fetch the index, nor start a worker: both come as scripts.
    assert (site / "search" / "search_index.js").stat().st_size > 10_000
    home = pages(site)["index.html"]
    assert 0 < home.index("assets/iframe-worker.js") < home.index("assets/javascripts/bundle")
    assert {"index.html", "lecture.html", "numbers.html#kinks", "operations.html#atan2"} <= places


def test_operations_have_their_plots(site: Path) -> None:
    text = pages(site)["operations.html"]
    for row in everything():
        assert f'<h3 id="{row.name}">' in text
        drawn = "truth" not in row.kinds
        for scheme in ("light", "dark"):
            assert (f'src="plots/{row.name}-{scheme}.svg#only-{scheme}"' in text) == drawn
            assert (site / "plots" / f"{row.name}-{scheme}.svg").exists() == drawn


def test_plots_have_both_schemes(site: Path) -> None:
    built = pages(site)
    for name, page in {
        "parabola": "lecture",
        "secants": "lecture",
        "slopes": "plots",
        "poles": "plots",
        "valley": "plots",
    }.items():
        light, dark = (site / "plots" / f"{name}-{scheme}.svg" for scheme in ("light", "dark"))
        assert light.read_bytes() != dark.read_bytes()
        assert f'src="plots/{light.name}#only-light"' in built[f"{page}.html"]
        assert f'src="plots/{dark.name}#only-dark"' in built[f"{page}.html"]


def test_what_the_hook_puts_in(site: Path) -> None:
    built = pages(site)
    assert built["lecture.html"].count("<math") > 15
    for name in ("lecture.html", "formulas.html"):
        assert "<math" in built[name]
        assert "$$" not in re.sub(r"<code>.*?</code>", "", built[name], flags=re.DOTALL)
        assert "arithmatex" not in built[name]
        assert not re.search(r"<mi>(&|&amp;|\\\w*)</mi>", built[name]), "TeX that was not understood"
    assert 'data-copy="adiff grad &quot;(a*b+c)*f&quot; a=2 b=-3 c=10 f=-2\nadiff nudge' in built["index.html"]
    for room in ("cli", "views", "analysis", "language", "graph", "ops"):
        assert f">{room}</text>" in built["built.html"]
    source = (ROOT / "docs" / "pages" / "built.md").read_text(encoding="utf-8")
    assert built["built.html"].count('<span class="filename">') == source.count("```python title=") > 5
    for name, page in {"walk": "commands", "error": "checks"}.items():
        assert f'src="plots/{name}.svg"' in built[f"{page}.html"]
        assert "<svg" in (site / "plots" / f"{name}.svg").read_text(encoding="utf-8")
    assert "Unreleased" in built["changelog.html"]
    for name in autodiff_cli.__all__:
        assert f'id="autodiff_cli.{name}"' in built["api.html"]
