"""What this machine is: OS, device, disk, system libraries. Standard library only."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from setup_progress import SetupError

if TYPE_CHECKING:
    from pathlib import Path

#: The oldest Python that the product runs on: ``requires-python`` in pyproject.toml.
OLDEST_PYTHON = (3, 11)
#: Library → Debian package. Without these neither Qt (even with no screen) nor llama.cpp starts.
ALWAYS = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgomp.so.1": "libgomp1",  # llama.cpp's threads
}
#: Needed besides for a window on an X11 or XWayland screen, with sound.
FOR_A_WINDOW = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libpulse.so.0": "libpulse0",
}
CUDA_DRIVER = (
    580  # NVIDIA driver that CUDA 13 needs: docs.nvidia.com/cuda/cuda-toolkit-release-notes
)
#: Free space for a fresh environment, in bytes: 1.9 GB measured on the CPU, 6 GB of CUDA libraries
#: by their wheels' sizes, twice that while they are unpacked.
SPACE = {"linux-cpu": 4_000_000_000, "linux-cuda": 14_000_000_000}
SPACE_OTHERWISE = 4_000_000_000


@dataclass
class Machine:
    """What was found: the lock to install and why."""

    lock: str
    device: str


def probe() -> Machine:
    """Choose the lock by OS and device.

    Raises:
        SetupError: There is no lock for this OS or processor.
    """
    system, processor = platform.system(), platform.machine().lower()
    if system == "Linux" and processor in ("x86_64", "amd64"):
        gpu = nvidia_gpu()
        return Machine("linux-cuda", gpu) if gpu else Machine("linux-cpu", "CPU")
    if system == "Windows" and processor in ("amd64", "x86_64"):
        return Machine("windows", "CPU")
    if system == "Darwin" and processor == "arm64":
        return Machine("macos", "Apple GPU")
    raise SetupError(
        f"Brandloom has no tested set of packages for {system} on {processor}.",
        "It runs on Linux and Windows (64-bit Intel/AMD) and on macOS (Apple silicon).",
    )


def nvidia_gpu() -> str:
    """Return the name of a usable NVIDIA GPU, or an empty string."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return ""
    query = [tool, "--query-gpu=name,driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    for line in done.stdout.splitlines():
        name, _, driver = line.partition(",")
        major = driver.strip().split(".")[0]
        if major.isdigit() and int(major) >= CUDA_DRIVER:
            return name.strip()
        print(f"  {name.strip()} has driver {driver.strip()}; CUDA 13 needs {CUDA_DRIVER} or newer:"
              " using the CPU until it is updated.")  # fmt: skip
    return ""


def has_display() -> bool:
    """Tell whether a window can be shown."""
    if platform.system() != "Linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def missing_libraries(*, window: bool) -> list[str]:
    """Return the Debian packages of system libraries that cannot be loaded."""
    if platform.system() != "Linux":
        return []
    wanted = {**ALWAYS, **(FOR_A_WINDOW if window else {})}
    missing = []
    for library, package in wanted.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def install_line(packages: list[str]) -> str:
    """Return the one line that installs system packages here."""
    line = f"apt-get install -y {' '.join(packages)}"
    return line if os.name == "posix" and os.geteuid() == 0 else f"sudo {line}"


def ensure_libraries(*, window: bool) -> None:
    """Check the system libraries; on a build machine (``CI`` set, root, apt) install them.

    Raises:
        SetupError: Some are missing; the hint is the line that installs them.
    """
    missing = missing_libraries(window=window)
    if not missing:
        return
    if os.environ.get("CI") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("  System libraries are missing; installing: " + " ".join(missing))
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", *missing], check=True)
        return
    raise SetupError(
        "These system libraries are missing: " + ", ".join(missing) + ".",
        "On Debian and Ubuntu this installs them:  " + install_line(missing),
    )


def ensure_python() -> None:
    """Check the Python that runs this.

    Raises:
        SetupError: It is too old, or has no venv module.
    """
    if sys.version_info[:2] < OLDEST_PYTHON:
        name = "py -3.11" if os.name == "nt" else "python3.11"
        raise SetupError(
            f"Brandloom needs Python 3.11 or newer; this is {platform.python_version()}.",
            f"With a newer one:  {name} packaging/bootstrap.py run",
        )
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian ships it apart
        import venv  # noqa: F401, PLC0415
    except ImportError as error:
        raise SetupError(
            "This Python cannot make environments (its venv module is missing).",
            "On Debian and Ubuntu:  " + install_line(["python3-venv"]),
        ) from error


def ensure_space(folder: Path, lock: str) -> None:
    """Check that a fresh environment fits on the disk.

    Raises:
        SetupError: Too little space.
    """
    need, free = SPACE.get(lock, SPACE_OTHERWISE), shutil.disk_usage(folder).free
    if free < need:
        raise SetupError(
            f"Only {free / 1e9:.1f} GB are free here; set-up needs {need / 1e9:.0f} GB.",
            "Make room, or move this folder to another disk.",
        )
