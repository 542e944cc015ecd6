"""The function that goes over the rows and calls the blocks of a program: the same for all but some numbers."""

from __future__ import annotations

from collections.abc import Sequence

from .flags import Flags

ARGUMENTS = "ptr %columns, ptr %strides, ptr %outs, ptr %u, ptr %work, i64 %start"


def driver(
    width: int, sizes: Sequence[int], outs: int, out: int, tile: int, main: Sequence[str], tail: Sequence[str],
    flags: Flags | None,
) -> str:  # fmt: skip
    """The text of `rows`.

    `sizes` are the bytes of a number in each column, `out` those of a result; `main` calls the blocks for whole vectors of
    rows %at and on, `tail` for those in the buffers; each ends with its count, named `mt` or `tt` and the last block. With
    `flags` the processor's flags are told with the count.
    """
    many, vector = len(sizes), 8 * width
    last_main, last_tail = main[-1].split()[0], tail[-1].split()[0]
    return "\n".join(
        [
            f"@sizes = internal constant [{many} x i64] [{', '.join(f'i64 {size}' for size in sizes)}]",
            _COPY,
            _loop("gather", "ptr %columns, ptr %strides, ptr %bc, ptr %bs, ptr %buffer, i64 %at, i64 %last", many, f"""
  %sizep = getelementptr i64, ptr @sizes, i64 %k
  %size = load i64, ptr %sizep
  %stridep = getelementptr i64, ptr %strides, i64 %k
  %stride = load i64, ptr %stridep
  %columnp = getelementptr ptr, ptr %columns, i64 %k
  %column = load ptr, ptr %columnp
  %off = mul i64 %at, %stride
  %from = getelementptr i8, ptr %column, i64 %off
  %ahead = mul i64 %k, {vector}
  %to = getelementptr i8, ptr %buffer, i64 %ahead
  %bcp = getelementptr ptr, ptr %bc, i64 %k
  store ptr %to, ptr %bcp
  %bsp = getelementptr i64, ptr %bs, i64 %k
  store i64 %size, ptr %bsp
  call void @copy(ptr %from, i64 %stride, ptr %to, i64 %size, i64 {width}, i64 %last)"""),
            _loop("aim", "ptr %bo, ptr %buffer", outs, f"""
  %place = add i64 %k, {many}
  %ahead = mul i64 %place, {vector}
  %to = getelementptr i8, ptr %buffer, i64 %ahead
  %bop = getelementptr ptr, ptr %bo, i64 %k
  store ptr %to, ptr %bop"""),
            _loop("scatter", "ptr %bo, ptr %outs, i64 %at, i64 %rest, i64 %last", outs, f"""
  %bop = getelementptr ptr, ptr %bo, i64 %k
  %from = load ptr, ptr %bop
  %outp = getelementptr ptr, ptr %outs, i64 %k
  %out = load ptr, ptr %outp
  %off = mul i64 %at, {out}
  %to = getelementptr i8, ptr %out, i64 %off
  call void @copy(ptr %from, i64 {out}, ptr %to, i64 {out}, i64 %rest, i64 %last)"""),
            f"define i64 @rows({ARGUMENTS}, i64 %n) #0 {{",
            "entry:",
            f"  %bc = alloca [{many} x ptr]",
            f"  %bo = alloca [{outs} x ptr]",
            f"  %bs = alloca [{many} x i64]",
            f"  %buffer = alloca [{(many + outs) * vector} x i8], align 64",
            *(flags.cleared if flags is not None else ()),
            f"  %all = sdiv i64 %n, {width}",
            f"  %whole = mul i64 %all, {width}",
            "  %rest = sub i64 %n, %whole",
            "  br label %tiles",
            "tiles:",
            "  %done = phi i64 [0, %entry], [%reached, %go]",
            f"  %sum = phi i64 [0, %entry], [{last_main}, %go]",
            f"  %ahead = mul i64 %done, {width}",
            "  %at = add i64 %start, %ahead",
            "  %left = sub i64 %all, %done",
            "  %any = icmp sgt i64 %left, 0",
            "  br i1 %any, label %go, label %end",
            "go:",
            f"  %small = icmp slt i64 %left, {tile}",
            f"  %take = select i1 %small, i64 %left, i64 {tile}",
            *main,
            "  %reached = add i64 %done, %take",
            "  br label %tiles",
            "end:",
            "  %some = icmp sgt i64 %rest, 0",
            "  br i1 %some, label %tail, label %finished",
            "tail:",
            "  %tailat = add i64 %start, %whole",
            "  %last = sub i64 %rest, 1",
            "  call void @gather(ptr %columns, ptr %strides, ptr %bc, ptr %bs, ptr %buffer, i64 %tailat, i64 %last)",
            "  call void @aim(ptr %bo, ptr %buffer)",
            *tail,
            "  call void @scatter(ptr %bo, ptr %outs, i64 %tailat, i64 %rest, i64 %last)",
            "  br label %finished",
            "finished:",
            f"  %counted = phi i64 [%sum, %end], [{last_tail}, %tail]",
            *((*flags.told, "  %both = or i64 %counted, %raised") if flags is not None else ()),
            f"  ret i64 {'%counted' if flags is None else '%both'}",
            "}",
        ]
    )  # fmt: skip


def _loop(name: str, arguments: str, count: int | str, body: str) -> str:
    """A function that does something for k from 0 to count, which is at least 1."""
    return f"""define internal void @{name}({arguments}) #0 {{
entry:
  br label %loop
loop:
  %k = phi i64 [0, %entry], [%next, %loop]{body}
  %next = add i64 %k, 1
  %more = icmp slt i64 %next, {count}
  br i1 %more, label %loop, label %done
done:
  ret void
}}"""


# n things of a size, from places a step apart; beyond the last the last again.
_COPY = "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)\n" + _loop(
    "copy", "ptr %from, i64 %step, ptr %to, i64 %size, i64 %n, i64 %last", "%n", """
  %beyond = icmp sgt i64 %k, %last
  %at = select i1 %beyond, i64 %last, i64 %k
  %off = mul i64 %at, %step
  %p = getelementptr i8, ptr %from, i64 %off
  %ahead = mul i64 %k, %size
  %q = getelementptr i8, ptr %to, i64 %ahead
  call void @llvm.memcpy.p0.p0.i64(ptr %q, ptr %p, i64 %size, i1 false)""",
)  # fmt: skip
