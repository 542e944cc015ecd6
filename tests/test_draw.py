"""The drawings: both layout engines, every format, and labels that would break a careless one."""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from autodiff_cli import AdiffError, Value, draw, parse
from autodiff_cli.graph.formula import Formula
from autodiff_cli.notation.numbers import fixed
from autodiff_cli.views import fonts, render
from autodiff_cli.views.compose import compose
from autodiff_cli.views.diagram import Look
from autodiff_cli.views.dot import Drawing
from autodiff_cli.views.dot import drawing as drawn_of

LECTURE = ("L = d*f; d = e + c; e = a*b", "a=2", "b=-3", "c=10", "f=-2")
AT = {"a": 2.0, "b": -3.0, "c": 10.0, "f": -2.0}
ENGINES = ["embedded", "system"]
SVG = "{http://www.w3.org/2000/svg}"


def drawing(formula: Formula, at: dict[str, float], **look: Any) -> Drawing:
    return drawn_of(compose(formula, at, Look(**look)))


def boxes(svg: str) -> list[list[str]]:
    """The texts of every box, in the order of the graph."""
    found = []
    for group in ET.fromstring(svg).iter(f"{SVG}g"):
        if "node" in group.get("class", "").split() and "op" not in group.get("class", ""):
            found.append(["".join(text.itertext()) for text in group.iter(f"{SVG}text")])
    return found


def tooltips(svg: str) -> list[str]:
    return [title.text or "" for title in ET.fromstring(svg).iter(f"{SVG}title")]


def operations(svg: str) -> list[str]:
    groups = [g for g in ET.fromstring(svg).iter(f"{SVG}g") if g.get("class") == "node op"]
    return ["".join(text.itertext()) for g in groups for text in g.iter(f"{SVG}text")]


