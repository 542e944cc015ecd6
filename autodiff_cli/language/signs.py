"""Signs of other languages: |x|, x!, 5%, a // b, a && b, c ? a : b, 1'000."""

from __future__ import annotations

import re

from .foreign import known
from .reading import Reading, ours, whole_text
from .scan import Piece, bare, held, level, operand_after, operand_before, pieces, term_before
from .tools import called


def choice(text: str) -> Reading | None:
    """c ? a : b, and a if c else b."""
    found = pieces(text)
    for k, each in enumerate(found):
        if each.text == "?":
            first, last = level(found, k)
            colon = _colon(found, k, last)
            if colon is None or first == k or colon + 1 >= last:
                return None
            start = found[first].start + _defines(text[found[first].start : each.start])
            condition = text[start : each.start].strip()
            yes = ours(text[each.end : found[colon].start].strip(), 2)
            no = ours(text[found[colon].end : found[last - 1].end].strip(), 2)
            write = f"if({bare(condition)}, {bare(yes)}, {bare(no)})"
            return Reading("a choice is written with `if`", start, found[last - 1].end, (write,))
    for k, each in enumerate(found):
        if (
            each.text == "if"
            and k > 0
            and (k + 1 >= len(found) or found[k + 1].text != "(" or each.end < found[k + 1].start)
        ):
            first, last = level(found, k)
            other = next((i for i in range(k, last) if found[i].text == "else"), None)
            if other is None or first == k or other + 1 >= last:
                return None
            start = found[first].start + _defines(text[found[first].start : each.start])
            yes, condition = text[start : each.start].strip(), text[each.end : found[other].start].strip()
            no = ours(text[found[other].end : found[last - 1].end].strip(), 2)
            write = f"if({bare(condition)}, {bare(yes)}, {bare(no)})"
            return Reading("a choice is written with `if`", start, found[last - 1].end, (ours(write, 2),))
    words = re.fullmatch(r"if\s+(.+?)\s*(?:\bthen\b|:)\s*(.+?)\s*\belse\b\s*:?\s*(.+)", text.strip(), re.DOTALL)
    if words is not None:
        return whole_text(text, "a choice is written with `if`", f"if({words[1]}, {words[2]}, {ours(words[3], 2)})")
    return None


def _colon(found: list[Piece], k: int, last: int) -> int | None:
    """The colon of the question mark at piece `k`."""
    open_ = 0
    for i in range(k, last):
        open_ += (found[i].text == "?") - (found[i].text == ":")
        if open_ == 0:
            return i
    return None


def _defines(text: str) -> int:
    """How long the `name =` is at the beginning of a text."""
    found = re.match(r"\s*\w+\s*(?:\([\w\s,]*\))?\s*=(?!=)\s*", text)
    return found.end() if found else 0


def bars(text: str) -> Reading | None:
    """|x|, ||v||."""
    if (double := re.search(r"(?<![\w)\]])\s*\|\|\s*([^|]+?)\s*\|\|", text)) is not None:
        start = text.index("||")
        return Reading("`||...||` is no bracket here", start, double.end(), (f"norm({double[1]})",))
    if "||" in text:
        return None
    for found in re.finditer(r"\|\s*([^|]+?)\s*\|", text):
        before = text[: found.start()].rstrip()
        if found[1][-1] in "+-*/^(,=<>":
            continue
        if not before or before[-1] in "+-*/^(,=<>·×÷[" or before[-1].isdigit():
            return Reading("`|...|` is no bracket here", found.start(), found.end(), (f"abs({found[1]})",))
        name = re.search(r"[^\W\d]\w*$", before)
        if name is not None and known(name[0]):  # ln|x|
            call = called(name[0], [f"abs({found[1]})"])
            return Reading("`|...|` is no bracket here", name.start(), found.end(), call)
        if (
            found.start() == len(before)
            and not found[0][1].isspace()
            and text[found.end() - 2 : found.end() - 1].strip()
        ):
            each = pieces(before)
            begin = operand_before(each, len(each))
            start = each[begin].start if begin is not None else found.start()
            write = f"{text[start : found.start()]}*abs({found[1]})"
            return Reading("`|...|` is no bracket here", start, found.end(), (write,))
    return None


def mathematical(text: str) -> Reading | None:
    """⌊x⌋, ⌈x⌉, ¬a, a ∧ b, a ∨ b."""
    for left, right, name in (("⌊", "⌋", "floor"), ("⌈", "⌉", "ceil"), ("‖", "‖", "norm")):
        inside = re.search(rf"{left}\s*([^{left}{right}]+?)\s*{right}", text)
        if inside is not None:
            return Reading(f"`{left}` is no bracket here", *inside.span(), (f"{name}({inside[1]})",))
    found = pieces(text)
    for k, each in enumerate(found):
        if each.text in ("∧", "∨"):
            return Reading(
                f"`{each.text}` is no operator here", each.start, each.end, ("and" if each.text == "∧" else "or",)
            )
        if each.text == "¬" and (end := operand_after(found, k + 1)) is not None:
            operand = text[found[k + 1].start : found[end - 1].end]
            return Reading("`¬` is no operator here", each.start, found[end - 1].end, (f"not {operand}",))
    return None


