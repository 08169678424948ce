"""The whole of a text asset: from its row, or from its file where the row holds only a part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.services.files.embed import plain_text

if TYPE_CHECKING:
    from studio.core.asset import Asset
    from studio.store.library import Library

KEPT_IN_ROW = 20_000  # characters of a text that the library's row holds; longer ones are read


def whole_text(library: Library, asset: Asset) -> str:
    """Return all of a text, without the recipe in its file; what the row has if that is gone."""
    if asset.text and len(asset.text) < KEPT_IN_ROW:
        return asset.text
    try:
        return plain_text(library.assets.file(asset), asset.media_type)
    except (OSError, UnicodeDecodeError):
        return asset.text
