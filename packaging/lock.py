"""Make the hashed requirement locks anew, one per OS and device (for maintainers; needs ``uv``).

    python packaging/lock.py [--upgrade]

Reads ``pyproject.toml``, writes ``packaging/locks/*.txt`` without index addresses. torch is kept
apart on Linux, because its CPU build lives on PyTorch's own index and must be installed first:
anything else that asks for torch would bring gigabytes of CUDA.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "packaging" / "locks"
TORCH = "2.13.0"
#: Lock name → uv platform. Qt's wheels need glibc 2.34 (Debian 12, Ubuntu 22.04) and macOS 14.
PLATFORMS = {
    "linux-cpu": "x86_64-manylinux_2_34",
    "linux-cuda": "x86_64-manylinux_2_34",
    "windows": "x86_64-pc-windows-msvc",
    "macos": "aarch64-apple-darwin",
}
GPU_ONLY = re.compile(r"^(torch|triton|nvidia-[a-z0-9-]+|cuda-[a-z0-9-]+)==")
HEADER = """\
# {name}: every package with its hashes. Made by packaging/lock.py from pyproject.toml; do not edit.
"""
CPU_TORCH = """\
# torch for Linux without a GPU: PyTorch's CPU build, installed before everything else.
# The hash is of the build for Python 3.11; for other Pythons the set-up pins the version only.
torch=={version}+cpu \\
    --hash=sha256:6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b
"""


def compile_lock(platform: str, *, extra: str, pins: Path, upgrade: bool, preferred: Path) -> str:
    r"""Return uv's output for one platform: ``name==version \\ --hash=…`` blocks.

    Raises:
        subprocess.CalledProcessError: uv found no solution; its words are on stderr.
    """
    command = ["uv", "pip", "compile", "pyproject.toml", "--generate-hashes", "--no-annotate"]
    command += ["--no-header", "-q", "--python-version", "3.11", "--python-platform", platform]
    command += ["-c", str(pins)]
    if extra:
        command += ["--extra", extra]
    if preferred.exists() and not upgrade:
        command += ["-o", str(preferred)]  # uv keeps the versions that it finds there
    environment = {**os.environ, "MACOSX_DEPLOYMENT_TARGET": "14.0"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return preferred.read_text() if "-o" in command else done.stdout


def blocks(lock: str) -> list[str]:
    """Split a lock into one block per package."""
    return [block for block in re.split(r"\n(?=[A-Za-z0-9])", lock.strip()) if "==" in block]


def main() -> int:
    """Write all locks; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    parser.add_argument("--pins", type=Path, help="a constraints file to start from")
    arguments = parser.parse_args()
    LOCKS.mkdir(exist_ok=True)
    pins = LOCKS / "pins.tmp"
    pinned = arguments.pins.read_text() if arguments.pins else ""
    pins.write_text(f"torch=={TORCH}\n" + pinned)
    try:
        for name, platform in PLATFORMS.items():
            write_lock(name, platform, pins, upgrade=arguments.upgrade)
        write_tools(pins)
    finally:
        pins.unlink()
    (LOCKS / "linux-cpu.torch.txt").write_text(CPU_TORCH.format(version=TORCH))
    write_pip()
    return 0


def write_lock(name: str, platform: str, pins: Path, *, upgrade: bool) -> None:
    """Write the lock of one OS and device."""
    path = LOCKS / f"{name}.txt"
    text = compile_lock(platform, extra="", pins=pins, upgrade=upgrade, preferred=path)
    chosen = [block for block in blocks(text) if name != "linux-cpu" or not GPU_ONLY.match(block)]
    path.write_text(HEADER.format(name=name) + "\n".join(chosen) + "\n")
    print(f"{path.name}: {len(chosen)} packages")


def write_tools(pins: Path) -> None:
    """Write what the test command needs besides: the union over all platforms, same versions."""
    found: dict[str, str] = {}
    for platform in dict.fromkeys(PLATFORMS.values()):
        everything = compile_lock(
            platform, extra="dev", pins=pins, upgrade=True, preferred=LOCKS / "none"
        )
        product = {
            block.split("==")[0]
            for lock in PLATFORMS
            for block in blocks((LOCKS / f"{lock}.txt").read_text())
        }
        for block in blocks(everything):
            name = block.split("==")[0]
            if name not in product and not GPU_ONLY.match(block):
                found[name] = block
    path = LOCKS / "tools.txt"
    path.write_text(HEADER.format(name="tools for the test command") + "\n".join(
        found[name] for name in sorted(found)) + "\n")  # fmt: skip
    print(f"{path.name}: {len(found)} packages")


def write_pip() -> None:
    """Write the lock of pip itself: older ones can neither resume nor say how far they are."""
    command = ["uv", "pip", "compile", "-", "--generate-hashes", "--no-annotate", "--no-header"]
    done = subprocess.run(
        [*command, "-q", "--python-version", "3.11"],
        input="pip>=26.3", cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    (LOCKS / "pip.txt").write_text(HEADER.format(name="pip itself") + done.stdout)


if __name__ == "__main__":
    sys.exit(main())
