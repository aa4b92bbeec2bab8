"""Kernels: inner loops that numba compiles where it is installed, and that run as they stand where it is not.

A kernel is a function that stands alone: loops over arrays and numbers, no call of another function of ours, nothing
in which compiled arithmetic differs from Python's (numbers below 2**63, no division of negative ones).
"""

import sys
from collections.abc import Callable
from functools import cache
from typing import TypeVar, cast

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(kernel: Kernel) -> Kernel:
    """The kernel as machine code, kept on disk beside its source; the kernel itself where numba cannot be imported.

    The first call in a process takes half a second to import numba; see `at_hand`.
    """
    return cast(Kernel, _compiled(kernel))


def at_hand() -> bool:
    """Whether numba is imported already, so that compiling costs a small count nothing."""
    return "numba" in sys.modules


@cache
def _compiled(kernel: Callable[..., object]) -> Callable[..., object]:
    try:
        from numba import njit  # noqa: PLC0415  # it is slow to import, and need not be there
    except ImportError:
        return kernel
    try:
        machine_code: Callable[..., object] = njit(cache=True, nogil=True)(kernel)
    except RuntimeError:  # there is no folder to keep it in
        machine_code = njit(nogil=True)(kernel)
    return machine_code
