"""adiff completion"""

from __future__ import annotations

import os

import click

from ..errors import EXIT_DONE, AdiffError, nearest
from . import options
from .main import Command


@click.command("completion", cls=Command)
@click.argument("shell", required=False, metavar="[bash|zsh|fish]")
@options.shared
def command(shell: str | None, as_json: bool, digits: int | None, quiet: bool) -> int:
    """The script that makes Tab complete adiff in a shell: in the one you use, if none is named.

    It completes commands, options and their values, files, operations, and the inputs of the expression already
    typed: after adiff grad "(a*b+c)*f" a=2 it offers b=, c= and f=.

    Put one line where your shell reads it whenever it starts:

    \b
    ~/.bashrc                   eval "$(adiff completion bash)"
    ~/.zshrc                    eval "$(adiff completion zsh)"
    ~/.config/fish/config.fish  adiff completion fish | source

    \b
    adiff completion bash
    adiff completion fish
    """
    from .shells import SCRIPTS, script

    known = list(SCRIPTS)
    chosen = shell or os.path.basename(os.environ.get("SHELL", ""))
    if chosen not in known:
        close = nearest(chosen, known) if shell else None
        hint = f"did you mean adiff completion {close}?" if close else f"name one: adiff completion {'|'.join(known)}"
        what = chosen or "your shell"
        raise AdiffError("usage", f"there is no completion for {what}", hint=hint)
    if as_json:
        from ..views import json

        print(json.dumps({"shell": chosen, "script": script(chosen)}))
    else:
        print(script(chosen), end="")
    return EXIT_DONE
