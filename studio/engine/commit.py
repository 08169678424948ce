"""From artifacts in a staging folder to assets of the library.

A folder, as trainers make, is packed into one file (see ``services.files.folders``).

Order of things, so that a kill at any moment leaves neither a half file nor an asset without its
recipe: embed the recipe, hash, write down what will be moved (``moving.json`` in staging), move and
flush each file, then one transaction. Recovery reads ``moving.json`` and takes away files whose
transaction never came.
"""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from generators.api import Request
from studio import __version__
from studio.core.errors import RecipeError, UserFacingError
from studio.core.recipe import Recipe
from studio.services.files.embed import embed_recipe
from studio.services.files.folders import FOLDER_TYPE, RECIPE_NAME, pack_folder
from studio.services.files.texts import KEPT_IN_ROW
from studio.store.records import NewAsset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue
    from generators.protocol import Finished, Produced
    from studio.engine.attempt import Attempt
    from studio.store.library import Library

log = logging.getLogger(__name__)
MOVING = "moving.json"
SOURCES = ("generated", "imported", "composed")


def new_assets(library: Library, attempt: Attempt, finished: Finished) -> list[NewAsset]:
    """Move an attempt's artifacts into the library and return the rows to commit.

    Raises:
        UserFacingError: The worker named a file that cannot be kept.
        DiskFull, LibraryReadOnly: Nothing is left half done.
        OSError: A file cannot be read.
    """
    staging = attempt.prepared.staging
    recipes = [
        _recipe(attempt, finished, item.metadata, index)
        for index, item in enumerate(attempt.produced)
    ]
    made = [
        _packed(staging, _inside(staging, item), item, recipe)
        for item, recipe in zip(attempt.produced, recipes, strict=True)
    ]
    files = [path for path, _ in made]
    texts = [_text(path, media_type) for path, media_type in made]  # before the recipe goes in
    for (path, media_type), recipe in zip(made, recipes, strict=True):
        if recipe is not None:
            _embed(path, media_type, recipe)
    hashes = [_sha256(path) for path in files]
    (staging / MOVING).write_text(json.dumps(hashes), encoding="utf-8")
    assets = []
    for number, (path, sha) in enumerate(zip(files, hashes, strict=True)):
        size = path.stat().st_size
        _, place = library.assets.add_file(path, sha)
        stored = Stored(sha, place, made[number][1], size, texts[number])
        assets.append(_asset(attempt, attempt.produced[number], recipes[number], stored))
    return assets


class Stored(NamedTuple):
    """A file in its place: hash, path in the library, media type, bytes, the text in it."""

    sha256: str
    path: str
    media_type: str
    size: int
    text: str


def _asset(attempt: Attempt, item: Produced, recipe: Recipe | None, file: Stored) -> NewAsset:
    facts = item.metadata
    job, request = attempt.job, attempt.prepared.request
    source = str(facts.get("source") or ("generated" if recipe else "composed"))
    return NewAsset(
        sha256=file.sha256,
        path=file.path,
        media_type=file.media_type,
        modality=_modality(file.media_type, item.role),
        bytes=file.size,
        title=str(facts.get("title") or job.title),
        prompt=str(facts.get("prompt") or _prompt(request)),
        model=_model(attempt),
        width=_whole(facts.get("width")),
        height=_whole(facts.get("height")),
        duration=_seconds(facts.get("duration")),
        campaign_id=job.campaign_id,
        recipe=recipe,
        text=file.text,
        source=source if source in SOURCES else "composed",
        tags=tuple(str(tag) for tag in facts.get("tags") or ()),
        id=str(facts.get("asset_id") or ""),
        parents=tuple(str(parent) for parent in facts.get("parents") or ()),
    )


def _inside(staging: Path, item: Produced) -> Path:
    """Return the artifact's path, which must lie in this attempt's own folder."""
    path, own = Path(item.path), staging.resolve()
    if path.resolve() == own or not path.resolve().is_relative_to(own):
        raise UserFacingError(
            f"The worker named a file outside its folder ({path}); it was not taken.",
            "Report this to whoever made the generator.",
        )
    if not path.exists():
        raise UserFacingError(
            f"The {item.role} that was made is not there ({path.name}).",
            "Report this to whoever made the generator.",
        )
    return path


def _packed(staging: Path, path: Path, item: Produced, recipe: Recipe | None) -> tuple[Path, str]:
    """Return the one file that is kept of an artifact, and its media type.

    A folder (an adapter) is packed, with its recipe in it.
    """
    if path.is_file():
        return path, item.media_type
    target = staging / f"packed-{uuid4().hex}.zip"
    more = {RECIPE_NAME: recipe.dumps().encode("utf-8", "replace")} if recipe else {}
    pack_folder(path, target, more)
    return target, FOLDER_TYPE


def _recipe(
    attempt: Attempt, finished: Finished, facts: Mapping[str, JsonValue], index: int
) -> Recipe | None:
    """Return the recipe of one artifact; a step's artifact brings its own, or has none."""
    request = attempt.prepared.request
    if not isinstance(request, Request):
        given = facts.get("recipe")
        return Recipe.from_json(given) if given else None
    note = facts.get("note") or facts.get("notes") or ()
    manifest = attempt.prepared.manifest
    seed = facts.get("seed")
    return Recipe(
        request=request,
        generator_version=manifest.version if manifest else "",
        index=_whole(facts.get("index", index)),
        seed=int(seed) if isinstance(seed, int | float) else None,
        execution=finished.execution,
        notes=(note,) if isinstance(note, str) else tuple(str(item) for item in note),
        app_version=__version__,
    )


def _embed(path: Path, media_type: str, recipe: Recipe) -> None:
    try:
        embed_recipe(path, media_type, recipe)
    except RecipeError as error:  # the library's row still has it
        log.warning("%s carries no recipe: %s", path.name, error)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text(path: Path, media_type: str) -> str:
    if not media_type.startswith("text/") and media_type != "application/json":
        return ""
    with path.open("rb") as file:
        return file.read(KEPT_IN_ROW * 4).decode("utf-8", "replace")[:KEPT_IN_ROW]


def _modality(media_type: str, role: str) -> str:
    kind = media_type.partition("/")[0]
    if kind in ("image", "audio", "text"):
        return kind
    return "text" if role == "text" else "other"


def _prompt(request: object) -> str:
    return str(request.params.get("prompt") or "") if isinstance(request, Request) else ""


def _model(attempt: Attempt) -> str:
    request, manifest = attempt.prepared.request, attempt.prepared.manifest
    if isinstance(request, Request) and request.checkpoint is not None:
        return request.checkpoint.name or request.checkpoint.id
    return manifest.name if manifest else ""


def _whole(value: JsonValue) -> int:
    return max(0, int(value)) if isinstance(value, int | float) else 0


def _seconds(value: JsonValue) -> float:
    return max(0.0, float(value)) if isinstance(value, int | float) else 0.0
