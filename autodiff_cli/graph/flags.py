"""The processor's sticky flags of floating point: whether anything overflowed or underflowed since they were cleared."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache

# The bits of overflow and underflow in <fenv.h>, by machine.
_BITS = {"x86_64": 0x18, "AMD64": 0x18, "i686": 0x18, "aarch64": 0x0C, "arm64": 0x0C}


def _machine() -> str:
    """What the processor is called; platform.machine, whose import is slow, asks the same."""
    return os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_ARCHITECTURE", "")


class _Library:
    """fetestexcept and feclearexcept of the C library; where there are none, an answer that is always yes."""

    def __init__(self) -> None:
        self.test: Callable[[int], int] = lambda _: 1
        self.clear: Callable[[int], int] = lambda _: 0
        self.mask = _BITS.get(_machine(), 0)
        if not self.mask:
            return
        import ctypes

        for library in (None, "libm.so.6"):
            try:
                found = ctypes.CDLL(library)
                self.test, self.clear = found.fetestexcept, found.feclearexcept
            except (OSError, AttributeError, TypeError):
                continue
            return


@cache
def _library() -> _Library:
    return _Library()


def may_have_strayed() -> bool:
    """False only where it is certain that no operation of this thread overflowed or underflowed since `clear`, or ever."""
    library = _library()
    return bool(library.test(library.mask))


def clear() -> None:
    """Forget what overflowed and underflowed so far."""
    library = _library()
    library.clear(library.mask)
