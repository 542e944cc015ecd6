"""Assembly made into machine code in memory. Object code is kept on disk, by text, processor and LLVM's version."""

from __future__ import annotations

import ctypes
import hashlib
import os
import tempfile
from collections.abc import Callable
from typing import Any

import llvmlite
import llvmlite.binding as llvm

from ..errors import AdiffError
from ..ops import TABLE
from ..places import private_cache
from .host import Host, address
from .writer import Functions

# How many programs are kept on disk.
MOST_KEPT = 256
DIGEST = 32
_callbacks: dict[str, Any] = {}


class Loaded:
    """Machine code: `uniform` and `rows` are functions that release the GIL. It lives as long as this object.

    Where nothing differs from row to row there is no `rows`.
    """

    def __init__(self, text: str, functions: Functions, host: Host, *, rows: bool) -> None:
        for name in functions.rows:
            llvm.add_symbol(f"adiff_{name}", _callback(name))
        for name in functions.libraries:
            if (place := address(name)) is not None:
                llvm.add_symbol(name, place)
        code = _object(text, host)
        self._engine = llvm.create_mcjit_compiler(
            llvm.parse_assembly(f'target triple = "{host.triple}"'), host.machine()
        )
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        pointer, integer = ctypes.c_void_p, ctypes.c_int64
        self.uniform: Callable[..., int] = ctypes.CFUNCTYPE(integer, pointer, pointer)(self._address("uniform"))
        kind = ctypes.CFUNCTYPE(integer, *[pointer] * 5, integer, integer)
        self.rows: Callable[..., int] | None = kind(self._address("rows")) if rows else None

    def _address(self, name: str) -> int:
        found = self._engine.get_function_address(name)
        if not found:
            raise RuntimeError(f"LLVM made no function {name}")
        return int(found)


def _callback(name: str) -> int:
    """Where a row's own function can be called from machine code."""
    if name not in _callbacks:
        row = TABLE[name]
        _callbacks[name] = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * row.arity)(row.fn)
    return ctypes.cast(_callbacks[name], ctypes.c_void_p).value or 0


def _object(text: str, host: Host) -> bytes:
    version = ".".join(map(str, llvm.llvm_version_info))
    key = "\n".join([llvmlite.__version__, version, host.cpu, host.features, text])
    directory = _directory()
    path = directory and os.path.join(directory, f"{hashlib.sha256(key.encode()).hexdigest()}.o")
    if path and (kept := _kept(path)) is not None:
        return kept
    try:
        module = llvm.parse_assembly(text)
    except RuntimeError as wrong:
        raise RuntimeError(f"LLVM {version} cannot read our assembly: {wrong}") from None
    found: bytes = host.machine().emit_object(module)
    if directory and path:
        _keep(directory, path, found)
    return found


def _kept(path: str) -> bytes | None:
    """The code in a file, behind its digest; None where there is none, or it is not whole: a linker trusts what it is given."""
    try:
        with open(path, "rb") as file:
            digest, code = file.read(DIGEST), file.read()
    except OSError:
        return None
    return code if hashlib.sha256(code).digest() == digest else None


def _directory() -> str | None:
    cache = private_cache()
    if cache is None:
        return None
    directory = os.path.join(cache, "kernels")
    try:
        os.makedirs(directory, mode=0o700, exist_ok=True)
    except OSError:
        return None
    return directory


def _keep(directory: str, path: str, code: bytes) -> None:
    """Write a file whole or not at all, and let the oldest go where there are too many."""
    try:
        handle, draft = tempfile.mkstemp(dir=directory, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(code).digest() + code)
        os.replace(draft, path)
        kept = sorted(os.scandir(directory), key=lambda entry: entry.stat().st_mtime)
        for entry in kept[: max(0, len(kept) - MOST_KEPT)]:
            os.unlink(entry.path)
    except OSError:
        pass  # a full disk, or two at once: the code itself is here


def limit(size: int, most: int) -> None:
    """Raise AdiffError for a program of more instructions than can be compiled in reasonable time."""
    if size > most:
        raise AdiffError(
            "limit", f"the program with its derivatives has {size:,} operations, and at most {most:,} are compiled",
            hint="ask for fewer partials (--grad a,b or --grad none, wrt=[...] in Python), or split the formula",
        )  # fmt: skip
