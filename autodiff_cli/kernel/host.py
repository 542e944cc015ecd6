"""The processor that kernels are made for: how wide its vectors are, and which vector functions its C library has."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import NamedTuple

import llvmlite.binding as llvm

# The letters of an instruction set in the names of vector functions (Intel's vector function ABI for x86-64, Arm's for
# AArch64), and how many doubles its vectors hold.
_WIDEST = (("e", 8, ("avx512f", "avx512dq", "avx512vl")), ("d", 4, ("avx2", "fma")), ("b", 2, ("sse4.1",)))


class Host(NamedTuple):
    """A processor as LLVM knows it. `letter` is that of its vector functions; empty where there are none."""

    triple: str
    cpu: str
    features: str
    width: int
    letter: str

    @property
    def convention(self) -> str:
        """How vector functions are called, where not as any other."""
        return "aarch64_vector_pcs" if self.letter == "n" else ""

    def vector(self, name: str, many: int) -> str | None:
        """The vector form of a function of the C library, if there is one."""
        symbol = f"_ZGV{self.letter}N{self.width}{'v' * many}_{name}"
        return symbol if self.letter and address(symbol) is not None else None

    def machine(self) -> llvm.TargetMachine:
        """A target machine of its own for each engine, which takes it over."""
        return llvm.Target.from_triple(self.triple).create_target_machine(
            cpu=self.cpu, features=self.features, opt=2, jit=True
        )


@cache
def host(cpu: str | None = None, features: str | None = None) -> Host:
    """This machine's processor; or one of that name, with those features, which this machine must be able to run."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    if cpu is None:
        cpu, found = llvm.get_host_cpu_name(), llvm.get_host_cpu_features()
        features = found.flatten()
    triple = llvm.get_process_triple()
    letter, width = _vectors(triple.partition("-")[0], set((features or "").split(",")))
    return Host(triple, cpu, features or "", width, letter if sys.platform == "linux" else "")


def _vectors(machine: str, features: set[str]) -> tuple[str, int]:
    if machine in ("x86_64", "amd64"):
        for letter, width, needed in _WIDEST:
            if features.issuperset(f"+{each}" for each in needed):
                return letter, width
        return "", 2
    return ("n", 2) if machine in ("aarch64", "arm64") else ("", 2)


@cache
def _libraries() -> list[ctypes.CDLL]:
    """The vector functions of glibc, if they are there, and the C library's."""
    found = []
    for name in ("libmvec.so.1", "libm.so.6", None if sys.platform != "win32" else "ucrtbase"):
        try:
            found.append(ctypes.CDLL(name))
        except OSError:
            continue
    return found


@cache
def address(symbol: str) -> int | None:
    """Where a function of these libraries lies."""
    for library in _libraries():
        found = getattr(library, symbol, None)
        if found is not None:
            return ctypes.cast(found, ctypes.c_void_p).value
    return None