def test_dot_is_installed() -> None:
    """Both engines are to be tested, so the program must be there."""
    assert shutil.which("dot")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_lecture(engine: str) -> None:
    svg = draw("L = d*f; d = e + c; e = a*b", at=AT, layout=engine)
    assert sorted(boxes(svg)) == sorted(
        [name, "data", data, "grad", grad]
        for name, data, grad in [
            ("a", "2.0000", "6.0000"), ("b", "-3.0000", "-4.0000"), ("e", "-6.0000", "-2.0000"),
            ("c", "10.0000", "-2.0000"), ("d", "4.0000", "-2.0000"), ("f", "-2.0000", "4.0000"), ("L", "-8.0000", "1.0000"),
        ]
    )  # fmt: skip
    assert sorted(operations(svg)) == ["*", "*", "+"]
    assert svg == draw("L = d*f; d = e + c; e = a*b", at=AT, layout=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_in_another_process(engine: str) -> None:
    program = f"from autodiff_cli import draw; print(draw('x*y + x', x=1, y=2, layout={engine!r}), end='')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode() == draw("x*y + x", x=1, y=2, layout=engine)


def test_both_engines_give_boxes_of_the_same_size() -> None:
    sizes = []
    for engine in ENGINES:
        svg = draw("α*sin(x) + 3", α=1.5, x=2, layout=engine)
        sizes.append(re.findall(r'<rect [^>]*?(width="[\d.]+" height="[\d.]+")', svg))
    assert sizes[0] == sizes[1]


def test_tooltips_hold_the_expression_and_the_local_derivatives() -> None:
    found = tooltips(draw("L = d*f; d = e + c; e = a*b", at=AT, layout="embedded"))
    assert "e = a*b = -6\ndL/de = -2" in found
    assert "d*f\nlocal derivative by d: -2\nlocal derivative by f: 4" in found
    assert "a = 2\ndL/da = 6" in found


def test_operands_in_order_and_shared_values_once() -> None:
    source = drawing(parse("a - b/a"), {"a": 1, "b": 2}).source
    edges = re.findall(r"(\w+)(?::e)? -> (\w+)", source)
    into: dict[str, list[str]] = {}
    for tail, head in edges:
        into.setdefault(head, []).append(tail)
    assert into["v3o0"] == ["v0", "v2"]
    assert into["v2o0"] == ["v1", "v0"] or into["v2o0"] == ["v0", "v1"]
    assert source.count("| data") // 2 >= 1
    squared = drawing(parse("x*x"), {"x": 3}).source
    assert squared.count("v0:e -> v1o0") == 2
    assert len(re.findall(r"\bv0 \[", squared)) == 1


HOSTILE = [
    'say "hi"',
    "a<b>c",
    "{x|y}",
    "back\\slash\\N\\n",
    "Zeichen äß μ 变量 🎈",
    "a&amp;b & c",
    "x" * 300,
    "line\nbreak",
    "<b>",
    "'",
    "]]>",
    "%",
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("label", HOSTILE)
def test_labels_come_out_right(label: str, engine: str) -> None:
    svg = draw(Value(1.5, label=label) * 2, layout=engine)
    expected = label.replace("\n", " ")
    expected = expected if len(expected) <= 40 else expected[:39] + "…"
    assert expected in [texts[0] for texts in boxes(svg)]
    assert any(title.startswith(label[:300].replace("\n", "\n")) for title in tooltips(svg))


@pytest.mark.parametrize("label", HOSTILE)
def test_dot_reads_what_we_write(label: str) -> None:
    source = drawing(parse("x"), {"x": 1}).source
    source = drawing(Formula({label: Value(1.5, label=label) * 2}), {}).source
    done = subprocess.run(["dot", "-Tcanon"], input=source.encode(), capture_output=True, check=False)
    assert done.returncode == 0
    assert b"syntax error" not in done.stderr


@pytest.mark.parametrize("engine", ENGINES)
def test_without_values_labels_alone(engine: str, adiff: Any) -> None:
    result = adiff("draw", "tanh(w*x + b)", "--layout", engine)
    assert boxes(result.out) == [["w"], ["x"], ["b"], ["L"]] or sorted(boxes(result.out)) == [
        ["L"],
        ["b"],
        ["w"],
        ["x"],
    ]
    assert result.err == "values: w=... x=... b=... would show data and gradients\n"


def test_some_values_show_what_they_determine(adiff: Any) -> None:
    result = adiff("draw", "L = e + c; e = a*b", "a=2", "b=-3", "--layout", "embedded")
    found = {texts[0]: texts[1:] for texts in boxes(result.out)}
    assert found["e"] == ["data", "-6.0000", "grad", "1.0000"]
    assert found["a"] == ["data", "2.0000", "grad", "-3.0000"]
    assert found["c"][:1] == ["data"]
    assert "grad" in found["c"]
    assert "1.0000" in found["c"]
    assert "c=... would show the rest" in result.err


def test_digits(adiff: Any) -> None:
    found = adiff("draw", "x/3", "x=1", "--digits", "8", "--layout", "embedded").out
    assert ["L", "data", "0.33333333", "grad", "1"] in boxes(found)


def test_constants_look_different() -> None:
    svg = draw("2*x + pi", x=1, layout="embedded")
    kinds = re.findall(r'class="node (\w+)"', svg)
    assert sorted(kinds) == ["constant", "constant", "input", "op", "op", "output", "value"]
    assert ["pi = 3.141592653589793"] in boxes(svg)


@pytest.mark.parametrize(
    ("x", "text"),
    [(2.0, "2.0000"), (-0.0, "0.0000"), (0.00001234567, "0.00001235"), (1e-12, "1e-12"), (123456.789, "123456.7890"),
     (1e20, "1e20"), (0.04000000000000001, "0.0400"), (float("nan"), "nan"), (float("-inf"), "-inf"), (-0.00004, "-0.00004"),
     (1 / 3, "0.3333"), (0.02, "0.0200"), (0.012345, "0.01235")],
)  # fmt: skip
def test_four_decimals_and_more_where_they_would_hide_the_value(x: float, text: str) -> None:
    assert fixed(x) == text


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "dot", "gv"])
def test_formats_by_suffix(adiff: Any, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"graph.{suffix}"
    target.write_text("old")
    result = adiff("draw", *LECTURE, "-o", str(target), "--json")
    assert json.loads(result.out)["written"] == str(target)
    heads = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph", "gv": b"digraph"}
    assert target.read_bytes().startswith(heads[suffix])
    assert [each.name for each in tmp_path.iterdir() if each.name != "home"] == [target.name]


def test_to_standard_output(adiff: Any) -> None:
    assert adiff("draw", *LECTURE, "-o", "-").out.startswith("<?xml")
    assert adiff("draw", *LECTURE).out.startswith("<?xml")
    assert adiff("draw", *LECTURE, "-o", "-", "--format", "dot").out.startswith("digraph")
    assert adiff("draw", *LECTURE, "-o", "-", "--format", "png").data.startswith(b"\x89PNG")


def test_a_file_is_written_whole_with_ordinary_rights(adiff: Any, tmp_path: Path) -> None:
    adiff("draw", *LECTURE, "-o", "g.dot")
    assert stat.S_IMODE((tmp_path / "g.dot").stat().st_mode) & 0o600 == 0o600


def test_the_library_refuses_a_directory(tmp_path: Path) -> None:
    with pytest.raises(AdiffError, match="is a directory"):
        render.write(tmp_path, b"x")


def test_without_the_dot_program(adiff: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert adiff("draw", *LECTURE).out.startswith("<?xml")
    assert adiff("draw", *LECTURE, "-o", "g.png").code == 0
    pdf = adiff("draw", *LECTURE, "-o", "g.pdf")
    assert pdf.code == 2
    assert "PDF needs the dot program" in pdf.err
    assert "no dot program" in adiff("draw", *LECTURE, "--layout", "system").err
    assert not (tmp_path / "g.pdf").exists()


def test_a_dot_program_that_fails(adiff: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "dot"
    fake.write_text("#!/bin/sh\necho 'Error: out of luck' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    result = adiff("draw", *LECTURE)
    assert result.code == 2
    assert "out of luck" in result.err


def test_a_layout_that_takes_too_long(adiff: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "dot"
    fake.write_text("#!/bin/sh\nexec sleep 30\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(render, "SECONDS", 0.3)
    assert "takes more than 0.3 seconds" in adiff("draw", *LECTURE).err


def test_the_embedded_engine_is_stopped_too(monkeypatch: pytest.MonkeyPatch) -> None:
    draw("x", layout="embedded")  # warm
    monkeypatch.setattr(render, "SECONDS", 0.2)
    # Horner's scheme with one shared input: hard on the network simplex.
    drawn = drawing(parse("x*(" * 300 + "x" + " + 1)" * 300), {}, shared=True)
    with pytest.raises(AdiffError, match="takes more than"):
        render.render(drawn, "svg", "embedded")
    monkeypatch.setattr(render, "SECONDS", 60)
    assert draw("x + 1", layout="embedded").startswith("<?xml")


def test_what_the_embedded_engine_cannot_lay_out() -> None:
    with pytest.raises(AdiffError, match="embedded Graphviz could not"):
        render._embedded("digraph {")
    assert draw("x + 1", layout="embedded").startswith("<?xml")


def test_values_and_formulas_show_as_graphs_in_a_notebook() -> None:
    program = (
        "from autodiff_cli import Value, parse\n"
        "print(Value(2.0, label='a')._repr_svg_()[:5], parse('x^2')._repr_svg_()[:5])\n"
        "big = Value(1.0)\nfor _ in range(3000): big = big * 1.1\nprint(big._repr_svg_())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "<?xml <?xml\nNone\n"
    assert done.stderr == ""


def test_letter_widths() -> None:
    assert fonts.width("0", 1000) == fonts.width("9", 1000) == 497
    assert fonts.width("μ", 10) > 0
    assert fonts.width("变", 10) == 10
    assert fonts.width("bold", 10, bold=True) > fonts.width("bold", 10)


def test_the_png_has_text(tmp_path: Path) -> None:
    """Text drops silently where a font is missing: the picture of a label must differ from that of a blank."""
    pictures = []
    for label in ("www", "   "):
        target = tmp_path / "g.png"
        draw(Value(1.0, label=label), target, layout="embedded")
        pictures.append(len(target.read_bytes()))
    assert pictures[0] > pictures[1] + 200


def test_draw_takes_what_grad_takes(tmp_path: Path) -> None:
    svg = draw("a*b", a=2, b=3, layout="embedded")
    assert draw("a*b", {"a": 2, "b": 3}, layout="embedded") == svg
    assert (
        draw("a*b", tmp_path / "g.svg", {"a": 2, "b": 3}, layout="embedded") == svg == (tmp_path / "g.svg").read_text()
    )
    assert "data" in draw("path*at", {"path": 2, "at": 3}, layout="embedded")
    with pytest.raises(AdiffError, match="no layout"):
        draw("x", layout="neato")


def test_a_large_graph_repeats_its_inputs_beside_their_uses(adiff: Any) -> None:
    """Above fifty operations; a computed value is drawn once whatever the size."""
    text = "x*(" * 30 + "y" + " + 1)" * 30
    apart = adiff("draw", text, "x=1", "y=2", "--format", "dot", "-o", "-").out
    shared = adiff("draw", text, "x=1", "y=2", "--shared", "--format", "dot", "-o", "-").out
    assert len(re.findall(r"^\tv0\w* \[", apart, flags=re.MULTILINE)) == 30
    assert len(re.findall(r"^\tv0\w* \[", shared, flags=re.MULTILINE)) == 1
    assert apart.count("-> v") == shared.count("-> v")
    svg = draw(text, x=1, y=2, layout="embedded")
    assert sum(texts[0] == "x" for texts in boxes(svg)) == 30
    assert draw("x*x + x", x=1, layout="embedded").count(">x</text>") == 1


@pytest.mark.full
@pytest.mark.parametrize(
    "text",
    [
        "x*(" * 500 + "c" + " + 1)" * 500,
        "; ".join(["v0 = a*b"] + [f"v{i} = v{i - 1}*v{i // 2} + b" for i in range(1, 500)]),
    ],
    ids=["Horner", "shared"],
)
def test_a_thousand_operations_are_laid_out(text: str) -> None:
    assert draw(text, layout="embedded").count('class="node op"') == 1000 - ("v0" in text)
