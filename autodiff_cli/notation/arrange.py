"""Expressions of the algebra arranged for printing: the order of terms, signs, quotients, roots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from .expr import ONE, RELATIONS, Expr, Number
from .numbers import literal
from .tree import Tree


def arranged(expr: Expr, names: Mapping[Expr, str] | None = None) -> Tree:
    """The tree of an expression. What has a name among `names` is called by it, the expression itself aside."""
    return _Arranger(names or {}).tree(expr)


class _Arranger:
    """Arranges one expression, each part of it once."""

    def __init__(self, names: Mapping[Expr, str]) -> None:
        self.names = names
        self.made: dict[Expr, Tree] = {}

    def tree(self, root: Expr) -> Tree:
        stack = [root]
        while stack:
            x = stack[-1]
            if x in self.made:
                stack.pop()
                continue
            if x in self.names and x is not root:
                self.made[x] = Tree("name", text=self.names[x])
                continue
            waiting = [part for part in parts_of(x) if part not in self.made]
            if waiting:
                stack += waiting
            else:
                self.made[stack.pop()] = self._arrange(x)
        return self.made[root]

    def _arrange(self, x: Expr) -> Tree:
        if x.kind == "number":
            return _number(x.value)
        if x.kind == "name":
            return Tree("name", text=x.text if x.text != "\0exp" else "e")
        if x.kind == "call":
            return self._call(x)
        return self._product(x) if x.kind == "product" else self._sum(x)

    def _call(self, x: Expr) -> Tree:
        parts = tuple(self.made[each] for each in x.parts)
        if x.text in RELATIONS:
            return Tree("relation", parts, x.text)
        if x.text in ("and", "or"):
            return Tree(x.text, parts)
        if x.text == "not_":
            return Tree("not", parts)
        if x.text == "if":
            last = parts[2]
            return Tree("piecewise", (*parts[:2], *(last.parts if last.kind == "piecewise" else (last,))))
        return Tree("call", parts, x.text)

    def _product(self, x: Expr) -> Tree:
        """Numbers first, what has a negative exponent below."""
        above: list[Tree] = []
        below: list[Tree] = []
        for base, exponent in x.factors:
            if base.text == "\0exp":
                above.append(self._exponential(base, exponent))
            elif exponent.kind == "number" and exponent.value.value < 0:
                below.append(self._power(base, Number(-exponent.value.value), None))
            else:
                above.append(self._power(base, exponent.value if exponent.kind == "number" else None, exponent))
        value = x.value
        negative = value.value < 0
        # -(a - b)/c is (b - a)/c.
        turned = next((i for i, tree in enumerate(above) if tree.kind == "sum"), None) if negative else None
        if turned is not None and any(part.kind == "negative" for part in above[turned].parts):
            above[turned], negative = _turned(above[turned]), False
        size = Number(abs(value.value), value.decimal)
        top, bottom = (
            (size, ONE)
            if _is_decimal(size)
            else (Number(Fraction(size.value.numerator)), Number(Fraction(size.value.denominator)))
        )
        if top.value != 1 or not above:
            above.insert(0, _number(top))
        if bottom.value != 1:
            below.insert(0, _number(bottom))
        made = _times(above)
        if below:
            made = Tree("quotient", (made, _times(below)))
        return Tree("negative", (made,)) if negative else made

    def _exponential(self, base: Expr, exponent: Expr) -> Tree:
        """exp(x), but e^2."""
        if exponent.kind == "number" and exponent.value.value > 0:
            return self._power(base, exponent.value, None)
        return Tree("call", (self.made[exponent],), "exp")

    def _power(self, base: Expr, times: Number | None, exponent: Expr | None) -> Tree:
        tree = self.made[base]
        if times is not None:
            if times.value == 1:
                return tree
            if times.value == Fraction(1, 2):
                return Tree("call", (tree,), "sqrt")
            return Tree("power", (tree, _number(times)))
        assert exponent is not None
        return Tree("power", (tree, self.made[exponent]))

    def _sum(self, x: Expr) -> Tree:
        """Higher powers first, the constant last, and no minus in front where another term can go there."""
        terms = [(term, c) for term, c in x.terms]
        terms.sort(key=lambda each: -_degree(each[0]))
        trees = [self._scaled(term, c) for term, c in terms]
        if x.value.value:
            constant = _number(Number(abs(x.value.value), x.value.decimal))
            trees.append(Tree("negative", (constant,)) if x.value.value < 0 else constant)
        first = next((i for i, tree in enumerate(trees) if tree.kind != "negative"), 0)
        trees.insert(0, trees.pop(first))
        return Tree("sum", tuple(trees))

    def _scaled(self, term: Expr, c: Number) -> Tree:
        if c.value == 1 and not c.decimal:
            return self.made[term]
        if term in self.names:
            product = Expr("product", -1, c, factors=((term, _ONE),))
        else:
            product = Expr("product", -1, c, factors=term.factors if term.kind == "product" else ((term, _ONE),))
        return self._product(product)


_ONE = Expr("number", -1)


def parts_of(x: Expr) -> Iterable[Expr]:
    """The expressions that one is made of."""
    if x.kind == "product":
        return [each for base, exponent in x.factors for each in (base, exponent)]
    return x.parts if x.kind == "call" else [term for term, _ in x.terms]


def _turned(tree: Tree) -> Tree:
    """The negative of a sum, its first term one without a minus."""
    parts = [part.parts[0] if part.kind == "negative" else Tree("negative", (part,)) for part in tree.parts]
    first = next(i for i, part in enumerate(parts) if part.kind != "negative")
    parts.insert(0, parts.pop(first))
    return Tree("sum", tuple(parts))


def _times(factors: list[Tree]) -> Tree:
    return factors[0] if len(factors) == 1 else Tree("product", tuple(factors))


def _degree(x: Expr) -> Fraction:
    """The total degree of a product in its names."""
    factors = x.factors if x.kind == "product" else ((x, _ONE),)
    return sum(
        (e.value.value for b, e in factors if b.kind == "name" and b.text != "\0exp" and e.kind == "number"),
        Fraction(0),
    )


def _is_decimal(value: Number) -> bool:
    return value.decimal and value.value.denominator != 1


def _number(value: Number) -> Tree:
    """Digits, or a quotient of whole numbers."""
    size = abs(value.value)
    if size.denominator == 1:
        # Beyond a double's whole numbers a short form says as much.
        made = Tree("number", text=str(size.numerator) if size < 10**17 else literal(float(size)))
    elif value.decimal:
        made = Tree("number", text=literal(float(size)))
    else:
        made = Tree("quotient", (Tree("number", text=str(size.numerator)), Tree("number", text=str(size.denominator))))
    return Tree("negative", (made,)) if value.value < 0 else made
