"""The recipe inside a library file, so that a file that went anywhere can be made again.

========================  =======================================================================
PNG                       iTXt chunk ``brandloom:recipe``
JPEG                      comment segments ``brandloom:recipe 1/n``
WebP                      RIFF chunk ``BLRC``
WAV                       RIFF chunk ``blrc``, behind the samples
FLAC                      Vorbis comment ``BRANDLOOM_RECIPE``
MP3                       ID3v2 text frame (TXXX) ``BRANDLOOM_RECIPE``
text, Markdown            last line, an HTML comment (see ``textfile``)
JSON object               last key ``brandloom_recipe``
========================  =======================================================================

Pixels, samples and text are left as they are: only the containers are rewritten. Standard library
only, because the engine imports it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from studio.core.errors import RecipeError
from studio.core.recipe import MAX_RECIPE_BYTES, Recipe
from studio.services.files import flac, id3, jpeg, png, riff, textfile
from studio.services.files.sniff import MAX_TEXT_BYTES, canonical, sniff
from studio.services.files.splice import Damaged, Notes, Source, rewrite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from generators.api import JsonValue
    from studio.services.files.splice import Piece


class Format(NamedTuple):
    """How to read and to place notes in one binary format."""

    read: Callable[[Source], Notes]
    pieces: Callable[..., list[Piece]]


FORMATS = {
    "image/png": Format(png.read, png.pieces),
    "image/jpeg": Format(jpeg.read, jpeg.pieces),
    "image/webp": Format(riff.read_webp, riff.webp_pieces),
    "audio/wav": Format(riff.read_wav, riff.wav_pieces),
    "audio/flac": Format(flac.read, flac.pieces),
    "audio/mpeg": Format(id3.read, id3.pieces),
}
TEXTS = ("text/plain", "text/markdown", "application/json")


def embed_recipe(path: Path, media_type: str, recipe: Recipe | None) -> bool:
    """Put the recipe into the file, in place and atomically; None takes it out.

    Returns:
        Whether the file could carry it: False for other formats and for JSON that is no object;
        the file is then left as it was.

    Raises:
        RecipeError: The file is not whole, not of that type, or the recipe is over its limit.
        OSError: The folder cannot be written, or the disk is full.
    """
    text = None if recipe is None else dumped(recipe)
    media_type = canonical(media_type)
    if media_type in TEXTS:
        return _embed_in_text(path, media_type, text)
    if media_type not in FORMATS:
        return False
    raw = None if text is None else text.encode()
    change_notes(path, media_type, lambda notes: notes._replace(recipe=raw), bare=False)
    return True


def change_notes(
    path: Path, media_type: str, change: Callable[[Notes], Notes], *, bare: bool
) -> None:
    """Rewrite a binary file with other notes; ``bare`` drops whatever else is written in it.

    Raises:
        RecipeError: The file is not whole, or not of that type.
        OSError: As ``embed_recipe``.
    """
    form = FORMATS[media_type]
    with path.open("rb") as file:
        source = Source(file)
        try:
            rewrite(path, source, form.pieces(source, change(form.read(source)), bare=bare))
        except Damaged as error:
            raise RecipeError(
                f"{path.name} is damaged or not {media_type}: {error}.", "Make or fetch it again."
            ) from error


def read_recipe(path: Path) -> Recipe | None:
    """Return the recipe in a file of any kind and origin, or None.

    Machine paths in it are blanked. Nothing else is raised, whatever is in the file:

    Raises:
        RecipeError: The file cannot be read, or its recipe is damaged or of a newer version.
    """
    try:
        text = _find(path)
    except Damaged as error:
        raise RecipeError(f"{path.name} is damaged: {error}.", "Fetch the file again.") from error
    except OSError as error:
        raise RecipeError(f"{path.name} cannot be read.", str(error)) from error
    return None if text is None else parse_recipe(text)


def parse_recipe(text: str | bytes) -> Recipe:
    """Read a recipe from outside: types are checked, machine paths are blanked.

    Raises:
        RecipeError: As ``Recipe.loads``.
    """
    try:
        data = Recipe.loads(text).to_json()
        _check_request(data["request"])
        clean = json.loads(json.dumps(data, ensure_ascii=False, allow_nan=False).encode())
        return Recipe.from_json(clean)
    except (ValueError, OverflowError, RecursionError, TypeError, AttributeError) as error:
        raise RecipeError(
            "The recipe holds values that do not belong in one.", str(error)[:200]
        ) from (error)


def plain_text(path: Path, media_type: str) -> str:
    """Return the content of a text file of the library, without the recipe in it.

    Raises:
        OSError: It cannot be read.
        UnicodeDecodeError: It is not UTF-8.
    """
    return textfile.plain(path.read_bytes().decode(), canonical(media_type))


def dumped(recipe: Recipe) -> str:
    """Return a recipe as the one line that files carry.

    Raises:
        RecipeError: It is over the limit.
    """
    text = recipe.dumps()
    size = len(text.encode("utf-8", "replace"))
    if size > MAX_RECIPE_BYTES:
        raise RecipeError(
            f"The recipe has {size:,} bytes, more than the {MAX_RECIPE_BYTES:,} a file may carry.",
            "Shorten the prompt or the schema.",
        )
    return text.encode("utf-8", "replace").decode()  # a lone surrogate cannot be written


def _embed_in_text(path: Path, media_type: str, recipe: str | None) -> bool:
    with path.open("rb") as file:
        source = Source(file)
        if source.size > MAX_TEXT_BYTES:
            return False
        try:
            text = file_text(source)
        except Damaged as error:
            raise RecipeError(f"{path.name} is not UTF-8 text.") from error
        changed = textfile.with_recipe(text, media_type, recipe)
        if changed is None:
            return False
        rewrite(path, source, [changed.encode()])
        return True


def file_text(source: Source) -> str:
    """Return a whole file as text.

    Raises:
        Damaged: It is too large, or not UTF-8.
    """
    try:
        return source.read(0, source.size).decode()
    except UnicodeDecodeError as error:
        raise Damaged("it is not UTF-8 text") from error


def _find(path: Path) -> bytes | str | None:
    media_type = sniff(path)
    if media_type not in FORMATS and media_type not in TEXTS:
        return None
    with path.open("rb") as file:
        source = Source(file)
        if media_type in FORMATS:
            return FORMATS[media_type].read(source).recipe
        return textfile.read(file_text(source), media_type)


def _check_request(request: dict[str, JsonValue]) -> None:
    for group in ([request.get("checkpoint")], request["adapters"], request["inputs"]):
        for item in group:
            for key, value in (item or {}).items():
                if key == "weight":
                    float(value)
                elif key == "details":
                    dict(value)
                elif not isinstance(value, str):
                    raise TypeError(f"{key} is not text")
