"""Kernels: inner loops that numba compiles where it is installed, and that run as they stand where it is not.

A kernel is a function that stands alone: loops over arrays and numbers, no call of a function of ours but of kernels in
the same module, nothing in which compiled arithmetic differs from Python's (numbers below 2**63, no division of
negative ones).
"""

import sys
from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import TypeVar, cast

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(kernel: Kernel) -> Kernel:
    """The kernel as machine code, kept on disk beside its source; the kernel itself where numba cannot be imported.

    The first call in a process takes half a second to import numba; see `at_hand`.
    """
    return cast(Kernel, _compiled(cast(FunctionType, kernel)))


def at_hand() -> bool:
    """Whether numba is imported already, so that compiling costs a small count nothing."""
    return "numba" in sys.modules


@cache
def _compiled(kernel: FunctionType) -> Callable[..., object]:
    try:
        from numba import njit  # noqa: PLC0415  # it is slow to import, and need not be there
    except ImportError:
        return kernel
    if njit(kernel) is kernel:  # compiling is switched off
        return kernel
    known = kernel.__globals__
    parts = {
        name: _compiled(known[name])
        for name in kernel.__code__.co_names
        if isinstance(known.get(name), FunctionType) and known[name].__module__ == kernel.__module__
    }
    twin = FunctionType(kernel.__code__, {**known, **parts}, kernel.__name__)
    twin.__module__, twin.__qualname__ = kernel.__module__, kernel.__qualname__
    try:
        machine_code: Callable[..., object] = njit(cache=True, nogil=True)(twin)
    except RuntimeError:  # there is no folder to keep it in
        machine_code = njit(nogil=True)(twin)
    return machine_code
