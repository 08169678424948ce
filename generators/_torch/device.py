"""Which device and which number format a pipeline runs in, and how to say so in a recipe."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from generators.api import DeviceInfo, InvalidParameter, JsonValue

if TYPE_CHECKING:
    import torch

DTYPES = ("float32", "float16", "bfloat16")
_CGROUP = Path("/sys/fs/cgroup")
_RECORDED = ("torch", "transformers", "diffusers", "peft", "tokenizers", "safetensors")


def devices() -> tuple[DeviceInfo, ...]:
    """Return what torch can compute on, best first; the CPU is always there, last."""
    import torch

    found: list[DeviceInfo] = []
    if torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            free, total = torch.cuda.mem_get_info(index)
            name = torch.cuda.get_device_name(index)
            found.append(DeviceInfo(f"cuda:{index}", name, int(total), int(free)))
    if torch.backends.mps.is_available():
        total, free = _main_memory()
        found.append(DeviceInfo("mps", "Apple GPU", total, free))
    return (*found, cpu_info())


def cpu_info() -> DeviceInfo:
    """Return the CPU with the memory that this process may use (bytes; container limits count)."""
    total, free = _main_memory()
    return DeviceInfo("cpu", _cpu_name(), total, free)


def _cpu_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine() or "CPU"


def _main_memory() -> tuple[int, int]:
    """Return (total, free) bytes, the smaller of the machine's and the container's."""
    memory = psutil.virtual_memory()
    total, free = int(memory.total), int(memory.available)
    try:
        limit = int((_CGROUP / "memory.max").read_text())
        used = int((_CGROUP / "memory.current").read_text())
    except (OSError, ValueError):  # no container, or "max"
        return total, free
    return min(total, limit), max(0, min(free, limit - used + _page_cache()))


def _page_cache() -> int:
    """Return the bytes of files that a container counts as used, but gives back when asked."""
    try:
        rows = (_CGROUP / "memory.stat").read_text().splitlines()
        return next((int(row.split()[1]) for row in rows if row.startswith("inactive_file ")), 0)
    except (OSError, ValueError, IndexError):
        return 0


def choose_device(name: str) -> str:
    """Return a device id that exists: ``auto`` is the best one, ``cuda`` is ``cuda:0``.

    Raises:
        InvalidParameter: This machine has no such device.
    """
    available = [device.id for device in devices()]
    if name in ("", "auto"):
        return available[0]
    wanted = "cuda:0" if name == "cuda" else name
    if wanted in available:
        return wanted
    raise InvalidParameter(
        "device",
        f"This machine has no device {name!r:.40}.",
        f"Available: {', '.join(available)}, or auto.",
    )


def choose_dtype(name: str, device: str) -> torch.dtype:
    """Return the number format to compute in.

    ``auto`` is bfloat16 on a CUDA device that computes in it, else float16; float16 on Apple's;
    float32 on the CPU, where the small formats are slower or inexact for most operations.

    Raises:
        InvalidParameter: Not one of ``DTYPES`` or ``auto``.
    """
    import torch

    if name in ("", "auto"):
        if device.startswith("cuda"):
            index = torch.device(device).index or 0
            bfloat = torch.cuda.get_device_capability(index) >= (8, 0)
            return torch.bfloat16 if bfloat else torch.float16
        return torch.float16 if device == "mps" else torch.float32
    if name not in DTYPES:
        raise InvalidParameter(
            "dtype", f"dtype cannot be {name!r:.40}.", f"Allowed: {', '.join(DTYPES)}, auto."
        )
    return {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}[name]


def execution_record(device: str, dtype: torch.dtype | str) -> dict[str, JsonValue]:
    """Return what an exact repeat needs to be equal: device, dtype, threads, library versions."""
    import torch

    versions = {}
    for package in _RECORDED:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    name = (
        torch.cuda.get_device_name(torch.device(device))
        if device.startswith("cuda")
        else cpu_info().name
    )
    return {
        "device": device,
        "device_name": name,
        "dtype": str(dtype).removeprefix("torch."),
        "threads": torch.get_num_threads(),
        "versions": versions,
    }
