"""The documentation shows what the commands print, names every command, option and operation, and its Python runs."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autodiff_cli import Look, Note, draw
from autodiff_cli.cli.main import commands
from autodiff_cli.graph.note import NUMERIC
from autodiff_cli.views.operations import everything, spelling

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "pages").glob("*.md"))]


def test_outputs_shown_are_outputs_given() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cogapp", "--check", "-P", "-I", str(ROOT), *map(str, PAGES)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pictures_shown_are_the_pictures_drawn() -> None:
    sys.path.insert(0, str(ROOT))
    try:
        from docs.pictures import DRAWINGS, PICTURES
    finally:
        sys.path.pop(0)
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert {path.name for path in DRAWINGS.iterdir()} == {*PICTURES}
    for name, picture in PICTURES.items():
        assert (DRAWINGS / name).read_text(encoding="utf-8") == picture.drawn(), f"{name}: just docs draws it anew"
        assert f"drawings/{name})" in pages
        assert f"\n$ {picture.command}\n" in pages, "a picture stands below its command"


def test_a_graph_from_python_is_that_of_the_command() -> None:
    program = "(a*b+c)*f"
    drawn = draw(program, a=2, b=-3, c=10, f=-2, layout="embedded", look=Look(edges="flow"), theme="dark")
    assert drawn == (ROOT / "docs" / "pages" / "drawings" / "dark.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "page", [page for page in PAGES if ">>> " in page.read_text(encoding="utf-8")], ids=lambda page: page.name
)
def test_the_python_shown_runs(page: Path) -> None:
    done = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert done.attempted > 5
    assert done.failed == 0


def test_the_readme_begins_with_two_commands() -> None:
    blocks = re.findall(
        r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    assert len(blocks) >= 2
    assert all(len(block.strip().splitlines()) == 1 for block in blocks[:2])


def test_every_command_option_and_operation_is_documented() -> None:
    reference = (ROOT / "docs" / "pages" / "commands.md").read_text(encoding="utf-8")
    for name, command in commands().items():
        assert f"\n## {name}\n" in reference
        for parameter in command.params:
            assert all(option in reference for option in parameter.opts if option.startswith("-"))
    operations = (ROOT / "docs" / "pages" / "operations.md").read_text(encoding="utf-8")
    for row in everything():
        assert f"`{spelling(row)}`" in operations


def test_every_kind_of_note_is_documented() -> None:
    reference = (ROOT / "docs" / "pages" / "commands.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"[:,]\s+(\w+)(?=[,.])", (Note.__doc__ or "").split("\n", 1)[1]))
    assert listed == set(re.findall(r"^\| `(\w+)` \|", reference.split("\n## Notes\n")[1], flags=re.MULTILINE))
    assert listed > NUMERIC
    package = [path.read_text(encoding="utf-8") for path in (ROOT / "autodiff_cli").rglob("*.py")]
    made = {kind for text in package for kind in re.findall(r"\bNote\(\s*\"(\w+)\"", text)}
    assert made <= listed, "a kind that no reader of the documentation knows"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target
