"""adiff ops"""

from __future__ import annotations

import click

from ..errors import EXIT_DONE, AdiffError, nearest
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
    rows = [row for row in TABLE.values() if not row.hidden] if name is None else [find(name)]
    if as_json:
        from ..views import json, operations

        print(json.dumps({"operations": [operations.facts(row) for row in rows]}))
    else:
        from ..views import operations

        if name is None:
            operations.write_list(rows)
        else:
            operations.write_one(rows[0])
    return EXIT_DONE


def find(name: str) -> Operation:
    """The row of a name or symbol. Raises AdiffError with the nearest one."""
    named = {**TABLE, **FUNCTIONS}
    symbols = {row.notation[0]: row for row in reversed(TABLE.values()) if row.notation is not None}
    row = named.get(name) or symbols.get(name)
    if row is None:
        close = nearest(name, [each for each in named if not named[each].hidden])
        hint = f"did you mean {close}?" if close else "adiff ops lists them all"
        raise AdiffError("name", f"there is no operation {name}", hint=hint)
    return row
