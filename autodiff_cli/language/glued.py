"""Names that look like a sign left out: sinx for sin(x), xy for x*y, pix for pi*x.

Names are never split; here is what is said of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from ..ops import CONSTANTS, FUNCTIONS
from . import foreign

_GREEK = frozenset({
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "omicron", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
})  # fmt: skip
_SPOKEN = {
    "sin": "the sine", "cos": "the cosine", "tan": "the tangent", "ln": "the logarithm", "log": "the logarithm",
    "sqrt": "the square root", "cbrt": "the cube root", "exp": "the exponential", "abs": "the absolute value",
}  # fmt: skip
# Functions by their names in other countries, which are as often written without brackets.
_ELSEWHERE = ("log₁₀", "log₂", "arcsin", "arccos", "arctan", "arctg", "arcctg", "cosec", "cotg", "ctg", "tg", "lg")
# Words of English that begin like a function or a constant.
_WORDS = frozenset({
    "cost", "costs", "cosy", "sing", "sins", "tang", "tank", "tans", "logo", "logs", "signs", "steps", "floors", "rounds",
    "erfs", "pin", "pit", "pie", "pig", "pip",
})  # fmt: skip
# Functions whose names are as good a name for a value.
_ALSO_NAMES = frozenset({"gamma", "sign", "step", "floor", "round", "log", "abs"})
_USUAL = frozenset("xyz")
_LOWERED = frozenset("₀₁₂₃₄₅₆₇₈₉")
# Of a number alone these are often written without brackets: sqrt2.
_ROOTS = frozenset({"sqrt", "cbrt"})


def _applied() -> list[str]:
    """Functions of one operand."""
    return [name for name, row in FUNCTIONS.items() if row.arity == 1 and not row.variadic]


def meant(name: str, known: Iterable[str]) -> str | None:
    """What a name may have been meant for where `known` are names at hand, as a sentence; None where it looks like a name."""
    known = {each for each in known if each != name}
    if name in FUNCTIONS or name in _GREEK or not name.replace("_", "").isalnum():
        return None
    functions = sorted([*_applied(), *_ELSEWHERE], key=len, reverse=True)
    pieces = _pieces(name, functions, known)
    if name in _WORDS and not any(piece in known for piece in pieces):
        return None
    if not any(piece in functions for piece in pieces):
        return _product(name, pieces, known)
    factors = _calls(pieces, functions, known)
    if factors is None:
        return None
    if len(factors) == 1 and pieces[0] in functions:
        function, _, inside = factors[0].removesuffix(")").partition("(")
        what = _SPOKEN.get(function, function)
        return f"{name} is one name; for {what} of {inside} write {factors[0]}"
    return f"{name} is one name; with its signs it is {'*'.join(factors)}"


def _pieces(name: str, functions: Sequence[str], known: Collection[str]) -> list[str]:
    """The name cut into functions, names at hand, Greek letters by name, digits and single letters."""
    words = [
        *functions,
        *sorted((each for each in known if len(each) > 1), key=len, reverse=True),
        *sorted(_GREEK),
        "pi",
    ]
    pattern = "|".join([*map(re.escape, words), r"[0-9]+", r"[^\W\d_][₀-₉]+", "."])
    return [found[0] for found in re.finditer(pattern, name)]


def _calls(pieces: Sequence[str], functions: Collection[str], known: Collection[str]) -> list[str] | None:
    """The factors of a product with functions in it; None where a piece looks like none."""
    factors: list[str] = []
    at = 0
    while at < len(pieces):
        if pieces[at] not in functions:
            if not _is_at_hand(pieces[at], known):
                return None
            factors.append(pieces[at])
            at += 1
            continue
        end = at + 1
        while end < len(pieces) and pieces[end] not in functions:
            end += 1
        inside = pieces[at + 1 : end]
        letters = [each for each in inside if not each.isdigit()]
        sure = [each for each in letters if _is_at_hand(each, known)]
        # One letter is an operand; of several all are at hand, or a Greek one tells that the others are letters too.
        if (not letters and pieces[at] not in _ROOTS) or (
            len(letters) > 1 and len(sure) < len(letters) and not any(map(_is_greek, sure))
        ):
            return None
        if len(letters) > 1 and set(letters) <= {"e"}:
            return None
        if any(each.isdigit() for each in inside[1:]) or any(
            (len(each) == 1 and not each.isalnum()) or each in _LOWERED for each in inside
        ):
            return None
        if not inside:
            return None
        operand = "*".join(inside).replace("π", "pi")
        elsewhere = foreign.meant(pieces[at], [operand])
        factors.append(elsewhere.write[0] if elsewhere is not None else f"{pieces[at]}({operand})")
        at = end
    return factors


def _is_at_hand(piece: str, known: Collection[str]) -> bool:
    return piece in known or piece in ("pi", "e") or piece in _USUAL or _is_greek(piece)


def _is_greek(piece: str) -> bool:
    return piece in _GREEK or "α" <= piece <= "ω"


def _product(name: str, pieces: Sequence[str], known: Collection[str]) -> str | None:
    if len(pieces) < 2 or any(piece.isdigit() or piece == "_" for piece in pieces):
        return None
    others = [piece for piece in pieces if piece not in ("pi", "π")]
    at_hand = [piece for piece in others if piece in known]
    # Where it takes many pieces to make it up, and letters among them, it is the likelier a word.
    if (
        at_hand
        and all(piece in known or piece in CONSTANTS or piece in _GREEK for piece in others)
        and (len(pieces) <= 3 or all(len(piece) > 1 for piece in pieces))
    ):
        return _as_product(name, pieces)
    if len(others) == 1 and len(pieces) == 2:
        return _as_product(name, pieces)
    return None


def _as_product(name: str, pieces: Iterable[str]) -> str:
    return f"{name} is one name; for a product write {'*'.join(pieces).replace('π', 'pi')}"


def suspected(names: Iterable[str], known: Collection[str], text: str) -> list[tuple[str, str]]:
    """Those of some names, which have no value to miss, that look like a sign left out, each with what is to be said of it.

    `text` is the program: there xy is a product if anything where it follows a number, as in 2xy.
    """
    names = list(names)
    found: list[tuple[str, str]] = []
    for name in names:
        said = meant(name, known)
        if said is None and name in _applied() and name not in _ALSO_NAMES:
            said = f"{name} is a name here; the function is written {name}(x)"
        if said is None and _looks_like_a_product(name, names, text):
            said = _as_product(name, name)
        if said is not None:
            found.append((name, said))
    return found


def _looks_like_a_product(name: str, names: Sequence[str], text: str) -> bool:
    """xy and xyz; 2ab, but not 2dt or 2mu; ax beside bx."""
    if not (2 <= len(name) <= 3 and name.isalpha()) or name in _GREEK or name in ("pi", "inf", "nan"):
        return False
    if _USUAL.issuperset(name):
        return True
    if len(name) == 2 and name[1] in _USUAL and name[0] in "abc":
        return any(each != name and len(each) == 2 and each[1] == name[1] and each[0] in "abc" for each in names)
    after_a_number = rf"(?<![\w.])(?:[0-9]+\.?[0-9]*|\.[0-9]+){re.escape(name)}(?!\w)"
    return name[0] not in "dΔ" and re.search(after_a_number, text) is not None
