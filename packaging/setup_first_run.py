"""The first campaign, the window and the shortcut. Standard library only."""

from __future__ import annotations

import json
import os
import platform
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Optional

from setup_install import ROOT, python
from setup_progress import SetupError, Stage
from setup_weights import fetch_text_weights

SAMPLE_BRIEF = ROOT / "assets" / "sample_campaign" / "brief.toml"
STARTER = ROOT / "assets" / "starter"
UPSCALER = STARTER / "upscaler" / "starter-upscaler-x4.safetensors"
#: Shipped checkpoints by what they make; a folder without weights counts as not shipped.
SHIPPED = {
    "pictures": ("Starter image model", STARTER / "image"),
    "music": ("Starter music", STARTER / "music"),
}
#: The file that a shipped checkpoint of a kind cannot be without.
INDEX = {"pictures": "model_index.json", "music": "config.json"}
#: Untrained checkpoints of the real architectures, made where no trained one is shipped.
UNTRAINED = {
    "pictures": ("Untrained image model", "generators.image_diffusion.tiny", "untrained-image"),
    "music": ("Untrained music model", "generators.audio_music.tiny", "untrained-music"),
}


def in_library(library: Optional[Path]) -> list[str]:  # noqa: UP045
    """Return the app's options that name the library; none for the default one."""
    return ["--library", str(library)] if library else []


def studio(*arguments: str, library: Optional[Path] = None) -> list[str]:  # noqa: UP045
    """Return the command line of the app."""
    return [str(python()), "-m", "studio", *in_library(library), *arguments]


