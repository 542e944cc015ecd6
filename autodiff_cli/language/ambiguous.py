"""What can be read in two ways, and is therefore an error that offers both."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import AdiffError
from ..ops import FUNCTIONS
from . import is_name

if TYPE_CHECKING:
    from .build import Builder

MARK = "'"


def ambiguous(build: Builder, where: Any) -> AdiffError:
    """1/2x is neither (1/2)*x nor 1/(2*x)."""
    text = build.source.text[where[3] : where[4]]
    left, right = str(where[1]).replace("π", "pi"), build.source.text[where[1].end_pos : where[4]].strip()
    if right.startswith("π"):
        right = f"pi*{right[1:]}"
    head = build.source.text[where[3] : where[1].start_pos]
    return build.error(
        "syntax", f"`{text}` can be read in two ways", where, f"write {head}({left}*{right}), or {head}{left}*{right}"
    )


def two_readings(build: Builder, payload: Any, where: Any) -> AdiffError:
    """x^2(y) is neither x^2*(y) nor x^(2(y))."""
    _, exponent, (start, stop), exponent_end, _ = payload
    text = build.source.text
    base, rest = text[start:stop], text[exponent_end : where[4]].strip()
    return build.error(
        "syntax", f"`{text[where[3] : where[4]]}` can be read in two ways", where,
        f"write {base}^{exponent}*{rest}, or {base}^({exponent}*{rest})",
    )  # fmt: skip


def one_reading(build: Builder, payload: Any, where: Any) -> AdiffError:
    """x²(y) can only be x^2*(y), but names and brackets are not multiplied without a sign."""
    _, exponent, (start, stop), exponent_end, _ = payload
    text = build.source.text
    base, rest = text[start:stop], text[exponent_end : where[4]].strip()
    shown = f"`{text[start:exponent_end]}` and `{rest}`" if len(rest) <= 30 else "them"
    return build.error(
        "syntax", f"an operator is missing between {shown}", where,
        f"to multiply write {base}^{on_the_line(exponent)}*{rest}",
    )  # fmt: skip


def on_the_line(superscript: str) -> str:
    """A superscript as what follows ^."""
    if superscript.isascii():
        return f"({superscript})" if superscript.startswith("-") else superscript
    from .lookalikes import exponent_text

    text = exponent_text(superscript)
    inside = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    return inside if inside.isdigit() or is_name(inside) else f"({inside})"


def derivative_or_power(build: Builder, name: str, exponent: str, where: Any) -> AdiffError:
    """f⁽²⁾(x) is the second derivative to most."""
    text = build.source.text[where[3] : where[4]]
    order = on_the_line(exponent).strip("()")
    inside = text.partition("(")[2].removesuffix(")")
    power = f"{name}({inside})^{on_the_line(exponent)} for the power"
    derivative = ""
    if order.isdigit() and int(order) < 10:
        derivative = f"{name}{int(order) * MARK}({inside}) for the derivative, or "
    elif order.isdigit() and is_name(inside):
        derivative = f"diff({name}({inside}), {inside}, {order}) for the derivative, or "
    return build.error("syntax", f"`{name}{exponent}` can be read in two ways", where, f"write {derivative}{power}")


def root(build: Builder, where: Any) -> AdiffError:
    """√2x is neither √(2)*x nor √(2*x), and √x^2 neither √(x)^2 nor √(x^2)."""
    split, sign = where[1]
    text = build.source.text
    under, more = (
        text[where[3] + 1 : split].strip(),
        text[split : where[4]].strip().removeprefix("^").removeprefix("**"),
    )
    function = {"√": "sqrt({})", "∛": "cbrt({})", "∜": "({})^(1/4)"}[text[where[3]]]
    if sign == "^":
        more = on_the_line(more.strip()) if not more.isascii() else more.strip()
    else:
        under, more = under.replace("π", "pi"), f"pi*{more[1:]}" if more.startswith("π") else more
    if not under:  # √πx
        under, _, more = more.partition("*")
    return build.error(
        "syntax", f"`{text[where[3] : where[4]]}` can be read in two ways", where,
        f"write {function.format(under)}{sign}{more}, or {function.format(f'{under}{sign}{more}')}",
    )  # fmt: skip


def no_exponent(build: Builder, where: Any) -> AdiffError:
    """What is raised makes no expression, or two: ˣ² is x^2 to some and x2 to others."""
    from .lookalikes import exponent_text

    text = exponent_text(where[1])
    written = build.source.text[where[3] : where[4]]
    base = written.removesuffix(where[1]).strip()
    squared = re.sub(r"([^\W\d_])(?=[0-9])", r"\1^", text)
    if squared != text:
        return build.error(
            "syntax", f"`{written}` can be read in two ways", where, f"write {base}^({squared}), or {base}^({text})"
        )
    return build.error(
        "syntax", f"`{where[1]}` is no exponent", where, f"write it on the line, complete: {base}^({text}...)"
    )


def inverse_or_reciprocal(build: Builder, name: str, exponent: str, where: Any) -> AdiffError:
    """sin^-1(x) is asin to some and 1/sin to others."""
    inverse = {"log": "exp", "ln": "exp", "exp": "log", "sqrt": "the square"}.get(name, f"a{name}")
    inside = build.source.text[where[3] : where[4]].partition("(")[2].removesuffix(")")
    options = [f"{inverse}({inside})"] if inverse in FUNCTIONS and exponent == "-1" else []
    options.append(f"{name}({inside})^{exponent}")
    return build.error(
        "syntax", f"`{name}^{exponent}` can be read in two ways", where, f"write {', or '.join(options)}"
    )


# By the kind of the instruction.
MISREADABLE: dict[str, Callable[[Builder, Any], AdiffError]] = {
    "ambiguous": ambiguous,
    "ambiguous_root": root,
    "no_exponent": no_exponent,
}
