"""What tables are written in: by the ending of a name, by a word, or by the first bytes."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import AdiffError, nearest


class Format(NamedTuple):
    """A kind of table (csv, ndjson, parquet, arrow: a file, arrows: a stream), what lies between fields, and the compression."""

    kind: str
    delimiter: str = ","
    codec: str | None = None

    @property
    def is_text(self) -> bool:
        """Whether rows are lines of text."""
        return self.kind in ("csv", "ndjson")

    @property
    def name(self) -> str:
        """The format in a word."""
        kind = "tsv" if self.kind == "csv" and self.delimiter == "\t" else self.kind
        return kind + ("" if self.codec is None else f".{_ENDINGS[self.codec]}")


FORMATS = {
    "csv": Format("csv"),
    "tsv": Format("csv", "\t"),
    "tab": Format("csv", "\t"),
    "ndjson": Format("ndjson"),
    "jsonl": Format("ndjson"),
    "parquet": Format("parquet"),
    "pq": Format("parquet"),
    "arrow": Format("arrow"),
    "feather": Format("arrow"),
    "ipc": Format("arrow"),
    "arrows": Format("arrows"),
}
CODECS = {"gz": "gzip", "bz2": "bz2", "zst": "zstd"}
_ENDINGS = {codec: ending for ending, codec in CODECS.items()}
KNOWN = "csv, tsv, ndjson, parquet, arrow, arrows, and csv.gz, tsv.gz, ndjson.gz"


def named(word: str, option: str) -> Format:
    """The format of a word such as csv or tsv.gz. Raises AdiffError for another."""
    found = _of_words(word.lower().removeprefix(".").split("."))
    if found is None:
        close = "jsonl" if word.lower() in ("json", "json-lines", "ldjson") else nearest(word, list(FORMATS))
        hint = f"did you mean {option} {close}?" if close else f"the formats are {KNOWN}"
        raise AdiffError("usage", f"there is no format {word!r}", hint=hint)
    return found


def of_path(path: str) -> Format | None:
    """The format that a file's name ends in; None where it tells none."""
    return _of_words(path.replace("\\", "/").rpartition("/")[2].lower().split(".")[1:])


def for_reading(path: str) -> Format:
    """The format of a file to read. Raises AdiffError where its name tells none."""
    return of_path(path) or _untold(path, "--from")


def between(form: Format, delimiter: str | None, shown: str) -> Format:
    """The format with that between its fields. Raises AdiffError where it has no such thing."""
    if delimiter is None:
        return form
    if form.kind != "csv":
        raise AdiffError("usage", f"--delimiter is for CSV, and {shown} is {form.name}", hint="leave it out")
    return form._replace(delimiter=delimiter)


def for_writing(path: str) -> Format:
    """The format of a file to write. Raises AdiffError where its name tells none."""
    return of_path(path) or _untold(path, "--to")


def _untold(path: str, option: str) -> Format:
    message = f"{path}: the ending of the name tells no format"
    raise AdiffError("usage", message, hint=f"say which, as in {option} csv; the formats are {KNOWN}")


def of_bytes(head: bytes) -> Format:
    """What standard input holds, by its first bytes: an Arrow stream, lines of JSON, or else CSV; compressed or not.

    Raises AdiffError for a format that cannot be read as it comes.
    """
    if head.startswith((b"PAR1", b"ARROW1")):
        what = "Parquet" if head.startswith(b"PAR1") else "an Arrow file"
        raise AdiffError(
            "file", f"{what} is read from its end, which standard input does not offer",
            hint="give the name of the file, or send an Arrow stream",
        )  # fmt: skip
    if head.startswith(b"\xff\xff\xff\xff"):
        return Format("arrows")
    for magic, codec in ((b"\x1f\x8b", "gzip"), (b"BZh", "bz2"), (b"\x28\xb5\x2f\xfd", "zstd")):
        if head.startswith(magic):
            return Format("csv", ",", codec)
    return Format("ndjson" if head.lstrip().startswith(b'{"') else "csv")


def _of_words(words: list[str]) -> Format | None:
    if words and words[-1] in CODECS:
        inner = FORMATS.get(words[-2]) if len(words) > 1 else None
        return inner._replace(codec=CODECS[words[-1]]) if inner is not None and inner.is_text else None
    return FORMATS.get(words[-1]) if words else None
