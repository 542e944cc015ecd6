"""What each contender of rows.py runs, as the source of a module.

A module has `prepare(columns, out)`: columns are NumPy arrays by name, out is a list of arrays for the value and the
partials. It answers with the contender's ways by name, each a function without arguments that gives value and partials as
a sequence of arrays: those of out, from who can write there, else its own. The first way is the one that a cold process
is timed with. Nothing imports SymPy: what SymPy makes is made beforehand.
"""

from __future__ import annotations

import ast
import inspect
import os
from collections.abc import Callable, Iterable

from rows_workloads import WORKLOADS, printed, shared, symbolic

THREADS = 2
CONSTANTS = "root2, root2pi = 1.4142135623730951, 2.5066282746310002\n"


def confined() -> None:
    """Keep this process, and all that it starts, to as many processors as there are threads, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])


def indented(lines: Iterable[str], by: int = 4) -> str:
    """Lines as the body of a function."""
    return "".join(f"{' ' * by}{line}\n" for line in lines)


def formula(name: str) -> str:
    """A function `f` of the columns that returns the value, for those that differentiate by themselves."""
    given = WORKLOADS[name]
    return f"{CONSTANTS}\ndef f({', '.join(given.columns)}):\n{indented(given.code.splitlines())}    return value\n\n"


def by_adiff(name: str) -> str:
    """Ours, into given arrays."""
    return f"""\
from autodiff_cli import compile

f = compile({WORKLOADS[name].text!r})

def prepare(columns, out):
    into = out[0], dict(zip(columns, out[1:]))
    def run():
        f.value_and_grad(out=into, **columns)
        return out
    return {{"out=": run}}
"""


def by_adiff_fresh(name: str) -> str:
    """Ours, into arrays that it makes at every call."""
    return f"""\
from autodiff_cli import compile

f = compile({WORKLOADS[name].text!r})

def prepare(columns, out):
    def run():
        value, slopes = f.value_and_grad(**columns)
        return [value, *slopes.values()]
    return {{"fresh arrays": run}}
"""


def by_numpy(name: str) -> str:
    """SymPy's lambdify with cse, as it is, and with the last operation of each output into a given array."""
    import sympy

    symbols, expressions = symbolic(name)
    source = inspect.getsource(sympy.lambdify(symbols, expressions, ["scipy", "numpy"], cse=True))
    return f"""\
from numpy import *
{"from scipy.special import erf" if "erf(" in source else ""}

{source}
{into_given(source)}

def prepare(columns, out):
    return {{
        "as SymPy prints it": lambda: _lambdifygenerated(*columns.values()),
        "out=": lambda: into_given(*columns.values(), out),
    }}
"""


UFUNCS = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.Pow: "power"}


def into_given(source: str) -> str:
    """The generated function once more, its outputs written where they belong by their last operation's `out=`."""
    tree = ast.parse(source).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.name = "into_given"
    tree.args.args.append(ast.arg("out"))
    end = tree.body.pop()
    assert isinstance(end, ast.Return)
    assert isinstance(end.value, ast.List)
    for i, each in enumerate(end.value.elts):
        before = [k for k, line in enumerate(tree.body) if ast.unparse(line).startswith(f"{ast.unparse(each)} =")]
        if before:  # an output that is a common sub-expression: made in place where it is defined
            line = tree.body[before[0]]
            assert isinstance(line, ast.Assign)
            line.value = written(line.value, i)
        else:
            tree.body.append(ast.Expr(written(each, i)))
    tree.body.append(ast.parse("return out").body[0])  # type: ignore[arg-type]
    return ast.unparse(ast.fix_missing_locations(tree))


def written(node: ast.expr, i: int) -> ast.expr:
    """A NumPy expression with the result of its last operation in out[i]."""
    if isinstance(node, ast.BinOp):
        call = f"{UFUNCS[type(node.op)]}({ast.unparse(node.left)}, {ast.unparse(node.right)}, out=out[{i}])"
    elif isinstance(node, ast.UnaryOp):
        call = f"negative({ast.unparse(node.operand)}, out=out[{i}])"
    elif isinstance(node, ast.Call):
        call = f"{ast.unparse(node.func)}({', '.join(map(ast.unparse, node.args))}, out=out[{i}])"
    else:
        call = f"positive({ast.unparse(node)}, out=out[{i}])"
    return ast.parse(call, mode="eval").body


