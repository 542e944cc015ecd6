"""What drawings show of a graph: edges that tell, folding, depth, surroundings, long sums, two laid over each other, themes."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodiff_cli import AdiffError, Look, Value, draw, grad, parse
from autodiff_cli.views.compose import compose
from autodiff_cli.views.diagram import Diagram, Item
from autodiff_cli.views.dot import drawing
from autodiff_cli.views.overlay import overlay
from autodiff_cli.views.theme import DARK, LIGHT

LECTURE = "L = d*f; d = e + c; e = a*b"
AT = {"a": 2.0, "b": -3.0, "c": 10.0, "f": -2.0}
NETWORK = """
neuron(w, b) = tanh(dot(w, x) + b)
h1 = neuron(w1, b1)
h2 = neuron(w2, b2)
y = sigmoid(v*h1 - v*h2)
loss = (y - t)^2
w1 = [0.1, -0.2]; w2 = [0.3, 0.4]; b1 = 0; b2 = 0.1; v = 1; t = 1; x = [0.5, -0.5]
"""
SVG = "{http://www.w3.org/2000/svg}"


def diagram(text: str, at: dict[str, Any] | None = None, **look: Any) -> Diagram:
    return compose(parse(text, bound=at or {}), at or {}, Look(**look))


def by_label(found: Diagram) -> dict[str, Item]:
    return {item.label: item for item in found.items.values() if item.label}


def labels(found: Diagram) -> set[str]:
    return set(by_label(found))


def links(found: Diagram) -> dict[tuple[str, str], Any]:
    return {
        (found.items[link.source].label, item.label): link
        for item in found.items.values() for op in item.operations for link in op.links
    }  # fmt: skip


# Edges.


def test_edges_tell_local_derivatives_and_contributions() -> None:
    found = links(diagram(LECTURE, AT, edges="local"))
    assert {ends: link.local for ends, link in found.items()} == {
        ("a", "e"): -3.0, ("b", "e"): 2.0, ("e", "d"): 1.0, ("c", "d"): 1.0, ("d", "L"): -2.0, ("f", "L"): 4.0,
    }  # fmt: skip
    assert {ends: link.flow for ends, link in found.items()} == {
        ("a", "e"): 6.0, ("b", "e"): -4.0, ("e", "d"): -2.0, ("c", "d"): -2.0, ("d", "L"): -2.0, ("f", "L"): 4.0,
    }  # fmt: skip


@pytest.mark.parametrize("mode", ["local", "flow"])
def test_the_numbers_stand_on_the_edges(mode: str) -> None:
    svg = draw(LECTURE, AT, look=Look(edges=mode), layout="embedded")
    texts = {text for group in ET.fromstring(svg).iter(f"{SVG}g") if "edge" in group.get("class", "").split()
             for text in (each.text for each in group.findall(f"{SVG}text"))}  # fmt: skip
    assert texts == ({"-3", "2", "1", "-2", "4"} if mode == "local" else {"6", "-4", "-2", "4"})


def test_wider_edges_carry_more_and_signs_have_colours() -> None:
    root = ET.fromstring(draw("a*b + c*d", a=1, b=100, c=-1, d=0, look=Look(edges="flow"), layout="embedded"))
    edges = [group for group in root.iter(f"{SVG}g") if re.fullmatch(r"e\d+", group.get("id", ""))]
    widths = {group.get("class"): float(group.findall(f"{SVG}path")[0].get("stroke-width", "0")) for group in edges}
    assert widths["edge plus"] > 0.9
    assert widths["edge minus"] < 1.6
    assert widths["edge zero"] == 0.9
    assert max(float(g.findall(f"{SVG}path")[0].get("stroke-width", "0")) for g in edges) == 6.0
    legend = next(group for group in root.iter(f"{SVG}g") if group.get("class") == "legend")
    assert "".join(legend.itertext()).split() == [
        "raises",
        "the",
        "output",
        "lowers",
        "it;",
        "the",
        "wider,",
        "the",
        "more",
    ]


@settings(max_examples=40, deadline=None)
@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(-2, 2))
def test_contributions_add_up_to_the_gradient(x: float, y: float, z: float) -> None:
    """Of every value: the sum over the edges that leave it is its grad, folded or not."""
    text = "f(p, q) = sin(p*q) + p^2; u = f(x, y)*z; w = exp(u) + f(y, z); L = w*u + x"
    at = {"x": x, "y": y, "z": z}
    for fold in (None, (), ("f",), ("u",), ("w", "f")):
        found = diagram(text, at, fold=fold)
        total: dict[str, float] = {}
        for item in found.items.values():
            for op in item.operations:
                for link in op.links:
                    if link.flow is not None:
                        total[link.source] = total.get(link.source, 0.0) + link.flow
        for name, sum_ in total.items():
            expected = found.items[name].grad
            assert expected is not None
            assert sum_ == pytest.approx(expected[0], rel=1e-12, abs=1e-12)
        assert {name: by_label(found)[name].grad for name in "xyz"} == {
            name: [g] for name, g in grad(text, at).grad.items()
        }


@settings(max_examples=40, deadline=None)
@given(st.floats(-2, 2), st.floats(-2, 2))
def test_the_local_derivative_of_a_folded_box_is_that_of_all_inside(x: float, y: float) -> None:
    found = diagram("f(p, q) = sin(p*q) + p^2*exp(q); L = 3*f(x, y)", {"x": x, "y": y}, fold=("f",))
    local = {found.items[link.source].label: link.local
             for item in found.items.values() if item.inside for op in item.operations for link in op.links}  # fmt: skip
    assert local["x"] == pytest.approx(y * math.cos(x * y) + 2 * x * math.exp(y), rel=1e-12, abs=1e-12)
    assert local["y"] == pytest.approx(x * math.cos(x * y) + x**2 * math.exp(y), rel=1e-12, abs=1e-12)


def test_the_branch_not_taken_is_pale() -> None:
    found = links(diagram("L = if(x > 0, p, q)", {"x": 1, "p": 2, "q": 3}))
    assert found["q", "L"].idle
    assert not found["p", "L"].idle
    assert 'class="edge idle"' in draw("if(x > 0, p, q)", x=1, p=2, q=3, layout="embedded")
    assert 'class="edge idle"' not in draw("if(x > 0, p, q)", p=2, q=3, layout="embedded")


def test_forward_only() -> None:
    found = diagram(LECTURE, AT, forward_only=True)
    assert all(item.grad is None for item in found.items.values())
    svg = draw(LECTURE, AT, look=Look(forward_only=True), layout="embedded")
    assert "grad" not in re.sub(r"<title>.*?</title>", "", svg)
    assert ">-8.0000<" in svg


# Folding.


def test_what_folds() -> None:
    assert labels(diagram(NETWORK, fold=("neuron",))) >= {"h1 = neuron(w1, b1)", "h2 = neuron(w2, b2)", "w1[1]", "y"}
    assert labels(diagram(NETWORK, fold=("w1", "x"))) >= {"w1", "x", "w2[1]", "h1"}
    everything = diagram(NETWORK, fold=())
    assert labels(everything) == {"h1", "h2", "y", "loss", "w1", "w2", "x", "b1", "b2", "v", "t"}
    assert everything.operations < 8
    folded = by_label(everything)
    assert folded["h1"].inside == 5
    assert folded["x"].data == [0.5, -0.5]
    plain = by_label(diagram(NETWORK))
    assert folded["h1"].data == plain["h1"].data
    assert folded["h1"].grad == plain["h1"].grad
    assert folded["x"].grad == [plain["x[1]"].grad[0], plain["x[2]"].grad[0]]  # type: ignore[index]


def test_a_folded_statement_of_one_operation() -> None:
    found = by_label(diagram(LECTURE, AT, fold=("e",)))
    assert found["e"].inside == 1
    assert found["e"].data == [-6.0]
    assert found["e"].operations[0].symbol == ""
    assert found["d"].operations[0].symbol == "+"


def test_a_folded_vector_shows_its_parts() -> None:
    svg = draw("dot(w, x)", w=[1, 2, 3, 4], x=[4, 5, 6, 7], look=Look(fold=("w",)), layout="embedded")
    assert ">[1, 2, 3, …]<" in svg
    assert ">[4, 5, 6, …]<" in svg
    assert 'class="node input folded"' in svg


def test_what_lies_in_a_fold_is_gone_with_its_constants() -> None:
    found = diagram("u = 2*x + 1; L = u^3", {"x": 1}, fold=("u",))
    assert sorted(item.cells[0] for item in found.items.values() if item.kind == "constant") == ["3"]


def test_two_calls_at_one_place_are_two() -> None:
    found = diagram("f(x) = sin(x)*x; sum(i, 1, 3, f(x*i))", {"x": 1}, fold=("f",))
    assert sum(item.inside for item in found.items.values()) == 6
    assert sum(bool(item.inside) for item in found.items.values()) == 3


def test_outlines_lie_in_each_other() -> None:
    found = diagram("g(t) = t^2 + 1; f(t) = g(t)*t; u = f(x) + 1; u*x", {"x": 2})
    (u,) = found.clusters
    assert u.label == "u"
    (f,) = u.inner
    assert f.label == "f(x)"
    (g,) = f.inner
    assert g.label == "g(t)"
    assert [cluster.label for cluster in diagram("f(t) = t^2 + 1; u = f(x); u*x", {"x": 2}).clusters] == ["u = f(x)"]
    assert diagram(LECTURE, AT).clusters == []


def test_folding_where_there_is_nothing_says_so(adiff: Any) -> None:
    assert "nothing folds here" in adiff("draw", "a*b", "a=1", "b=2", "--fold", "-o", "g.svg").err


@pytest.mark.parametrize(
    ("args", "folded"),
    [
        (("--fold",), True),
        (("--fold", "f"), True),
        (("--fold=f",), True),
        (("--fold", "f,u"), True),
        (("--fold", "f", "--fold", "u"), True),
        (("x=2", "--fold", "--quiet"), True),
        ((), False),
    ],
)
def test_the_option_with_and_without_names(args: tuple[str, ...], folded: bool, adiff: Any) -> None:
    result = adiff("draw", "f(t) = t^2 + 1; u = f(x)*2; u*x", "y=1", *args, "--format", "json", "-o", "-")
    assert result.code == 2  # y is no input: the option took no binding for its value
    given = [arg for arg in args if arg != "x=2"]
    result = adiff("draw", "f(t) = t^2 + 1; u = f(x)*2; u*x", *given, "x=2", "--format", "json", "-o", "-", "--quiet")
    assert any("folded" in box for box in json.loads(result.out)["boxes"]) == folded


# Parts of a graph.


def test_depth_counts_operations_from_the_output() -> None:
    assert labels(diagram(LECTURE, AT, depth=1)) == {"L", "d", "f"}
    assert by_label(diagram(LECTURE, AT, depth=1))["d"].cut
    assert labels(diagram(LECTURE, AT, depth=2)) == {"L", "d", "f", "e", "c"}
    assert labels(diagram(LECTURE, AT, depth=3)) == labels(diagram(LECTURE, AT))
    assert diagram(LECTURE, AT, depth=1).notes[-1].message == "4 more values are left out; --depth shows more"


def test_around_shows_what_makes_a_value_and_what_uses_it() -> None:
    assert labels(diagram(LECTURE, AT, around="d")) == {"e", "c", "d", "L", "f"}
    assert by_label(diagram(LECTURE, AT, around="d"))["e"].cut
    assert labels(diagram(LECTURE, AT, around="a")) == {"a", "b", "e"}
    assert labels(diagram(LECTURE, AT, around="a", depth=2)) == {"a", "b", "e", "c", "d"}
    assert labels(diagram(NETWORK, around="neuron", fold=("neuron",))) >= {"h1 = neuron(w1, b1)", "w1[1]"}
    assert {"x[1]", "x[2]"} <= labels(diagram(NETWORK, around="x"))


def test_what_is_cut_off_has_its_expression_for_a_name() -> None:
    found = diagram("(a + b)*c", {"a": 1, "b": 2, "c": 3}, depth=1)
    assert [item.cells[0] for item in found.items.values() if item.cut] == ["a + b"]


def test_a_part_of_a_huge_graph_is_quick() -> None:
    text = "x" + " + sin(x)*2" * 20_000
    assert diagram(text, {"x": 1}, depth=2, every=True).operations == 3


# Long sums and vectors.


def test_the_middle_of_a_long_sum_is_one_box() -> None:
    found = diagram("sum(i, 1, 300, sin(i*x)/i)", {"x": 0.5})
    assert found.operations == 1 + 4 * 3 + 1
    between = next(item for item in found.items.values() if "more terms" in item.cells[0])
    assert between.cells[0] == "… 296 more terms"
    expected = math.fsum(math.sin(i * 0.5) / i for i in range(4, 300))
    assert between.data is not None
    assert between.data[0] == pytest.approx(expected)
    total = found.items[found.outputs[0]]
    assert [link.local for link in total.operations[0].links] == [1.0] * 5
    flow = sum(link.flow or 0.0 for item in found.items.values() for op in item.operations for link in op.links
               if found.items[link.source].label == "x")  # fmt: skip
    assert flow == pytest.approx(grad("sum(i, 1, 300, sin(i*x)/i)", x=0.5).grad["x"])
    assert "296 terms of long sums are drawn as one; --every draws each" in [note.message for note in found.notes]
    assert diagram("sum(i, 1, 300, sin(i*x)/i)", {"x": 0.5}, every=True).operations == 300 * 3 + 299


@pytest.mark.parametrize(
    ("text", "at", "operations"),
    [
        ("sum(i, 1, 12, i*x)", {"x": 1}, 23),  # not long
        ("sum(i, 1, 13, i*x)", {"x": 1}, 6),
        (" + ".join("xyz"[i % 3] for i in range(20)), {"x": 1, "y": 2, "z": 3}, 1),  # names are never hidden
        ("; ".join(f"v{i} = x*{i}" for i in range(20)) + "; " + " + ".join(f"v{i}" for i in range(20)), {"x": 1}, 21),
        ("s = sum(i, 1, 20, i*x); s + sum(i, 1, 20, i*y)", {"x": 1, "y": 2}, 11),
        ("dot(w, w)", {"w": [1.0] * 50}, 6),
        ("f(x) = sum(i, 1, 20, i*x); f(x) + f(y)", {"x": 1, "y": 2}, 13),
    ],
)
def test_which_sums_are_shortened(text: str, at: dict[str, Any], operations: int) -> None:
    assert diagram(text, at).operations == operations


def test_a_long_vector_is_one_box() -> None:
    assert "w" in labels(diagram("dot(w, w)", {"w": [1.0] * 13}))
    assert "w[13]" in labels(diagram("dot(w, w)", {"w": [1.0] * 13}, every=True))
    assert "w[12]" in labels(diagram("dot(w, w)", {"w": [1.0] * 12}))


# Two laid over each other.


def test_two_points(adiff: Any) -> None:
    result = adiff("draw", LECTURE, "a=2", "b=-3", "c=10", "f=-2", "--diff", "a=3", "--format", "json", "-o", "-")
    boxes = {box["label"]: box for box in json.loads(result.out)["boxes"]}
    assert {label for label, box in boxes.items() if box["state"] == "same"} == {"c"}
    assert boxes["a"]["cells"] == ["a", "data 2.0000 → 3.0000", "grad 6.0000"]
    assert boxes["b"]["cells"] == ["b", "data -3.0000", "grad -4.0000 → -6.0000"]
    assert boxes["L"]["state"] == "changed"


def test_two_expressions() -> None:
    first, second = diagram(LECTURE, AT), diagram("L = d*f; d = e - c^2; e = a*b", AT)
    found = overlay(first, second)
    assert {label: item.state for label, item in by_label(found).items()} == {
        "a": "same", "b": "same", "e": "same", "f": "changed", "c": "changed", "d": "changed", "L": "changed",
    }  # fmt: skip
    d = by_label(found)["d"]
    assert [(op.symbol, op.state) for op in d.operations] == [("+", "removed"), ("-", "added")]
    assert [(state, told) for state, told in found.legend] == [
        ("changed", "changed, before → after"), ("added", "only in the second"), ("removed", "only in the first"),
    ]  # fmt: skip
    svg = drawing(found).source
    assert svg.count("dashed") >= 3


def test_an_overlay_of_the_same_is_the_same() -> None:
    found = overlay(diagram(NETWORK), diagram(NETWORK))
    assert {item.state for item in found.items.values()} == {"same"}
    assert found.legend == []
    assert len(found.items) == len(diagram(NETWORK).items)


def test_an_overlay_in_every_format(adiff: Any, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("L = tanh(d*f); d = e - c; e = a*b")
    for suffix in ("svg", "png", "dot", "json"):
        result = adiff("draw", LECTURE, "a=2", "b=-3", "c=10", "f=-2", "--diff", "other.txt", "-o", f"g.{suffix}")
        assert result.code == 0, result.err
    svg = (tmp_path / "g.svg").read_text()
    assert "tanh" in svg
    assert 'class="node value added"' in svg
    assert 'class="node op removed"' in svg


def test_another_expression_of_other_inputs(adiff: Any) -> None:
    found = json.loads(adiff("draw", "a*b", "a=1", "b=2", "--diff", "b*c", "--format", "json", "-o", "-").out)
    assert {box["label"]: box["state"] for box in found["boxes"]} == {
        "a": "removed",
        "b": "changed",
        "c": "added",
        "L": "changed",
    }


# Themes, directions, JSON.


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_themes(theme: str) -> None:
    svg = draw(LECTURE, AT, theme=theme, layout="embedded")
    assert (f".ground{{fill:{LIGHT['ground']}}}" in svg) == (theme != "dark")
    assert (f".ground{{fill:{DARK['ground']}}}" in svg) == (theme != "light")
    assert ("prefers-color-scheme:dark" in svg) == (theme == "auto")
    ET.fromstring(svg)


def test_a_dark_picture_is_dark(tmp_path: Path) -> None:
    pictures = {}
    for theme in ("light", "dark"):
        draw("a*b", tmp_path / f"{theme}.png", {"a": 1, "b": 2}, theme=theme, layout="embedded")
        pictures[theme] = (tmp_path / f"{theme}.png").read_bytes()
    assert pictures["light"] != pictures["dark"]


@pytest.mark.parametrize("of", [LIGHT, DARK])
def test_text_can_be_read_on_every_fill(of: dict[str, str]) -> None:
    """At least 4.5 to 1 by WCAG 2, for the pale words too; lines and signs at least 3 to 1."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    def contrast(one: str, other: str) -> float:
        low, high = sorted((luminance(of[one]), luminance(of[other])))
        return (high + 0.05) / (low + 0.05)

    for fill in ("ground", "input", "constant", "value", "output", "op"):
        assert contrast("ink", fill) > 7
        assert contrast("muted", fill) > 3.9
    for line in ("line", "plus", "minus", "changed", "added", "removed"):
        assert contrast(line, "ground") > 3


