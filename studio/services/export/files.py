"""Writing an export: names, marked copies of assets, hashes; one folder, then one rename."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import category

import soundfile
from PIL import Image

from studio.core.errors import UserFacingError
from studio.services.files.marks import mark_ai, strip_notes
from studio.services.files.names import is_reserved, safe_stem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from generators.api import JsonValue
    from studio.core.asset import Asset

LONGEST_NAME = 40  # characters of the campaign's name in file names
MP3_RATES = frozenset(
    {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000}
)  # MPEG-1/2/2.5


class ExportError(UserFacingError):
    """The campaign cannot be exported."""


def slug(text: str, longest: int = LONGEST_NAME) -> str:
    """Return a name for files: lower case, hyphens, letters of every script, safe everywhere."""
    stem = safe_stem(text, "campaign").casefold()
    # marks (M*) are vowels and tones in Indic scripts and Thai: a word falls apart without them
    kept = "".join(c if c.isalnum() or category(c).startswith("M") else " " for c in stem)
    made = "-".join(kept.split())[:longest].strip("-") or "campaign"
    return f"{made}-campaign" if is_reserved(made) else made


@dataclass(slots=True)
class Entry:
    """A file of the export, as the manifest lists it."""

    path: str
    sha256: str
    bytes: int
    media_type: str
    facts: dict[str, JsonValue]

    def to_json(self) -> dict[str, JsonValue]:
        """Return plain JSON values."""
        return {
            "path": self.path,
            "sha256": self.sha256,
            "bytes": self.bytes,
            "media_type": self.media_type,
            **self.facts,
        }


class Folder:
    """A folder in the making beside its final place; ``publish`` renames it, ``drop`` removes it.

    Attributes:
        root: Where files are written now.
        entries: What was written so far.
    """

    def __init__(self, target: Path, token: str) -> None:
        """Make an empty folder; raises ExportError when that cannot be."""
        self.target = target
        self.root = target.with_name(f".{target.name}.{token[-10:].lower()}.part")
        self.entries: list[Entry] = []
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if self.root.exists():  # left by an attempt that was killed
                shutil.rmtree(self.root)
            self.root.mkdir()
        except OSError as error:
            raise ExportError(
                f"The folder {target.parent} cannot be written to: {error.strerror or error}.",
                "Choose another folder.",
            ) from error

    def write(self, path: str, content: bytes, media_type: str, **facts: JsonValue) -> Path:
        """Write a file and list it."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        self.add(place, media_type, **facts)
        return place

    def place(self, path: str) -> Path:
        """Return where a file will lie, its folder made."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def add(self, place: Path, media_type: str, **facts: JsonValue) -> None:
        """List a file that was written, after flushing it to the disk."""
        with place.open("rb+") as file:
            os.fsync(file.fileno())
            sha = hashlib.file_digest(file, "sha256").hexdigest()
        path = place.relative_to(self.root).as_posix()
        self.entries.append(Entry(path, sha, place.stat().st_size, media_type, facts))

    def files(self) -> Iterator[Path]:
        """Yield every file, in order of its path."""
        yield from sorted(path for path in self.root.rglob("*") if path.is_file())

    def publish(self) -> None:
        """Put the folder in its place in one move; raises ExportError when that is taken."""
        if self.target.exists():
            raise ExportError(f"{self.target} is there already.", "Choose another folder.")
        self.root.rename(self.target)

    def drop(self) -> None:
        """Remove what was written."""
        shutil.rmtree(self.root, ignore_errors=True)


def zip_folder(folder: Path, archive: Path, token: str) -> None:
    """Write a ZIP with the folder in it; the archive appears whole or not at all."""
    part = archive.with_name(f".{archive.name}.{token[-10:].lower()}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as out:
            for path in sorted(item for item in folder.rglob("*") if item.is_file()):
                packed = path.suffix in (".jpg", ".png", ".mp3")
                kind = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
                out.write(path, f"{folder.name}/{path.relative_to(folder).as_posix()}", kind)
        part.replace(archive)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def copy_picture(
    source: Path, place: Path, asset: Asset, *, with_recipe: bool, ai: bool
) -> tuple[int, int]:
    """Copy a composed picture, marked, and return its size in pixels.

    Args:
        source: File in the library.
        place: Where it goes.
        asset: For media type and id.
        with_recipe: Leave a recipe inside (composed pictures have none of their own).
        ai: False for a logo alone, in which nothing was generated.
    """
    shutil.copyfile(source, place)
    recipe = asset.recipe if with_recipe else None
    if ai:
        mark_ai(place, asset.media_type, composite=True, asset_id=asset.id, recipe=recipe)
    else:
        strip_notes(place, asset.media_type)
    with Image.open(place) as picture:
        return picture.size


def copy_music(source: Path, folder: Folder, stem: str, asset: Asset, *, with_recipe: bool) -> bool:
    """Write the music as WAV and MP3, marked; return False when the MP3 could not be written.

    Raises:
        ExportError: The library's file is no sound.
    """
    try:
        sound, rate = soundfile.read(source, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise ExportError("The music cannot be read.", str(error)) from error
    recipe = asset.recipe if with_recipe else None
    wav = folder.place(f"music/{stem}.wav")
    if asset.media_type in ("audio/wav", "audio/x-wav"):
        shutil.copyfile(source, wav)
    else:
        soundfile.write(wav, sound, rate, format="WAV", subtype="PCM_16")
    facts = {"asset_id": asset.id, "duration": round(len(sound) / rate, 3), "sample_rate": rate}
    mark_ai(wav, "audio/wav", composite=False, asset_id=asset.id, recipe=recipe)
    folder.add(wav, "audio/wav", ai_mark=True, **facts)
    if rate not in MP3_RATES or sound.shape[1] > 2:
        return False
    mp3 = folder.place(f"music/{stem}.mp3")
    soundfile.write(mp3, sound, rate, format="MP3", subtype="MPEG_LAYER_III")
    mark_ai(mp3, "audio/mpeg", composite=False, asset_id=asset.id, recipe=recipe)
    folder.add(mp3, "audio/mpeg", ai_mark=True, **facts)
    return True
