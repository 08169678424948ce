"""Which upscaler a request is handed: weights that bring pictures to a larger size.

Chosen when the request is made, as the seed is, so that the recipe names it and a job that runs
again makes the same thing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue
    from generators.manifest import Manifest
    from studio.core.checkpoint import Checkpoint
    from studio.store.library import Library

PARAM = "upscaler"  # of a generator that takes one: ``auto`` or ``none``
FAMILY = "esrgan"  # what such generators can load


def choose_upscaler(
    library: Library, manifest: Manifest, mode: str, values: Mapping[str, JsonValue]
) -> Checkpoint | None:
    """Return the upscaler that a request of a generator is handed, or None.

    None where the generator takes none, the person wants none, or the library lists none.
    """
    takes = any(spec.key == PARAM for spec in manifest.params_for(mode))
    if not takes or values.get(PARAM, "auto") == "none":
        return None
    listed = [item for item in library.models.list(modality="image") if item.family == FAMILY]
    there = [item for item in listed if not item.missing and not item.untrained]
    return max(there, key=lambda item: (item.commercial_use, item.added_at), default=None)
