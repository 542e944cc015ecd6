"""The gamma function's family and the derivatives of sin(x)/x in instructions."""

from __future__ import annotations

import math

from .code import Code, Lowering, Node


def _sinc(k: Code, x: Node) -> Node:
    return k.where(x.equals(0.0), 1.0, k.where(abs(x).equals(math.inf), 0.0, k.library("sin", x) / x))


SPECIAL: dict[str, Lowering] = {
    "sinc": _sinc,
    "gamma": lambda k, x: k.library("tgamma", x),
}
