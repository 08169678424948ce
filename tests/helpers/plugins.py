"""Third-party generators as pip leaves them on disk: packages and a ``.dist-info`` folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANIFEST = """
[generator]
id = "{id}"
name = "{id}"
version = "1"
modality = "{modality}"
entry = "{package}.code:Class"
[[mode]]
id = "write"
label = "Write"
output = "text"
"""


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write texts by relative path, making folders."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def install(
    site: Path, name: str, points: Mapping[str, str], files: Mapping[str, str] | None = None
) -> None:
    """Lay out a distribution in ``site``: entry points by name, files by relative path."""
    info = f"{name.replace('-', '_')}-1.0.dist-info"
    lines = ["[brandloom.generators]", *(f"{key} = {value}" for key, value in points.items())]
    write_files(
        site,
        {
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            f"{info}/entry_points.txt": "\n".join(lines) + "\n",
            **(files or {}),
        },
    )


def manifest(generator_id: str, package: str, modality: str = "text", extra: str = "") -> str:
    """Return a small valid manifest."""
    return MANIFEST.format(id=generator_id, package=package, modality=modality) + extra
