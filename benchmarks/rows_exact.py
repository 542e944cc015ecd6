"""adiff's rows against mpmath at 60 digits, in units of the first-order rounding bound of the program that made them."""

from __future__ import annotations

import math

from rows_workloads import WORKLOADS, data, exact

DIGITS = 60
# Times the bound that every number may be off.
MOST = 16.0


def worst(workload: str, rows: int) -> list[str]:
    """The largest error over sampled rows in units of their bounds, where it was, and what is allowed.

    Raises AssertionError where a number is beyond that.
    """
    import autodiff_cli
    from autodiff_cli.analysis.rounding import bound_at
    from autodiff_cli.graph.adjoint import adjoint
    from autodiff_cli.graph.engine import forward
    from autodiff_cli.graph.formula import Formula

    given = WORKLOADS[workload]
    formula = autodiff_cli.parse(given.text)
    (root,) = (formula.nodes[i] for i in formula.output_nodes.values())
    slopes = adjoint(root, formula.input_values.values())
    outputs = {"value": root, **{name: slopes[formula.input_values[name]] for name in given.columns}}
    # One formula each: the bound of an output is a sum over the nodes of its own program.
    programs = {name: Formula({name: node}, formula.input_values) for name, node in outputs.items()}
    columns = data(workload, rows, seed=2)
    value, gradient = autodiff_cli.compile(given.text).value_and_grad(**columns)
    ours = [value, *(gradient[name] for name in given.columns)]
    most, at = 0.0, ""
    for i in range(rows):
        point = {name: float(column[i]) for name, column in columns.items()}
        # Row by row: what mpmath made of ten thousand would fill the memory.
        (right,) = exact(workload, [list(point.values())], DIGITS)
        for (name, program), found, column in zip(programs.items(), right, ours, strict=True):
            values = forward(program, {each: point[each] for each in program.input_values})
            bound = bound_at(program, values, program.output_nodes[name])
            error = abs(float(found - float(column[i])))
            units = 0.0 if error == 0 else error / bound if bound else math.inf
            assert units <= MOST, (
                f"{name} of {workload} at {point}: off by {error}, {units:.3g} times the bound {bound}"
            )
            if units > most:
                most, at = units, name if name == "value" else f"d/d{name}"
    return [f"{most:.2f} ({at})", f"{MOST:g}"]