@pytest.mark.parametrize("rankdir", ["LR", "RL", "TB", "BT"])
@pytest.mark.parametrize("engine", ["embedded", "system"])
def test_directions(rankdir: str, engine: str, adiff: Any) -> None:
    args = ("draw", LECTURE, "a=2", "b=-3", "c=10", "f=-2", "--rankdir", rankdir, "--layout", engine, "--json")
    found = json.loads(adiff(*args).out)
    at = {box["label"]: (box["x"], box["y"]) for box in found["boxes"]}
    along = {"LR": 1, "RL": -1, "TB": 1, "BT": -1}[rankdir]
    axis = 0 if rankdir in ("LR", "RL") else 1
    assert along * at["L"][axis] > along * at["d"][axis] > along * at["e"][axis] > along * at["a"][axis]
    assert all(box["height"] < 30 < box["width"] for box in found["boxes"])


def test_the_laid_out_graph_as_json(adiff: Any, tmp_path: Path) -> None:
    result = adiff("draw", "f(t) = t^2 + 1; L = f(x)*y", "x=2", "y=3", "--json")
    found = json.loads(result.out)
    assert result.err == ""
    assert set(found) == {"width", "height", "rankdir", "outputs", "boxes", "operations", "edges", "clusters", "notes"}
    names = {each["name"] for each in (*found["boxes"], *found["operations"])}
    assert {edge["from"] for edge in found["edges"]} | {edge["to"] for edge in found["edges"]} <= names
    assert all(len(edge["points"]) >= 4 for edge in found["edges"])
    (cluster,) = found["clusters"]
    assert cluster["label"] == "f(x)"
    x = next(box for box in found["boxes"] if box["label"] == "x")
    assert (x["data"], x["grad"], x["kind"]) == (2.0, 12.0, "input")
    assert 0 < x["x"] < found["width"]
    assert 0 < x["y"] < found["height"]
    adiff("draw", "f(t) = t^2 + 1; L = f(x)*y", "x=2", "y=3", "-o", "g.json")
    assert json.loads((tmp_path / "g.json").read_text()) == found


