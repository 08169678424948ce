"""An asset: a file that the library keeps, and how to ask for many of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from studio.core.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the library.

    Attributes:
        seq: Rises with every change of the library.
        modality: ``text``, ``image``, ``audio`` or ``other``.
        path: Relative to the library's folder, always with ``/``.
        width, height: Pixels, 0 where they do not apply.
        duration: Seconds, 0.0 where it does not apply.
        job_id, attempt: What made it; empty and 0 for an imported file.
        rating: 0 (none) to 5.
        model: Name of the checkpoint (or of the generator where there is none).
        text: For text assets, the text itself (its first 20 kB); else empty.
        trashed_at: Unix seconds, 0.0 for "not in the trash".
        source: ``generated``, ``imported`` or ``composed``.
        missing: A check found that the file is lost.
    """

    id: str
    seq: int
    sha256: str
    media_type: str
    modality: str
    path: str
    bytes: int
    title: str = ""
    prompt: str = ""
    model: str = ""
    width: int = 0
    height: int = 0
    duration: float = 0.0
    rating: int = 0
    created_at: float = 0.0
    job_id: str = ""
    attempt: int = 0
    campaign_id: str = ""
    recipe: Recipe | None = None
    tags: tuple[str, ...] = ()
    text: str = ""
    trashed_at: float = 0.0
    source: str = "generated"
    missing: bool = False


@dataclass(frozen=True, slots=True)
class AssetQuery:
    """What to list.

    Attributes:
        search: Words (all must occur in prompt, title, tags or model); CJK needs no spaces.
        minimum_rating: 0 to 5.
        board_id: Only assets of that board.
        trashed: Only the trash, instead of everything else.
        order: ``newest``, ``oldest``, ``rating`` or ``title``.
    """

    search: str = ""
    modality: str = ""
    minimum_rating: int = 0
    tag: str = ""
    board_id: str = ""
    model: str = ""
    job_id: str = ""
    campaign_id: str = ""
    source: str = ""
    trashed: bool = False
    order: Literal["newest", "oldest", "rating", "title"] = "newest"


@dataclass(frozen=True, slots=True)
class Board:
    """A named set of assets that a person put together."""

    id: str
    name: str
    count: int = 0
