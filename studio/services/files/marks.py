"""The AI mark in deliverables: machine-readable, by the words that IPTC gives for it.

Images and WAV carry an XMP packet with ``Iptc4xmpExt:DigitalSourceType`` (WAV in ``_PMX``); MP3 and
WAV carry ID3 text frames, FLAC Vorbis comments of the same name. Text has no place for a mark.
A deliverable leaves the house: the library recipe, comments, other packets and EXIF are taken out,
because a brief is nobody's business; only a recipe that was asked for goes in.

Sources: IPTC Photo Metadata Standard 2024.1, "Digital Source Type"; https://cv.iptc.org/newscodes/
digitalsourcetype/; XMP part 3 (ISO 16684-3). Standard library only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, unescape

from studio.core.errors import RecipeError
from studio.services.files.embed import FORMATS, TEXTS, change_notes, dumped, embed_recipe
from studio.services.files.sniff import canonical, sniff
from studio.services.files.splice import Damaged, Notes, Source

if TYPE_CHECKING:
    from pathlib import Path

    from studio.core.recipe import Recipe

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATED = VOCABULARY + "trainedAlgorithmicMedia"
COMPOSITE = VOCABULARY + "compositeWithTrainedAlgorithmicMedia"

_TYPE_TAG, _ID_TAG = "DigitalSourceType", "BRANDLOOM_ASSET_ID"
_MAX_ID = 128
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:brandloom="urn:brandloom:xmp:1#">
   <Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>
   <xmp:CreatorTool>Brandloom</xmp:CreatorTool>
   <brandloom:AssetId>{asset_id}</brandloom:AssetId>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""
# As element, as attribute, or as a resource: all three are valid XMP and in use.
_SOURCE = re.compile(
    r"DigitalSourceType(?:\s+rdf:resource)?\s*(?:=\s*[\"']|>)\s*([^<\"'\s]{1,200})"
)
_ASSET = re.compile(r"brandloom:AssetId\s*(?:=\s*[\"']|>)\s*([^<\"']{1,200})")


@dataclass(frozen=True, slots=True)
class Marks:
    """What a file says of its origin.

    Attributes:
        source_type: The IPTC URI as written, such as ``GENERATED``.
        asset_id: Brandloom's id of the asset, or empty.
    """

    source_type: str
    asset_id: str = ""

    @property
    def is_ai(self) -> bool:
        """Whether it says that a trained model made it, or a part of it."""
        return self.source_type.rpartition("/")[2] in (
            "trainedAlgorithmicMedia",
            "compositeWithTrainedAlgorithmicMedia",
            "compositeSynthetic",
        )

    @property
    def composite(self) -> bool:
        """Whether only a part of it was made by a model."""
        return self.source_type.rpartition("/")[2].startswith("composite")


def mark_ai(
    path: Path,
    media_type: str,
    *,
    composite: bool,
    asset_id: str,
    recipe: Recipe | None = None,
) -> bool:
    """Mark a deliverable, in place and atomically, and take everything else out of it.

    Returns:
        Whether the format could carry the mark: False for text and unknown formats. A library
        recipe is taken out of a text all the same.

    Raises:
        RecipeError: The file is not whole, or not of that type.
        OSError: The folder cannot be written, or the disk is full.
    """
    media_type = canonical(media_type)
    if media_type in TEXTS:
        embed_recipe(path, media_type, recipe)
        return False
    if media_type not in FORMATS:
        return False
    source = COMPOSITE if composite else GENERATED
    asset_id = asset_id[:_MAX_ID]
    notes = Notes(
        recipe=None if recipe is None else dumped(recipe).encode(),
        xmp=_PACKET.format(source=source, asset_id=escape(asset_id)).encode(),
        tags={_TYPE_TAG: source, _ID_TAG: asset_id},
    )
    change_notes(path, media_type, lambda _old: notes, bare=True)
    return True


def strip_notes(path: Path, media_type: str, *, recipe: Recipe | None = None) -> None:
    """Take recipe, comments and other texts out of a file, without marking it as AI.

    Raises:
        RecipeError, OSError: As ``mark_ai``.
    """
    media_type = canonical(media_type)
    if media_type in FORMATS:
        raw = None if recipe is None else dumped(recipe).encode()
        change_notes(path, media_type, lambda _old: Notes(recipe=raw), bare=True)
    elif media_type in TEXTS:
        embed_recipe(path, media_type, recipe)


def read_marks(path: Path) -> Marks | None:
    """Return what a file of any kind and origin says of its origin, or None.

    Raises:
        RecipeError: The file cannot be read, or is damaged.
    """
    try:
        media_type = sniff(path)
        if media_type not in FORMATS:
            return None
        with path.open("rb") as file:
            notes = FORMATS[media_type].read(Source(file))
    except Damaged as error:
        raise RecipeError(f"{path.name} is damaged: {error}.", "Fetch the file again.") from error
    except OSError as error:
        raise RecipeError(f"{path.name} cannot be read.", str(error)) from error
    return _from_tags(notes) or _from_packet(notes)


def _from_tags(notes: Notes) -> Marks | None:
    source = notes.tags.get(_TYPE_TAG, "")
    return Marks(source, notes.tags.get(_ID_TAG, "")) if source else None


def _from_packet(notes: Notes) -> Marks | None:
    text = (notes.xmp or b"").decode("utf-8", "replace")
    found = _SOURCE.search(text)
    if not found:
        return None
    asset = _ASSET.search(text)
    return Marks(unescape(found[1]), unescape(asset[1]) if asset else "")