def test_undefined_numbers_in_json(adiff: Any) -> None:
    found = json.loads(adiff("draw", "log(x)", "x=-1", "--json").out)
    assert "NaN" in {box["data"] for box in found["boxes"]}


def test_of_the_library_alone(tmp_path: Path) -> None:
    with pytest.raises(AdiffError, match="no theme"):
        draw("x", theme="sepia")
    with pytest.raises(AdiffError, match="no direction"):
        draw("x", rankdir="north")
    with pytest.raises(AdiffError, match="too large for a PNG"):
        draw("sum(i, 1, 300, sin(i*x)/i)", tmp_path / "g.png", {"x": 1}, look=Look(every=True))
    assert not (tmp_path / "g.png").exists()


def test_graphs_built_by_hand_have_their_statements_too() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    u = a * b + a
    u.label = "u"
    svg = draw(u * u, look=Look(fold=("u",)), layout="embedded")
    assert 'class="node value folded"' in svg


# On a terminal.


class Terminal:
    """Standard output that is a terminal."""

    def __init__(self) -> None:
        self.text = ""
        self.encoding = "utf-8"

    def write(self, text: str) -> int:
        self.text += re.sub(r"\x1b\[[0-9;]*m", "", text)
        return len(text)

    def flush(self) -> None:
        return None

    def isatty(self) -> bool:
        return True


def test_the_tree_folds_and_ends_and_compares_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from autodiff_cli.cli.main import run

    def tree(*args: str) -> str:
        out = Terminal()
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.setattr(sys, "stdout", out)
        assert run(["draw", *args]) == 0
        return out.text

    lecture = (LECTURE, "a=2", "b=-3", "c=10", "f=-2")
    assert "e  data -6.0000  grad -2.0000  (1 folded)" in tree(*lecture, "--fold", "e")
    assert "d  data 4.0000  grad -2.0000  …" in tree(*lecture, "--depth", "1")
    assert "6 a  data 2.0000" in tree(*lecture, "--edges", "flow")
    assert "a  data 2.0000 → 3.0000  grad 6.0000  changed" in tree(*lecture, "--diff", "a=3")
    assert "+  removed" in tree(*lecture, "--diff", "L = d*f; d = e - c; e = a*b")
    assert "grad" not in tree(*lecture, "--forward-only")
    assert "… 296 more terms" in tree("sum(i, 1, 300, sin(i*x)/i)", "x=1")