def by_numexpr(name: str) -> str:
    """Outputs one by one, from common sub-expressions as arrays, and each from the columns alone.

    numexpr has no erf: its arguments are computed by numexpr, erf by SciPy in as many threads.
    """
    import sympy

    symbols, expressions = symbolic(name)
    calls = sorted({each for found in expressions for each in found.atoms(sympy.erf)}, key=str)
    names = [sympy.Symbol(f"erf{i}") for i in range(len(calls))]
    outputs = [found.xreplace(dict(zip(calls, names, strict=True))) for found in expressions]
    definitions, left = shared([*outputs, *(call.args[0] for call in calls)])
    arguments, last = left[len(outputs) :], left[: len(outputs)]
    pending = [(each, "evaluate({!r}, names)", meaning) for each, meaning in definitions]
    pending += [(each, "erf(evaluate({!r}, names))", meaning) for each, meaning in zip(names, arguments, strict=True)]
    known, lines = set(symbols), []
    while pending:  # in an order in which everything is there before it is used
        ready = next(found for found in pending if found[2].free_symbols <= known)
        pending.remove(ready)
        known.add(ready[0])
        lines.append(f"names[{str(ready[0])!r}] = {ready[1].format(printed(ready[2]))}")
    lines += [f"evaluate({printed(found)!r}, names, out=out[{i}])" for i, found in enumerate(last)]
    alone = [f"names['erf{i}'] = erf(evaluate({printed(call.args[0])!r}, names))" for i, call in enumerate(calls)]
    alone += [f"evaluate({printed(found)!r}, names, out=out[{i}])" for i, found in enumerate(outputs)]
    threaded = f"""
from concurrent.futures import ThreadPoolExecutor
from numpy import array_split
from scipy import special

pool = ThreadPoolExecutor({THREADS})

def erf(x):
    list(pool.map(lambda part: special.erf(part, out=part), array_split(x, {THREADS})))
    return x
"""
    return f"""\
from numexpr import evaluate, set_num_threads
{threaded if calls else ""}
set_num_threads({THREADS})

def prepare(columns, out):
    def shared():
        names = dict(columns)
{indented([*lines, "return out"], 8)}
    def alone():
        names = dict(columns)
{indented([*alone, "return out"], 8)}
    return {{"shared arrays": shared, "output by output": alone}}
"""


def by_jax(name: str) -> str:
    """The gradient of the sum, and row by row under vmap, both compiled."""
    return f"""\
import jax
jax.config.update("jax_enable_x64", True)
from jax import numpy as jnp
from jax.numpy import exp, log, sqrt, tanh
from jax.scipy.special import erf

{formula(name)}
N = {len(WORKLOADS[name].columns)}

def total(*columns):
    value = f(*columns)
    return value.sum(), value

of_sum = jax.jit(jax.grad(total, argnums=tuple(range(N)), has_aux=True))
by_row = jax.jit(jax.vmap(jax.value_and_grad(f, argnums=tuple(range(N)))))

def prepare(columns, out):
    resident = [jnp.asarray(column) for column in columns.values()]
    def summed():
        slopes, value = of_sum(*resident)
        return [each.block_until_ready() for each in (value, *slopes)]
    def mapped():
        value, slopes = by_row(*resident)
        return [each.block_until_ready() for each in (value, *slopes)]
    return {{"gradient of the sum": summed, "vmap": mapped}}
"""


def by_torch(name: str) -> str:
    """Backward of the sum, and torch.autograd.grad."""
    return f"""\
import torch
from torch import erf, exp, log, sqrt, tanh
torch.set_num_threads({THREADS})

{formula(name)}
def prepare(columns, out):
    resident = [torch.from_numpy(column).requires_grad_() for column in columns.values()]
    def backward():
        for each in resident:
            each.grad = None
        value = f(*resident)
        value.sum().backward()
        return [value.detach().numpy(), *(each.grad.numpy() for each in resident)]
    def grad():
        value = f(*resident)
        slopes = torch.autograd.grad(value.sum(), resident)
        return [value.detach().numpy(), *(each.numpy() for each in slopes)]
    return {{"backward": backward, "autograd.grad": grad}}
"""


