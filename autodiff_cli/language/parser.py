"""Text to syntax: Lark with the grammar of adiff, its tables cached in the user's own cache directory."""

from __future__ import annotations

import os
import sys
from threading import Lock

from lark import Lark, UnexpectedInput
from lark import __version__ as lark_version

from .. import __version__
from ..errors import AdiffError, Source
from ..places import private_cache
from .lines import Lines
from .syntax import Syntax

MAX_CHARACTERS = 50_000_000

_lock = Lock()
_syntax = Syntax()
_parser: Lark | None = None


def grammar() -> str:
    """The grammar's text: from inside an installed package, else from beside it, in a checkout or editable install."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for home in (package, os.path.dirname(package)):
        place = os.path.join(home, "grammar", "adiff.lark")
        if os.path.isfile(place):
            with open(place, encoding="utf-8") as file:
                return file.read()
    raise AdiffError("internal", "the grammar is missing from this installation", hint="install adiff again", exit=70)


def _load(cache: str | bool) -> Lark:
    return Lark(grammar(), parser="lalr", lexer="basic", postlex=Lines(), transformer=_syntax, cache=cache)


def _parser_from_cache() -> Lark:
    """The parser, from the cache where there is one.

    The cache is a pickle, so it lies in a directory that only the user can write, under a name with every version that
    matters. A new one is written beside its place and renamed, so that concurrent starts see all of it or nothing.
    """
    directory = private_cache()
    if directory is None:
        return _load(False)
    name = f"grammar-{__version__}-lark{lark_version}-py{sys.version_info[0]}{sys.version_info[1]}.pickle"
    place = os.path.join(directory, name)
    if os.path.isfile(place):
        return _load(place)
    draft = f"{place}.{os.getpid()}"
    parser = _load(draft)
    try:
        os.replace(draft, place)
    except OSError:
        return parser  # not written, or not to be written there: the next start builds it again
    return parser


def parser() -> Lark:
    """The one Lark parser of this process."""
    global _parser
    if _parser is None:
        _parser = _parser_from_cache()
    return _parser


def read(source: Source) -> Syntax:
    """The syntax of a text. Raises AdiffError where it is none of the language's."""
    if len(source.text) > MAX_CHARACTERS:
        raise AdiffError("limit", f"a program has at most {MAX_CHARACTERS:,} characters, this one {len(source.text):,}")
    try:
        return _read(source.text)
    except UnexpectedInput as unexpected:
        from .mistakes import explained

        raise explained(unexpected, source, parser()) from None


def reads(text: str) -> bool:
    """Whether a text is of the grammar, whatever it means."""
    try:
        _read(text)
    except UnexpectedInput:
        return False
    return True


def _read(text: str) -> Syntax:
    with _lock:
        _syntax.clear()
        parser().parse(text)
        done = Syntax()
        done.code, done.statements, done.binders = _syntax.code, _syntax.statements, _syntax.binders
        _syntax.clear()
    return done
