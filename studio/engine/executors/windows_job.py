"""A Windows job object: the processes in it end with the engine, however that ends.

Written by the documentation of ``CreateJobObjectW`` and ``SetInformationJobObject``; not tried.
"""

from __future__ import annotations

import ctypes
from typing import Any

_EXTENDED_LIMIT_INFORMATION = 9
_KILL_ON_JOB_CLOSE = 0x2000
_SET_QUOTA_AND_TERMINATE = 0x0100 | 0x0001


class _Basic(ctypes.Structure):
    _fields_ = (
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", ctypes.c_uint32),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", ctypes.c_uint32),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", ctypes.c_uint32),
        ("SchedulingClass", ctypes.c_uint32),
    )


class _Extended(ctypes.Structure):
    _fields_ = (
        ("Basic", _Basic),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


class JobObject:
    """Kept open by the engine; Windows closes it, and with it the workers, when the engine ends."""

    def __init__(self) -> None:
        """Make the job object.

        Raises:
            OSError: Windows refused, or this is not Windows.
        """
        self._kernel = _kernel()
        self._kernel.CreateJobObjectW.restype = ctypes.c_void_p
        self._kernel.OpenProcess.restype = ctypes.c_void_p
        self._handle = self._kernel.CreateJobObjectW(None, None)
        limits = _Extended()
        limits.Basic.LimitFlags = _KILL_ON_JOB_CLOSE
        done = self._handle and self._kernel.SetInformationJobObject(
            ctypes.c_void_p(self._handle),
            _EXTENDED_LIMIT_INFORMATION,
            ctypes.byref(limits),
            ctypes.sizeof(limits),
        )
        if not done:
            raise OSError("the job object for workers cannot be made")

    def add(self, pid: int) -> None:
        """Put a process into the job.

        Raises:
            OSError: Windows refused.
        """
        process = self._kernel.OpenProcess(_SET_QUOTA_AND_TERMINATE, 0, pid)
        if not process:
            raise OSError(f"process {pid} cannot be opened")
        try:
            done = self._kernel.AssignProcessToJobObject(
                ctypes.c_void_p(self._handle), ctypes.c_void_p(process)
            )
            if not done:
                raise OSError(f"process {pid} cannot be put into the job object")
        finally:
            self._kernel.CloseHandle(ctypes.c_void_p(process))


def _kernel() -> Any:  # noqa: ANN401 - ctypes has no types for it
    loader = getattr(ctypes, "WinDLL", None)
    if loader is None:
        raise OSError("job objects exist on Windows only")
    return loader("kernel32", use_last_error=True)