def by_torch_compile(name: str) -> str:
    """Backward of the sum through torch.compile, which needs a C++ compiler."""
    return f"""\
import torch
from torch import erf, exp, log, sqrt, tanh
torch.set_num_threads({THREADS})

{formula(name)}
compiled = torch.compile(f)

def prepare(columns, out):
    resident = [torch.from_numpy(column).requires_grad_() for column in columns.values()]
    ones = torch.ones_like(resident[0])
    def grad():
        value = compiled(*resident)
        slopes = torch.autograd.grad(value, resident, ones)
        return [value.detach().numpy(), *(each.numpy() for each in slopes)]
    return {{"compile": grad}}
"""


def by_autograd(name: str) -> str:
    """One vector-Jacobian product with ones, which is value and all partials, and elementwise_grad beside the value."""
    return f"""\
from autograd import elementwise_grad, make_vjp
from autograd.numpy import exp, log, ones_like, sqrt, tanh
from autograd.scipy.special import erf

{formula(name)}
N = {len(WORKLOADS[name].columns)}
slopes_of = elementwise_grad(f, tuple(range(N)))
pull = make_vjp(f, tuple(range(N)))

def prepare(columns, out):
    def product():
        back, value = pull(*columns.values())
        return [value, *back(ones_like(value))]
    def elementwise():
        return [f(*columns.values()), *slopes_of(*columns.values())]
    return {{"one product": product, "elementwise_grad": elementwise}}
"""


def by_casadi(name: str) -> str:
    """A Function of value and gradient mapped over the rows, reading and writing given memory."""
    return f"""\
import casadi
from casadi import erf, exp, log, sqrt, tanh

{formula(name)}
inputs = [casadi.SX.sym(each) for each in {list(WORKLOADS[name].columns)!r}]
value = f(*inputs)
slopes = casadi.gradient(value, casadi.vertcat(*inputs))
row = casadi.Function("row", inputs, [value, *casadi.vertsplit(slopes)], {{"cse": True}})

def prepare(columns, out):
    rows = len(out[0])
    def way(how):
        kept = []
        def run():
            if not kept:
                table = row.map(rows) if how == "serial" else row.map(rows, how, {THREADS})
                buffer, call = table.buffer()
                for i, column in enumerate(columns.values()):
                    buffer.set_arg(i, memoryview(column))
                for i, column in enumerate(out):
                    buffer.set_res(i, memoryview(column))
                kept.extend([call, buffer, table])
            kept[0]()
            return out
        return run
    return {{how: way(how) for how in ("serial", "thread", "openmp")}}
"""


def by_numba(name: str) -> str:
    """SymPy's common sub-expressions in one parallel loop that writes into given arrays."""
    columns = list(WORKLOADS[name].columns)
    definitions, results = shared(symbolic(name)[1])
    outs = [f"o{i}" for i in range(len(results))]
    lines = [f"{each} = {each}_[i]" for each in columns]
    lines += [f"{each} = {printed(meaning)}" for each, meaning in definitions]
    lines += [f"{each}[i] = {printed(found)}" for each, found in zip(outs, results, strict=True)]
    heads = ", ".join([*(f"{each}_" for each in columns), *outs])
    options = "parallel=True, fastmath=True, error_model='numpy', cache=True"
    return f"""\
from math import erf, exp, log, sqrt, tanh
import numba
numba.set_num_threads({THREADS})

@numba.njit({options})
def table({heads}):
    for i in numba.prange(len(o0)):
{indented(lines, 8)}

def prepare(columns, out):
    def run():
        table(*columns.values(), *out)
        return out
    return {{"parallel, fastmath": run}}
"""


# Name, the modules that must be there, and its source.
CONTENDERS: dict[str, tuple[tuple[str, ...], Callable[[str], str]]] = {
    "adiff": (("numpy", "llvmlite"), by_adiff),
    "adiff, fresh arrays": (("numpy", "llvmlite"), by_adiff_fresh),
    "numba": (("numba",), by_numba),
    "NumPy": (("numpy", "scipy"), by_numpy),
    "numexpr": (("numexpr", "scipy"), by_numexpr),
    "JAX": (("jax",), by_jax),
    "torch": (("torch",), by_torch),
    "torch.compile": (("torch",), by_torch_compile),
    "autograd": (("autograd", "scipy"), by_autograd),
    "CasADi": (("casadi",), by_casadi),
}
