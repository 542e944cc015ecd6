"""One sample for every mistake: tests/mistakes/NAME.toml holds the command and the message it must give.

`python tests/test_mistakes.py` writes the messages anew; read the difference before you keep it.
"""

from __future__ import annotations

import ast
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import autodiff_cli
from autodiff_cli import errors
from autodiff_cli.language.around import Place

HERE = Path(__file__).parent / "mistakes"
PACKAGE = Path(autodiff_cli.__file__).parent
SAMPLES = sorted(HERE.glob("*.toml"))

# Calls that make an error, by the name they are called by. The first three are those that all others end in.
MAKERS = {"AdiffError", "Place", "place", "error", "_error", "ambiguous", "wrong_count"}

# Where an error cannot be brought about from outside, and why.
UNREACHABLE = {
    "arrays.py numeric": "of the library alone; test_compile gives what is no number",
    "arrays.py evaluate": "of the library alone; test_compile gives shapes and outputs that do not go together",
    "compiled.py compile": "of the library alone; test_compile asks for what there is not",
    "compiled.py _no_vector": "of the library alone; test_compile gives a vector of another length",
    "parser.py grammar": "the grammar is missing only from a broken installation",
    "parser.py read": "a program of 50 million characters is too long for a test",
    "main.py _defect": "a defect is not there to be sampled; test_cli makes one",
    "main.py run": "memory that runs out; test_cli makes one",
    "main.py main": "a full disk at the very end; test_cli writes to one",
    "theme.py palette": "of the library alone; test_diagram asks for one",
    "dot.py drawing": "of the library alone; test_diagram asks for a direction",
    "render.py _png": "test_diagram draws what is too large for pixels",
    "places.py draft": "test_draw and test_map_table write to a directory by the library",
    "render.py engine": "test_draw hides the dot program",
    "render.py render": "test_draw hides the dot program",
    "render.py _too_slow": "test_draw shortens the time allowed",
    "render.py _system": "test_draw puts a failing dot program on the PATH",
    "render.py _embedded": "test_draw feeds the engine what it cannot lay out",
    "draw.py _write": "test_draw asks for PNG on a terminal",
    "plot.py _require": "test_nudge_command hides matplotlib",
    "plot_canvas.py require": "test_plot_command hides plotext",
    "tree.py write_tree": "test_draw draws a deep tree on a terminal",
    "quiz.py number_of": "an answer to the quiz, which is told on the spot; test_explain_quiz gives such",
    "gradient.py as_formula": "of the library alone; test_engine passes what is no expression",
    "trust.py digits": "test_trust lowers the number of values that is too large",
    "point.py _wrong_length": "of the library alone; test_vectors gives a list to a formula made for another",
    "point.py _number": "of the library alone; test_engine passes what is no number",
    "walk.py too_long": "test_notation prints what is too long",
    "algebra.py _make": "test_diff lowers the bound on what a formula may cost",
    "__init__.py __getattr__": "test_rows_formats hides pyarrow",
    "work.py job": "of the library alone; test_map_table asks for another on_error",
    "text.py _no_text": "test_rows_formats writes lists as CSV",
    "text.py _no_json": "test_rows_formats writes bytes as JSON",
    "source.py _fitted": "test_rows_formats maps Parquet files of two types",
    "binding.py plan": "of the library alone; test_map_table asks for another math",
    "compiled.py cores": "of the library alone; test_compile asks for no threads",
    "compiled.py _named": "of the library alone; test_compile gives out in another form",
    "files.py open": "test_rows_formats takes the right to read away",
    "table.py map_table": "of the library alone; test_map_table asks for another reduction",
    "table.py _source": "of the library alone; test_map_table passes what is no table",
    "table.py _each": "test_rows_formats has two files of one name",
    "table.py _written": "of the library alone; test_map_table passes a stream without a format",
    "blocks.py blocks": "test_rows_formats shortens the longest row",
    "batched.py __call__": "of the library alone; test_map_table passes what is no batch",
    "batched.py _arrays": "of the library alone; test_map_table passes arrays of two lengths",
    "batched.py _new": "of the library alone; test_map_table passes lists of two lengths",
    "sinks.py write": "test_rows_formats writes several dictionaries into an Arrow file",
    "map.py _mapped": "test_map_command has a terminal",
    "table.py _cluster": "an engine that is none is of the library alone; test_cluster asks for one",
    "cluster.py _threads": "test_cluster ends the only worker",
    "cluster.py _result": "test_cluster ends every worker that takes a partition",
    "cluster.py _left": "test_cluster ends the scheduler",
    "cluster.py _settle": "test_cluster has wrong rows among many partitions",
    "cluster_client.py distributed": "test_cluster hides Dask",
    "cluster_client.py _local": "test_cluster gives workers no time to start",
    "cluster_client.py _remote": "test_cluster asks where nobody listens, and a scheduler without workers",
    "cluster_client.py compare": "test_cluster has workers of another version",
    "cluster_work.py error": "makes again what a worker has sent: test_cluster compares it",
    "cluster_work.py _unseen": "test_cluster names a directory that workers do not see",
    "cluster_work.py pieces": "test_cluster_parts moves a file away",
    "cluster_work.py _of_blocks": "test_cluster_parts cuts a file short",
    "mistakes.py _token": "kept for a state of the grammar that no sample reaches",
}


