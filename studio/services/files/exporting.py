"""Taking single assets out of the library: as files with good names, marked, without the brief."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generators.api import UserFacingError
from studio.services.files.embed import embed_recipe
from studio.services.files.marks import mark_ai, strip_notes
from studio.services.files.names import free_name, key, safe_stem
from studio.services.files.sniff import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from studio.core.asset import Asset
    from studio.store.library import Library


@dataclass(frozen=True, slots=True)
class Exported:
    """One asset's way out.

    Attributes:
        path: The file; None when it could not be written.
        problem: Why not, for the person; empty when it worked.
        marked: Whether the file says by itself that it was made by AI. Text cannot.
    """

    asset_id: str
    path: Path | None
    problem: str = ""
    marked: bool = False


class ExportIncomplete(UserFacingError):
    """Some assets could not be exported.

    Attributes:
        paths: Of those that were.
    """

    def __init__(self, done: list[Exported]) -> None:
        self.paths = [item.path for item in done if item.path is not None]
        problems = [item.problem for item in done if item.path is None]
        super().__init__(
            f"{len(problems)} of {len(done)} assets could not be exported.", " ".join(problems[:3])
        )


def export_assets(
    library: Library,
    ids: Iterable[str],
    folder: Path,
    *,
    with_recipe: bool = False,
    marked: bool = True,
) -> list[Path]:
    """Write assets to a folder and return the files; as ``export_each``, for all or an error.

    Raises:
        ExportIncomplete: Some failed; the others are written.
        UserFacingError: The folder cannot be made.
    """
    done = export_each(library, ids, folder, with_recipe=with_recipe, marked=marked)
    paths = [item.path for item in done if item.path is not None]
    if len(paths) < len(done):
        raise ExportIncomplete(done)
    return paths


def export_each(
    library: Library,
    ids: Iterable[str],
    folder: Path,
    *,
    with_recipe: bool = False,
    marked: bool = True,
) -> list[Exported]:
    """Write assets to a folder, in the order of ``ids``; what fails leaves the others.

    Generated assets are marked as AI-made, composed ones as partly AI-made, imported ones keep
    whatever mark they came with. Nothing in the folder is overwritten.

    Args:
        library: Where they are.
        ids: Of assets.
        folder: Made when it is not there.
        with_recipe: Leave the recipe inside, so that whoever gets the file can make it again.
        marked: False leaves the AI mark away; in the EU and elsewhere the law asks for it.

    Raises:
        UserFacingError: The folder cannot be made.
    """
    ids = list(ids)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = {key(entry.name) for entry in folder.iterdir()}
    except OSError as error:
        raise UserFacingError(
            f"The folder {folder} cannot be used.", error.strerror or str(error)
        ) from error
    out: list[Exported] = []
    for asset in library.assets.get_many(ids):
        name = free_name(export_stem(asset), SUFFIXES.get(asset.media_type, ".bin"), taken)
        done = _export(library, asset, folder / name, with_recipe=with_recipe, marked=marked)
        if done.path is not None:
            taken.add(key(name))
        out.append(done)
    return out


def export_stem(asset: Asset) -> str:
    """Return the name for an asset outside: its title, unless that only repeats the prompt."""
    title = asset.title.strip()
    start = title.rstrip("….").strip()
    if not start or (asset.prompt and asset.prompt.strip().startswith(start)):
        return f"{asset.modality}-{asset.id[-8:].lower()}"
    return safe_stem(title, f"{asset.modality}-{asset.id[-8:].lower()}")


def _export(
    library: Library, asset: Asset, place: Path, *, with_recipe: bool, marked: bool
) -> Exported:
    temporary = place.with_name(f".{secrets.token_hex(8)}.part")
    recipe = asset.recipe if with_recipe else None
    has_mark = False
    try:
        shutil.copyfile(library.assets.file(asset), temporary)
        if asset.source == "imported":
            embed_recipe(temporary, asset.media_type, recipe)
        elif marked:
            composite = asset.source == "composed"
            has_mark = mark_ai(
                temporary, asset.media_type, composite=composite, asset_id=asset.id, recipe=recipe
            )
        else:
            strip_notes(temporary, asset.media_type, recipe=recipe)
        temporary.rename(place)
    except UserFacingError as error:
        return Exported(asset.id, None, str(error))
    except OSError as error:
        return Exported(asset.id, None, f"{place.name} was not written: {error.strerror or error}.")
    finally:
        temporary.unlink(missing_ok=True)
    return Exported(asset.id, place, marked=has_mark)