def postfix(text: str) -> Reading | None:
    """x!, 5%, 90°."""
    found = pieces(text)
    for k, each in enumerate(found):
        if each.text not in ("!", "%", "°") or k == 0:
            continue
        following = found[k + 1] if k + 1 < len(found) else None
        begin = operand_before(found, k)
        if begin is None:
            continue
        operand = text[found[begin].start : found[k - 1].end]
        if each.text == "!":
            if following is not None and following.text == "!":
                return Reading("there is no double factorial", found[begin].start, following.end, why="write its product out, "
                               "as prod(i, 1, n, 2i)")  # fmt: skip
            write = f"gamma({bare(operand)} + 1)"
            return Reading("`!` is no operator here", found[begin].start, each.end, (write,))
        if each.text == "%" and following is not None and (following.kind in ("name", "number", "open")):
            continue
        tight = found[begin - 1].text in ("/", "^", "**", "÷") if begin > 0 else False
        raised = following is not None and (following.kind == "raised" or following.text in ("^", "**"))
        value = f"{held(operand)}/100" if each.text == "%" else f"{held(operand)}*pi/180"
        what = "`%` is no part of a number" if each.text == "%" else "angles are in radians"
        return Reading(what, found[begin].start, each.end, (f"({value})" if tight or raised else value,))
    return None


def between(text: str) -> Reading | None:
    """a % b, a // b, a @ b, a && b, a || b, !a, a ± b."""
    found = pieces(text)
    calls = {"%": "mod({}, {})", "//": "floor({}/{})", "@": "dot({}, {})"}
    for k, each in enumerate(found):
        if each.text in calls and k > 0:
            begin, end = term_before(found, k), operand_after(found, k + 1)
            if begin is None or end is None:
                continue
            left, right = text[found[begin].start : found[k - 1].end], text[found[k + 1].start : found[end - 1].end]
            shown = (held(left) if "*" not in left else left, held(right)) if each.text == "//" else (left, right)
            write = calls[each.text].format(*shown)
            return Reading(f"`{each.text}` is no operator here", found[begin].start, found[end - 1].end, (write,))
        if each.text in "&|" and k > 0:
            double = k + 1 < len(found) and found[k + 1].text == each.text and found[k + 1].start == each.end
            if text.count("|") > 2 and each.text == "|":
                return None
            word = "and" if each.text == "&" else "or"
            end = each.end + double
            return Reading(f"`{text[each.start : end]}` is no operator here", each.start, end, (word,))
        if each.text == "!" and k + 1 < len(found) and found[k + 1].start == each.end:
            after = operand_after(found, k + 1)
            if after is not None:
                operand = bare(text[found[k + 1].start : found[after - 1].end])
                first, _ = level(found, k)
                write = f"not ({operand})" if first == k or found[k - 1].text in ("&", "|") else f"(not ({operand}))"
                return Reading("`!` is no operator here", each.start, found[after - 1].end, (write,))
        if each.text in ("±", "∓") and text.count("±") + text.count("∓") == 1:
            plus, minus = (text[: each.start] + sign + text[each.end :] for sign in "+-")
            return whole_text(text, f"`{each.text}` is two expressions", f"{plus}, {minus}")
    return None


def arrow_compares(text: str) -> Reading | None:
    """x => 2 where a function makes no sense, =<, <>, and = <."""
    found = re.search(r"=>|=<|<>|≥=|≤=|===|!==|=!=|~=|\\=|/=", text)
    if found is None or (found[0] == "/=" and "==" not in text and not re.search(r"\bif\b", text)):
        return None
    sign = {"=>": ">=", "=<": "<=", "===": "=="}.get(found[0], "!=")
    sign = {"≥": ">=", "≤": "<="}.get(found[0][0], sign)
    return Reading(f"`{found[0]}` is no comparison", *found.span(), (sign,))


def thousands(text: str) -> Reading | None:
    """1'000, 1 000 000 and 1 000,5."""
    found = re.search(r"(?<![\w.])\d{1,3}(?:(?:['’]\d{3})+|(?:[^\S\n]\d{3})+)(?:[.,]\d+)?(?![\d.]|[,'’\s]\d)", text)
    if found is None:
        return None
    number = re.sub(r"[^\d.]", "", found[0].replace(",", "."))
    return Reading(f"`{found[0]}` is no number", *found.span(), (number,))
