"""Names as mathematics writes them: Greek letters, subscripts, marks."""

from __future__ import annotations

import re
from typing import NamedTuple

from .tree import Tree

# The names of letters that are in use as names of variables.
LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ",
    "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "hbar": "ℏ", "inf": "∞",
}  # fmt: skip
# Functions under the names that books give them; others keep their own.
FUNCTIONS = {
    "ln": "log", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arsinh", "acosh": "arcosh",
    "atanh": "artanh", "asec": "arcsec", "acsc": "arccsc", "acot": "arccot", "asech": "arsech", "acsch": "arcsch",
    "acoth": "arcoth", "sign": "sgn", "gamma": "Γ", "digamma": "ψ", "normcdf": "Φ", "normpdf": "φ",
}  # fmt: skip
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


class Name(NamedTuple):
    """A name taken apart: what stands on the line, what hangs below it, its marks, and the name itself."""

    stem: str
    subscripts: tuple[str, ...] = ()
    marks: int = 0
    text: str = ""

    @property
    def letter(self) -> str:
        """The single letter that the stem is or is the name of; empty for a word."""
        return LETTERS.get(self.stem, self.stem if len(self.stem) == 1 else "")


def parted(name: str) -> Name:
    """x_1, x1, x₁ and x[1] are x with a subscript, x_max_2 has two; _x, x__y and x2y are words."""
    stem = name.rstrip("'′")
    marks = len(name) - len(stem)
    subscripts: list[str] = []
    index = re.fullmatch(r"(.+)\[(\d+)\]", stem)
    if index:
        stem = index[1]
        subscripts = [index[2]]
    pieces = stem.split("_")
    if len(pieces) > 1 and all(pieces):
        stem = pieces[0]
        subscripts = [piece.translate(_SUBSCRIPTS) for piece in pieces[1:]] + subscripts
    digits = re.fullmatch(r"([^\W\d_]+)([0-9₀₁₂₃₄₅₆₇₈₉]+)", stem)
    if digits:
        stem = digits[1]
        subscripts = [digits[2].translate(_SUBSCRIPTS), *subscripts]
    return Name(stem, tuple(subscripts), marks, name)


def is_word(tree: Tree) -> bool:
    """Whether a piece is a name of several letters, which would run into one beside it."""
    return tree.kind == "name" and not parted(tree.text).letter
