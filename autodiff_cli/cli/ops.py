"""adiff ops"""

from __future__ import annotations

import click

from ..errors import EXIT_DONE, AdiffError, nearest
from ..language.vectors import REDUCTIONS
from ..ops import FUNCTIONS, TABLE, Operation
from . import options
from .main import Command


@click.command("ops", cls=Command)
@click.argument("name", required=False)
@options.shared
def command(name: str | None, as_json: bool, digits: int | None, quiet: bool) -> int:
    """Every operation of the language, or all about one.

    \b
    adiff ops
    adiff ops sqrt
    """
    vectors = [each for each in REDUCTIONS if name in (None, each)]
    rows = [row for row in TABLE.values() if not row.hidden] if name is None else named(name)
    if as_json:
        from ..views import json, operations

        facts = [operations.facts(row) for row in rows] + [operations.reduction_facts(each) for each in vectors]
        print(json.dumps({"operations": facts}))
    else:
        from ..views import operations

        if name is None:
            operations.write_list(rows)
        else:
            for row in rows:
                operations.write_one(row)
            for each in vectors:
                operations.write_reduction(each)
    return EXIT_DONE


def named(name: str) -> list[Operation]:
    """The row of a name or symbol; none for a function of whole vectors alone. Raises AdiffError with the nearest one."""
    known = {**TABLE, **FUNCTIONS}
    symbols = {row.notation[0]: row for row in reversed(TABLE.values()) if row.notation is not None}
    row = known.get(name) or symbols.get(name)
    if row is None and name not in REDUCTIONS:
        from ..language.foreign import meant

        close = nearest(name, [*(each for each in known if not known[each].hidden), *REDUCTIONS])
        elsewhere = None if close else meant(name, ["x"])
        hint = (
            f"did you mean {close}?"
            if close
            else elsewhere.hint.replace("write", "here it is", 1)
            if elsewhere
            else "adiff ops lists them all"
        )
        raise AdiffError("name", f"there is no operation {name}", hint=hint)
    return [] if row is None else [row]
