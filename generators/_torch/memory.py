"""Memory: how much a module holds, how to give it back, and running out as a planned case."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from generators.api import OutOfMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

# What torch's CPU allocator and older CUDA paths say; neither has an exception class of its own.
_OUT_OF_MEMORY = ("can't allocate memory", "not enough memory", "out of memory")


def memory_bytes(*modules: torch.nn.Module) -> int:
    """Return the bytes of all parameters and buffers, shared storage counted once."""
    seen: dict[tuple[str, int], int] = {}
    for module in modules:
        for tensor in (*module.parameters(), *module.buffers()):
            if tensor.device.type == "meta":
                continue
            storage = tensor.untyped_storage()
            seen[str(tensor.device), storage.data_ptr()] = storage.nbytes()
    return sum(seen.values())


def free_memory() -> None:
    """Return freed memory to the device and to the system. Drop your references first."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None:
        if torch.cuda.is_available() and torch.cuda.is_initialized():
            torch.cuda.empty_cache()
        if torch.backends.mps.is_available():
            torch.mps.empty_cache()
    trim_heap()


def trim_heap() -> None:
    """Hand the C library's free pages back (glibc keeps them otherwise)."""
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
    if trim is not None:
        trim(0)


@contextmanager
def memory_guard() -> Iterator[None]:
    """Turn every way in which torch runs out of memory into ``OutOfMemory``."""
    try:
        yield
    except MemoryError as error:
        raise OutOfMemory(str(error) or "out of memory") from error
    except RuntimeError as error:  # torch.OutOfMemoryError is one
        text = str(error).lower()
        if any(words in text for words in _OUT_OF_MEMORY):
            raise OutOfMemory(str(error).splitlines()[0]) from error
        raise
