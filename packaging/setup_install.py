"""Make ``.venv`` and install the locked packages into it, with progress. Standard library only."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import venv
from pathlib import Path

from setup_progress import SetupError, Stage

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
LOCKS = ROOT / "packaging" / "locks"
STATE = VENV / "brandloom-setup.json"
#: pip's own lock, as options of ``pip install``.
PIP_ITSELF = ["-q", "--no-deps", "--require-hashes", "-r", str(LOCKS / "pip.txt")]
#: Where PyTorch publishes its CPU builds: https://pytorch.org/get-started/locally/
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"


def python() -> Path:
    """Return the environment's Python."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def site_packages() -> Path:
    """Return the environment's site-packages."""
    if os.name == "nt":
        return VENV / "Lib" / "site-packages"
    return VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def fingerprint(*paths: Path) -> str:
    """Return a hash over this Python's version and the files."""
    digest = hashlib.sha256(sys.version.encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def load_state() -> dict[str, str]:
    """Return what set-up noted in the environment; empty when there is none."""
    try:
        state = json.loads(STATE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def note_state(key: str, value: str) -> None:
    """Note a finished stage, so that the next call skips it."""
    state = {**load_state(), key: value}
    partial = STATE.with_suffix(".part")
    partial.write_text(json.dumps(state, indent=1), encoding="utf-8")
    partial.replace(STATE)


def install(lock: str, *, tools: bool) -> None:
    """Make the environment hold exactly what the locks say; skip what is there.

    Raises:
        SetupError: pip failed; the hint says where its words are.
    """
    main_lock = LOCKS / f"{lock}.txt"
    torch_lock = LOCKS / f"{lock}.torch.txt"
    wanted = fingerprint(main_lock, *([torch_lock] if torch_lock.exists() else []))
    state = load_state()
    if not is_whole(state, wanted):
        if state.get("packages"):
            ensure_replacement()
        make_environment()
        state = {}
    if state.get("packages") != wanted:
        if torch_lock.exists():
            install_cpu_torch(torch_lock)
        pip_install("Installing the libraries", main_lock)
        note_state("packages", wanted)
    product = fingerprint(ROOT / "pyproject.toml")
    if state.get("product") != product:
        command = ["--no-build-isolation", "--no-deps", "-q", "-e", str(ROOT)]
        with Stage("Putting Brandloom itself in place"):
            run_pip(command)
        note_state("product", product)
    tools_lock = LOCKS / "tools.txt"
    if tools and state.get("tools") != fingerprint(tools_lock):
        pip_install("Installing the test tools", tools_lock)
        note_state("tools", fingerprint(tools_lock))


def is_whole(state: dict[str, str], wanted: str) -> bool:
    """Tell whether ``.venv`` was made to its end, by this Python, and for these locks.

    That its Python exists says little: it is there before pip is, and pip before it is renewed.
    """
    if not python().exists():
        return False
    if state.get("packages"):
        return state["packages"] == wanted
    return state.get("environment") == sys.version


def ensure_replacement() -> None:
    """Ask the index for pip, the first thing that a new environment needs; install nothing.

    Making one begins with deleting this one, which without a network would leave nothing that
    starts. An environment that no longer starts itself is nothing to lose: nothing is asked then.

    Raises:
        SetupError: pip cannot be had.
    """
    try:
        pip = [str(python()), "-m", "pip", "--version"]
        works = not subprocess.run(pip, capture_output=True, check=False).returncode
    except OSError:
        works = False
    if works:
        with Stage("Looking whether a new environment can be had"):
            run_pip(["--dry-run", "--ignore-installed", *PIP_ITSELF])


def make_environment() -> None:
    """Make ``.venv`` from nothing (a half-made one of an earlier try is replaced)."""
    STATE.unlink(missing_ok=True)  # first, or it would speak for what is half deleted
    with Stage("Making a Python environment of its own (.venv)"):
        try:
            venv.EnvBuilder(clear=True, with_pip=True).create(VENV)
        except subprocess.CalledProcessError as error:  # it puts pip in with a process of its own
            said = (error.output or b"").decode("utf-8", "replace").strip().splitlines()
            raise SetupError(
                "This Python could not put pip into .venv." + (f" {said[-1]}" if said else ""),
                "Is there room on the disk? Else try another Python, such as python.org's.",
            ) from error
        (VENV / ".gitignore").write_text("*\n", encoding="utf-8")
        run_pip(PIP_ITSELF)
    note_state("environment", sys.version)


def install_cpu_torch(torch_lock: Path) -> None:
    """Install PyTorch's CPU build: from where pip looks anyway, else from PyTorch's own index."""
    options = ["--no-deps", "-r", str(torch_lock)]
    if sys.version_info[:2] != (3, 11):  # the lock's hash is of the build for 3.11
        version = re.findall(r"^torch==(\S+)", torch_lock.read_text(encoding="utf-8"), re.MULTILINE)
        options = ["--no-deps", f"torch=={version[0]}"]
    with Stage("Installing PyTorch for the CPU (about 200 MB)") as stage:
        try:
            watch_pip("install", options, total=1, stage=stage)
        except SetupError:
            watch_pip("install", ["--index-url", TORCH_CPU_INDEX, *options], total=1, stage=stage)


def pip_install(title: str, lock: Path) -> None:
    """Install a lock with hashes, showing progress by packages fetched and installed."""
    total = lock.read_text(encoding="utf-8").count("==")
    with Stage(f"{title} ({total} packages)") as stage:
        options = ["--no-deps", "--require-hashes", "-r", str(lock)]
        watch_pip("install", options, total=total, stage=stage)


def pip_command(verb: str, options: list[str]) -> list[str]:
    """Return the command line for ``pip VERB``."""
    quiet = ["--disable-pip-version-check", "--no-input"]
    return [str(python()), "-m", "pip", verb, *quiet, *options]


def pip_environment() -> dict[str, str]:
    """Return the environment for pip, in which it writes UTF-8 into a pipe.

    On Windows it would write the system's code page there, in which names of folders are not UTF-8.
    Not ``PYTHONUTF8``: pip would then refuse a pip.ini that is written in that code page.
    """
    return {**os.environ, "PYTHONIOENCODING": "utf-8:backslashreplace"}


def run_pip(options: list[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run ``pip install`` to its end.

    Raises:
        SetupError: It failed and ``check`` is set.
    """
    command = pip_command("install", options)
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace",
        env=pip_environment(), check=False,
    )  # fmt: skip
    if check and done.returncode:
        raise pip_failure(done.stdout + done.stderr)
    return done


def watch_pip(verb: str, options: list[str], *, total: int, stage: Stage) -> None:
    """Run pip and show how far it is: packages fetched, bytes of the present one, then unpacked.

    pip says nothing while it unpacks, so the new ``*.dist-info`` folders are counted.

    Raises:
        SetupError: It failed.
    """
    before = count_installed()
    command = pip_command(verb, ["--progress-bar", "raw", *options])
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", errors="replace",  # else a stray byte ends the reader, and pip waits
        env=pip_environment(),
    )  # fmt: skip
    said: list[str] = []
    reader = threading.Thread(target=_collect, args=(process, said), daemon=True)
    reader.start()
    share = 1.0 if verb == "download" else 0.6  # of the bar that fetching takes
    while reader.is_alive():
        reader.join(0.2)
        fetched, part, detail = fetch_state(said)
        if fetched >= total and verb == "install" and part >= 1:
            unpacked = max(0, count_installed() - before)
            detail = f"unpacking {unpacked} of {total}"
            stage.update(share + (1 - share) * unpacked / total, detail)
        else:
            stage.update(share * max(0.0, fetched - 1 + part) / total, detail)
    if process.wait():
        raise pip_failure("".join(line for line in said if not line.startswith("Progress ")))


def fetch_state(lines: list[str]) -> tuple[int, float, str]:
    """Read pip's lines: packages begun, fraction of the last one, and what to show of it."""
    begun, name = 0, ""
    for line in lines:
        if line.startswith(("Collecting ", "Processing ")):
            begun, name = begun + 1, Path(line.split()[1]).name.split("==")[0].split("-")[0]
    last = next((line for line in reversed(lines) if line.strip()), "")
    if found := re.match(r"Progress (\d+) of (\d+)", last):
        now, whole = int(found[1]), max(1, int(found[2]))
        return begun, now / whole, f"{name} {now / 1e6:.0f} of {whole / 1e6:.0f} MB"
    return begun, 1.0 if begun else 0.0, name


def _collect(process: subprocess.Popen[str], lines: list[str]) -> None:
    assert process.stdout is not None
    with process.stdout as words:
        for line in words:
            if line.startswith("Progress ") and lines and lines[-1].startswith("Progress "):
                lines[-1] = line  # keep the newest of them only
            else:
                lines.append(line)


def count_installed() -> int:
    """Return how many packages the environment holds."""
    return sum(1 for _ in site_packages().glob("*.dist-info"))


def pip_failure(output: str) -> SetupError:
    """Turn pip's words into an error with a hint; the whole of them goes to a file."""
    log = VENV / "setup-error.log"
    log.write_text(output, encoding="utf-8")
    said = [line for line in output.splitlines() if "ERROR" in line] or output.splitlines()[-1:]
    hint = f"Run the same command again to go on from here. All that pip said: {log}"
    if "No space left" in output:
        hint = "The disk is full. Make room, then run the same command again."
    elif re.search(r"resolve|Connection|Network|timed out|SSL", output):
        hint = "Is there a network? Run the same command again; what was fetched is kept."
    return SetupError("pip could not install: " + (said[-1].strip() if said else "?"), hint)
