"""A brand's own font files, kept by the library while campaigns are set in them.

They are no assets: nobody looks for them in the library, and they are not exported.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.errors import UserFacingError
from studio.services.compose.fonts import shipped_fonts
from studio.store.asset_files import sync_folder
from studio.store.errors import file_writes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.core.brand import Brand
    from studio.store.library import Library

FONTS = "fonts"  # in a campaign's data: a kept file's name by what it is for
_USES = ("heading_font", "body_font")


def kept_fonts(library: Library, brand: Brand) -> dict[str, str]:
    """Copy the font files that a brand names into the library; return their names there.

    Raises:
        UserFacingError: A file cannot be read.
        LibraryError: The library cannot be written.
    """
    named = {use: getattr(brand, use) for use in _USES}
    return {
        use: _keep(library.paths.fonts, library.paths.root, Path(font))
        for use, font in named.items()
        if font not in shipped_fonts()
    }


def with_kept_fonts(library: Library, brand: Brand, kept: Mapping[str, str]) -> Brand:
    """Return the brand with the font files that the library keeps; else those of its brief."""

    def file(use: str, given: str) -> str:
        path = library.paths.fonts / Path(str(kept.get(use, "."))).name
        return str(path) if path.is_file() else given

    return replace(
        brand,
        heading_font=file("heading_font", brand.heading_font),
        body_font=file("body_font", brand.body_font),
    )


def _keep(folder: Path, root: Path, font: Path) -> str:
    try:
        data = font.read_bytes()
    except OSError as error:
        raise UserFacingError(f"The font {font.name} cannot be read.", str(error)) from error
    name = f"{hashlib.sha256(data).hexdigest()}{font.suffix.lower()}"
    with file_writes(root):
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / name).is_file():
            draft = folder / f".{secrets.token_hex(8)}.part"
            with draft.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(folder / name)
            sync_folder(folder)
    return name