def load(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def prepare(sample: dict[str, Any], place: Path) -> None:
    for name, content in sample.get("files", {}).items():
        data = content.encode("latin-1") if name in sample.get("latin1", []) else content.encode("utf-8")
        (place / name).write_bytes(data)
    for name in sample.get("folders", []):
        (place / name).mkdir()


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_the_message(path: Path, adiff: Any, tmp_path: Path) -> None:
    sample = load(path)
    prepare(sample, tmp_path)
    for earlier in sample.get("before", []):
        adiff(*earlier)
    result = adiff(*sample["args"], stdin=sample.get("stdin", "").encode())
    assert result.err.rstrip("\n") == sample["message"].rstrip("\n")
    assert result.code == sample["exit"]
    assert result.out == ""


class Recorder:
    """Notes where in the package each error is made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: set[tuple[str, int]] = set()
        original = errors.AdiffError.__init__

        def init(error: errors.AdiffError, *args: Any, **kwargs: Any) -> None:
            self.here(sys._getframe(1))
            original(error, *args, **kwargs)

        monkeypatch.setattr(errors.AdiffError, "__init__", init)
        place = Place.__new__

        def make(kind: type[Place], *args: Any) -> Place:
            self.here(sys._getframe(1))
            return place(kind, *args)

        monkeypatch.setattr(Place, "__new__", make)

    def here(self, frame: Any) -> None:
        """This line, and, where it is in a helper that only makes errors, the lines that called that."""
        while frame is not None and frame.f_code.co_filename.startswith(str(PACKAGE)):
            self.made.add((os.path.relpath(frame.f_code.co_filename, PACKAGE), frame.f_lineno))
            frame = frame.f_back


def sites() -> list[tuple[str, int, int, str]]:
    """Every place in the package where an error is made: file, first and last line, and the function around it."""
    found = []
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                    if name in ("Place", "place") and path.parent.name != "language":
                        continue  # another thing of that name
                    if name in MAKERS and not (name == "error" and "json" in ast.unparse(node.func)):
                        where = f"{path.name} {function.name}"
                        found.append(
                            (os.path.relpath(path, PACKAGE), node.lineno, node.end_lineno or node.lineno, where)
                        )
    return found


def test_every_error_has_a_sample(adiff: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(monkeypatch)
    for i, path in enumerate(SAMPLES):
        place = tmp_path / str(i)
        place.mkdir()
        monkeypatch.chdir(place)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(place / "config"))
        sample = load(path)
        prepare(sample, place)
        for earlier in sample.get("before", []):
            adiff(*earlier)
        adiff(*sample["args"], stdin=sample.get("stdin", "").encode())
    missing = [
        f"{file}:{first} in {where}"
        for file, first, last, where in sites()
        if where not in UNREACHABLE and not any((file, line) in recorder.made for line in range(first, last + 1))
    ]
    assert not missing, "\n".join(missing)


def test_the_exceptions_are_still_there() -> None:
    """No word in UNREACHABLE that has lost its place."""
    assert set(UNREACHABLE) <= {where for *_, where in sites()}


def rewrite() -> None:
    """Write every sample's message and exit code as they are now."""
    import contextlib
    import io
    import tempfile

    from autodiff_cli.cli.main import run

    for path in sorted(HERE.glob("*.toml")):
        sample = load(path)
        with tempfile.TemporaryDirectory() as place:
            os.chdir(place)
            os.environ["XDG_CONFIG_HOME"] = f"{place}/config"
            prepare(sample, Path(place))
            for earlier in sample.get("before", []):
                with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                    run(earlier)
            err = io.StringIO()
            sys.stdin = io.TextIOWrapper(io.BytesIO(sample.get("stdin", "").encode()))
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(err):
                code = run(sample["args"])
        head = path.read_text(encoding="utf-8").split("exit =")[0]
        path.write_text(f"{head}exit = {code}\nmessage = '''\n{err.getvalue()}'''\n", encoding="utf-8")


if __name__ == "__main__":
    rewrite()
