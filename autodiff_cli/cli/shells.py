"""The scripts that teach a shell to complete `adiff`, and what they are answered.

Each script hands over the words before the cursor and the unfinished word, and gets a line for each candidate: its type, the
word, and what is said of it, between tabs. A word of type "open" is followed by no space; "file" asks the shell for files.
"""

from __future__ import annotations

import contextlib
from typing import ClassVar

from click.shell_completion import CompletionItem, ShellComplete, add_completion_class, shell_complete, split_arg_string

from .completing import candidates
from .main import COMPLETE, adiff

# Bash divides words at = and : too, so the line is divided here, and each answer loses what bash takes for earlier words.
BASH = r"""# Completion of adiff for bash 4.4 and later.
%(complete_func)s() {
    local IFS=$'\n' program=${1/#\~\//$HOME/} type word
    COMPREPLY=()
    type -P -- "$program" >/dev/null || program=adiff
    while IFS=$'\t' read -r type word _; do
        case $type in
            file) compopt -o default ;;
            open) compopt -o nospace; COMPREPLY+=("$word") ;;
            plain) COMPREPLY+=("$word") ;;
        esac
    done < <(%(complete_var)s=bash_complete "$program" "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null </dev/null)
}
complete -o nosort -F %(complete_func)s adiff
"""

ZSH = r"""#compdef adiff
# Completion of adiff for zsh.
%(complete_func)s() {
    local line program=${words[1]/#\~\//$HOME/}
    local -a field plain open
    (( $+commands[$program] )) || [[ -x $program ]] || program=adiff
    for line in "${(@f)$(%(complete_var)s=zsh_complete "$program" "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" \
            2>/dev/null </dev/null)}"; do
        field=("${(@ps:\t:)line}")
        case $field[1] in
            file) compset -P '--*='; _files ;;
            open) open+=("${field[2]//:/\\:}${field[3]:+:$field[3]}") ;;
            plain) plain+=("${field[2]//:/\\:}${field[3]:+:$field[3]}") ;;
        esac
    done
    (( $#open )) && _describe -V -t names 'name' open -S ''
    (( $#plain )) && _describe -V -t words 'word' plain
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
    compdef %(complete_func)s adiff
fi
"""

FISH = r"""# Completion of adiff for fish.
function %(complete_func)s
    set -l words (commandline -opc)
    set -l typed (commandline -ct | string collect)
    set -l word (string replace -ra '[\'"\\\\]' '' -- "$typed" | string collect)
    for line in (%(complete_var)s=fish_complete command adiff $words[2..] "$word" 2>/dev/null </dev/null)
        set -l field (string split \t -- $line)
        if test $field[1] = file
            set -l option (string match -r '^--[^=]*=' -- "$typed")
            # As for a command that nothing is known of: fish then completes files, ~ and quotes included.
            for path in (complete -C "'' "(string replace -- "$option" '' "$typed"))
                echo "$option$path"
            end
        else
            echo $field[2]\t$field[3]
        end
    end
end
complete --command adiff --no-files --keep-order --arguments '(%(complete_func)s)'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def unquoted(line: str) -> list[str]:
    """The words of a line with quotes and escapes taken away; the last is the one at its end, be it empty or unfinished."""
    # A letter more makes a word of what is at the end, were that empty or behind an open quote.
    *words, last = split_arg_string(f"{line}x")
    return [*words, last[:-1]]


class _Shell(ShellComplete):
    """A shell that hands over words already unquoted, as arguments."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, and the one at it."""
        *args, word = self.ctx_args["words"] or [""]
        return args, word

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """The candidates: click's own way would parse the words, which an unfinished line is not ready for."""
        return candidates(args, incomplete)

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Type, word, and what is said of it."""
        return f"{item.type}\t{item.value}\t{' '.join((item.help or '').split())}"


@add_completion_class
class Bash(_Shell):
    """Bash hands over the line as it is, and the part of the word that it wants completed."""

    name: ClassVar[str] = "bash"
    source_template: ClassVar[str] = BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words of the line, quotes and escapes taken away as far as they go."""
        _, *words, last = unquoted(self.ctx_args["words"][0])
        return words, last

    def format_completion(self, item: CompletionItem[str]) -> str:
        """The word without what bash has divided off it: in `--wrt=a` it completes `a` alone."""
        word = self.get_completion_args()[1]
        part = unquoted(self.ctx_args["words"][1])[-1]
        kept = item.value[len(word) - len(part) :] if word.endswith(part) else item.value
        return f"{item.type}\t{kept}"


@add_completion_class
class Zsh(_Shell):
    """Zsh shows what is said of a word beside it."""

    name: ClassVar[str] = "zsh"
    source_template: ClassVar[str] = ZSH


@add_completion_class
class Fish(_Shell):
    """Fish too."""

    name: ClassVar[str] = "fish"
    source_template: ClassVar[str] = FISH


def script(shell: str) -> str:
    """The script for a shell."""
    return SCRIPTS[shell] % {"complete_func": "_adiff_completion", "complete_var": COMPLETE}


def answer(instruction: str, words: list[str]) -> None:
    """Print the candidates that a script asks for. Nothing else ever shows: somebody is typing there."""
    # The answer to a wrong instruction is no candidate either.
    with contextlib.suppress(Exception):
        shell_complete(adiff, {"words": words}, "adiff", COMPLETE, instruction)
