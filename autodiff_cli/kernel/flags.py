"""The processor's sticky flags: whether anything overflowed or underflowed since they were cleared, for a few instructions.

They tell of every operation, also of one whose result no row takes in the end: they are where to look, not what is found.
"""

from __future__ import annotations

from typing import NamedTuple

# In what compiled code returns, this bit says that a flag was raised; below it is a count.
RAISED = 1 << 62

# Overflow and underflow: of MXCSR on x86-64 (Intel SDM 1, 10.2.3), of FPSR on AArch64 (Arm ARM, C5.2.10).
_X86 = 0x18
_ARM = 0x0C


class Flags(NamedTuple):
    """Lines of LLVM assembly: declarations, what clears the flags, and what sets %raised to RAISED or 0 and puts them back."""

    declared: tuple[str, ...]
    cleared: tuple[str, ...]
    told: tuple[str, ...]


def flags(triple: str) -> Flags:
    """How the flags are read on a machine. Where that is not known they are taken to be raised."""
    machine = triple.partition("-")[0]
    if machine in ("x86_64", "amd64"):
        return Flags(
            ("declare void @llvm.x86.sse.stmxcsr(ptr)", "declare void @llvm.x86.sse.ldmxcsr(ptr)"),
            (
                "  %fp = alloca i32",
                "  call void @llvm.x86.sse.stmxcsr(ptr %fp)",
                "  %fpbefore = load i32, ptr %fp",
                "  %fpclear = and i32 %fpbefore, -64",
                "  store i32 %fpclear, ptr %fp",
                "  call void @llvm.x86.sse.ldmxcsr(ptr %fp)",
            ),
            (
                "  call void @llvm.x86.sse.stmxcsr(ptr %fp)",
                "  %fpafter = load i32, ptr %fp",
                "  store i32 %fpbefore, ptr %fp",
                "  call void @llvm.x86.sse.ldmxcsr(ptr %fp)",
                f"  %fpset = and i32 %fpafter, {_X86}",
                "  %fpany = icmp ne i32 %fpset, 0",
                f"  %raised = select i1 %fpany, i64 {RAISED}, i64 0",
            ),
        )
    if machine in ("aarch64", "arm64"):
        return Flags(
            ("declare i64 @llvm.aarch64.get.fpsr()", "declare void @llvm.aarch64.set.fpsr(i64)"),
            ("  %fpbefore = call i64 @llvm.aarch64.get.fpsr()", "  call void @llvm.aarch64.set.fpsr(i64 0)"),
            (
                "  %fpafter = call i64 @llvm.aarch64.get.fpsr()",
                "  call void @llvm.aarch64.set.fpsr(i64 %fpbefore)",
                f"  %fpset = and i64 %fpafter, {_ARM}",
                "  %fpany = icmp ne i64 %fpset, 0",
                f"  %raised = select i1 %fpany, i64 {RAISED}, i64 0",
            ),
        )
    return Flags((), (), (f"  %raised = add i64 0, {RAISED}",))
