"""Data: what people call commands and options elsewhere, by meaning and not by letters.

`OPTIONS` gives for each word the spellings that may be meant, and the first that the command has is offered. A word whose
meaning a command has no option for is not in the table of that command: no hint is better than a wrong one.
"""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    "grad": "gradient evaluate eval value calc calculate compute backward backprop partials jacobian",
    "draw": "graph tree dot graphviz show visualize visualise diagram picture render",
    "nudge": "step ascend ascent maximize maximise walk update",
    "nudge --down": "descend descent optimize optimise minimize minimise train sgd",
    "check": "verify gradcheck test validate compare numeric numerical",
    "explain": "chain why steps trace how backpropagate",
    "diff": "derivative derive differentiate deriv d symbolic formula latex",
    "hessian": "hess curvature second stationary",
    "plot": "chart curve figure sketch",
    "map": "table csv batch apply rows dataframe parquet",
    "ops": "functions operations list operators function",
    "completion": "complete completions autocomplete",
}

_STEP = "lr learning-rate learningrate learn-rate alpha eta rate stepsize step-size step-length"
_COUNT = "iterations iters iter n-iter num-iterations epochs max-iter maxiter max-iterations num-steps n-steps nsteps count times"
_FILE = "out outfile output-file save-to write to-file file filename dest destination export save-as"
_WHICH = "wrt variables vars var variable with-respect-to by inputs input params parameters arguments args names"

OPTIONS: dict[str, str] = {
    "--step": _STEP,
    "--steps": _COUNT,
    "--down": "minimize minimise descend descent min negative backwards",
    "--until-converged": "converge converged until-convergence convergence",
    "--tolerance": "tol eps epsilon atol rtol threshold gtol xtol ftol",
    "--momentum": "beta inertia",
    "--hold": "fix fixed freeze frozen keep constant const exclude except",
    "--only": f"{_WHICH} move free",
    "--wrt": f"{_WHICH} only",
    "--grad": _WHICH,
    "--of": "outputs target targets result results select",
    "--save": "store remember persist",
    "-o": _FILE,
    "--theme dark": "dark dark-mode darkmode night black",
    "--theme light": "light light-mode white day",
    "--theme": "color colour colors colours style scheme palette color-scheme",
    "--digits": "precision prec significant sig figures sigfigs decimals places round digits10 accuracy ndigits",
    "--quiet": "silent no-notes no-warnings nowarn no-progress quietly s q",
    "--json": "as-json jsonl to-json machine",
    "--csv": "as-csv to-csv table",
    "--format": "type filetype output-format fmt",
    "--to": "output-format format out-format fmt type",
    "--from": "input-format in-format",
    "--delimiter": "sep separator delim field-separator",
    "--at": "point bindings values config params-file from-file env",
    "--order": "degree nth n times derivative-order",
    "--latex": "tex as-latex",
    "--unicode": "pretty pprint utf8 utf-8",
    "--mathml": "html xml",
    "--trust": "verify exact mpmath certify",
    "--strict": "fail error-on-nan check-finite werror",
    "--sort": "order-by sorted sortby",
    "--relative": "elasticity elasticities percent normalized normalised",
    "--h": "delta stepsize step-size dx epsilon eps step increment",
    "--against": "compare expected hand expect versus vs candidate mine",
    "--sweep": "all-steps steps table",
    "--rankdir": "direction orientation layout-direction dir",
    "--rankdir TB": "vertical top-down topdown",
    "--rankdir LR": "horizontal left-right",
    "--layout": "engine graphviz",
    "--max-nodes": "limit max maxnodes max-size",
    "--fold": "collapse group cluster",
    "--every": "full expand unfold all",
    "--all": "every full",
    "--forward-only": "no-grad no-gradient no-gradients values-only nograd data-only forward",
    "--edges": "edge-labels labels flow local",
    "--quiz": "ask exercise practice test-me",
    "--vector": "v direction along hvp product",
    "--derivative": "deriv prime d1 slope first gradient with-derivative",
    "--second": "d2 second-derivative curvature",
    "--points": "samples resolution num n-points npoints num-points n",
    "--size": "figsize width height geometry dimensions",
    "--log": "logscale log-scale logarithmic loglog",
    "--title": "caption heading label name",
    "--threads": "jobs workers processes cores parallel nproc j",
    "--on-error": "errors ignore-errors skip-errors bad-rows on-bad-lines",
    "--prefix": "column-prefix name-prefix",
    "--bind": "columns column rename alias col",
    "--engine": "backend executor",
    "--dtype": "float32 type-of",
    "--summary": "stats report",
    "--help": "usage man h",
    "--version": "ver",
}

# Short options of other tools.
SHORT: dict[str, str] = {
    "-q": "--quiet", "-s": "--quiet", "-h": "--help", "-?": "--help", "-j": "--json", "-d": "--digits", "-p": "--digits",
    "-n": "--steps", "-f": "--format", "-t": "--to", "-w": "--wrt", "-O": "-o",
}  # fmt: skip