def library_folder(library: Optional[Path]) -> Path:  # noqa: UP045
    """Return the library that the app would use."""
    if library:
        return library.resolve()
    code = "from studio.core.paths import default_library; print(default_library())"
    done = subprocess.run(
        [str(python()), "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return Path(done.stdout.strip())


def first_run(library: Optional[Path], brief: Optional[Path]) -> int:  # noqa: UP045
    """Put weights in place, run the campaign through the queue, say where the export lies.

    Raises:
        SetupError: The weights cannot be had, or the library cannot be used.
    """
    root = library_folder(library)
    weights = fetch_text_weights(root / "models")
    wanted = {"SmolLM2-135M-Instruct": weights, **shipped()}
    noise = [kind for kind in UNTRAINED if not is_shipped(kind)]
    for kind in noise:
        name, module, folder = UNTRAINED[kind]
        wanted[name] = make_untrained(name, module, root / "models" / folder)
    wanted["Starter upscaler"] = UPSCALER
    register(root, wanted)
    source = brief or SAMPLE_BRIEF
    print(f"\nRunning the campaign {source.name} through the queue.", flush=True)
    if not brief:
        print(what_to_expect(noise), flush=True)
    return subprocess.run(
        studio("campaign", "run", str(source), "--export", library=root), cwd=ROOT, check=False
    ).returncode


def is_shipped(kind: str) -> bool:
    """Tell whether trained weights for a kind lie in this folder."""
    return kind in SHIPPED and (SHIPPED[kind][1] / INDEX[kind]).is_file()


def shipped() -> dict[str, Path]:
    """Return the shipped checkpoints that are there, by name; they are used where they lie."""
    return {name: folder for kind, (name, folder) in SHIPPED.items() if is_shipped(kind)}


def what_to_expect(noise: list[str]) -> str:
    """Say before the sample campaign what is real in it and what only stands in."""
    kinds = {
        "pictures": ("Pictures come from a small untrained model, so they are abstract",
                     "the words and music are"),
        "music": ("Music comes from a small untrained model, so it is noise",
                  "the words and pictures are"),
    }  # fmt: skip
    if not noise:
        told = (
            "Words, pictures and music come from small models; that for pictures knows seventy "
            "things and draws them simply. All are"
        )
    elif len(noise) > 1:
        told = (
            "Pictures and music come from small untrained models, so they are abstract; words are"
        )
    else:
        told = "; ".join(kinds[noise[0]])
    return f"{told}\nreal. Add checkpoints of your own on any day: studio models add PATH"


def make_untrained(name: str, module: str, folder: Path) -> Path:
    """Make a small checkpoint of a real architecture with random weights; skip what is there."""
    if folder.exists():
        return folder
    with Stage(f"Making: {name} (a few seconds)"):
        done = subprocess.run(
            [str(python()), "-m", module, str(folder)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise SetupError(f"{name} could not be made.", done.stderr.strip()[-600:])
    return folder


def register(root: Path, wanted: dict[str, Path]) -> None:
    """Add the checkpoints to the library's list; those that are known are left alone."""
    marker = root / "models" / "registered.json"
    known = json.loads(marker.read_text(encoding="utf-8")) if marker.exists() else []
    for name, path in wanted.items():
        if str(path) in known:
            continue
        done = subprocess.run(
            studio("models", "add", str(path), "--name", name, library=root),
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SetupError(f"{name} could not be added.", (done.stderr or done.stdout).strip())
        known.append(str(path))
    marker.write_text(json.dumps(known), encoding="utf-8")


def open_window(library: Optional[Path]) -> int:  # noqa: UP045
    """Open the window and leave it open."""
    print("Opening the window.", flush=True)
    options = {"start_new_session": True} if os.name == "posix" else {}
    subprocess.Popen(studio(library=library), cwd=ROOT, **options)  # type: ignore[call-overload]
    return 0


def leave_shortcut(library: Optional[Path]) -> Path:  # noqa: UP045
    """Leave a start-menu entry (Linux), a shortcut (Windows) or a command file (macOS).

    It names the library that set-up was given: the app would open the default one otherwise.
    """
    system = platform.system()
    if system == "Linux":
        path = _desktop_entry(library)
    elif system == "Windows":
        path = _windows_shortcut(library)
    else:
        path = Path.home() / "Desktop" / "Brandloom.command"
        command = shlex.join(studio(library=library))
        path.write_text(f"#!/bin/sh\nexec {command}\n", encoding="utf-8")
        path.chmod(0o755)
    print(f"Shortcut: {path}")
    return path


def _desktop_entry(library: Optional[Path]) -> Path:  # noqa: UP045
    """Write a desktop entry: https://specifications.freedesktop.org/desktop-entry-spec/."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    path = data / "applications" / "brandloom.desktop"
    path.parent.mkdir(parents=True, exist_ok=True)
    command = " ".join(_desktop_quoted(word) for word in studio(library=library))
    icon = ROOT / "assets" / "icons" / "brandloom.svg"
    path.write_text(
        "[Desktop Entry]\nType=Application\nName=Brandloom\n"
        "Comment=Ad campaigns and images on your own machine\n"
        f"Exec={command}\nPath={ROOT}\nIcon={icon}\n"
        "Terminal=false\nCategories=Graphics;Office;\n",
        encoding="utf-8",
    )
    return path


def _desktop_quoted(word: str) -> str:
    """Quote a word of ``Exec=``: within the quotes first, then as any value of such a file."""
    if re.fullmatch(r"[\w./-]+", word, re.ASCII):
        return word
    quoted = re.sub(r'(["`$\\])', r"\\\1", word).replace("%", "%%")
    return '"' + quoted.replace("\\", "\\\\") + '"'


def _windows_shortcut(library: Optional[Path]) -> Path:  # noqa: UP045
    start = Path(os.environ["APPDATA"]) / "Microsoft" / "Windows" / "Start Menu" / "Programs"
    path = start / "Brandloom.lnk"
    target = python().with_name("pythonw.exe")
    arguments = subprocess.list2cmdline(studio(library=library)[1:])
    values = {"path": path, "target": target, "arguments": arguments, "root": ROOT}
    # PowerShell takes typographic single quotes for quotes too
    quoted = {key: re.sub("(['‘’‚‛])", r"\1\1", str(value)) for key, value in values.items()}
    script = (
        "$s = (New-Object -ComObject WScript.Shell).CreateShortcut('{path}');"
        "$s.TargetPath = '{target}'; $s.Arguments = '{arguments}';"
        "$s.WorkingDirectory = '{root}'; $s.Save()"
    ).format(**quoted)
    done = subprocess.run(
        ["powershell", "-NoProfile", "-Command", script],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetupError("The shortcut could not be made.", done.stderr.strip())
    return path


if __name__ == "__main__":
    sys.exit("run packaging/bootstrap.py instead")
