"""What the system says about memory, and how to give some back. Standard library only."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_STATM = Path("/proc/self/statm")


def rss() -> int:
    """Return this process's resident memory in bytes (its peak on macOS), 0 when unknown."""
    if sys.platform == "win32":
        return _windows_working_set()
    try:
        return int(_STATM.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        import resource  # noqa: PLC0415 - not on Windows

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def trim() -> None:
    """Collect garbage and hand freed pages back to the system where the C library can."""
    gc.collect()
    if sys.platform == "linux":
        try:
            ctypes.CDLL(None).malloc_trim(0)
        except (OSError, AttributeError):
            return  # musl has none, and returns pages by itself


def die_with_parent() -> None:
    """Ask Linux to kill this process when the thread that started it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _windows_working_set() -> int:
    class Counters(ctypes.Structure):  # PROCESS_MEMORY_COUNTERS, psapi.h
        _fields_ = (
            ("cb", ctypes.c_ulong),
            ("page_faults", ctypes.c_ulong),
            *((f"size_{index}", ctypes.c_size_t) for index in range(8)),
        )

    counters = Counters()
    counters.cb = ctypes.sizeof(counters)
    libraries = getattr(ctypes, "windll")  # noqa: B009 - there on Windows only
    process = libraries.kernel32.GetCurrentProcess
    process.restype = ctypes.c_void_p
    ask = libraries.psapi.GetProcessMemoryInfo
    ask.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong)
    found = ask(process(), ctypes.byref(counters), counters.cb)
    return int(counters.size_1) if found else 0  # WorkingSetSize
