"""Plain records that go into and come out of the store and that no rule of the core needs."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue
    from studio.core.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed after a sequence number.

    Attributes:
        seq: Ask for changes after this one next time.
        jobs, progress, assets, campaigns: Ids, each once (a campaign also when a creative of its
            changed).
        removed: ``(kind, id)`` of deleted rows; kinds are table names such as ``assets``.
        models, boards, state: Something there changed; read it again.
        more: The limit cut the list; ask again at once.
    """

    seq: int
    jobs: tuple[str, ...] = ()
    progress: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    campaigns: tuple[str, ...] = ()
    models: bool = False
    state: bool = False
    boards: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class NewAsset:
    """An asset to be added; its file already lies at ``path`` (see ``AssetStore.add_file``).

    Attributes:
        path: Relative to the library, as ``add_file`` returned it.
        job_id, attempt: Filled in by ``finish``; empty and 0 for an imported file.
        parents: Ids of assets that it was made from, besides the inputs of its recipe.
        text: For text assets, the text (its first 20 kB are kept).
    """

    sha256: str
    path: str
    media_type: str
    modality: str
    bytes: int
    title: str = ""
    prompt: str = ""
    model: str = ""
    width: int = 0
    height: int = 0
    duration: float = 0.0
    job_id: str = ""
    attempt: int = 0
    campaign_id: str = ""
    recipe: Recipe | None = None
    text: str = ""
    source: str = "generated"
    tags: tuple[str, ...] = ()
    id: str = ""
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A campaign as it is kept: its brief, its plan and what came of it. Times: Unix seconds."""

    id: str
    name: str
    status: str = "draft"
    brief: Mapping[str, JsonValue] = field(default_factory=dict)
    plan: Mapping[str, JsonValue] = field(default_factory=dict)
    data: Mapping[str, JsonValue] = field(default_factory=dict)
    created_at: float = 0.0
    updated_at: float = 0.0
    seq: int = 0


@dataclass(frozen=True, slots=True)
class CreativeRecord:
    """One creative of a campaign: visual, copy and audio for one placement.

    Attributes:
        size: Pixels as ``1080x1080``; empty where it does not apply.
        data: Layers, ids of assets, texts; whatever the campaign services keep.
    """

    id: str
    campaign_id: str
    placement: str
    variant: int = 1
    size: str = ""
    language: str = ""
    status: str = "draft"
    data: Mapping[str, JsonValue] = field(default_factory=dict)
    seq: int = 0

    def to_json(self) -> dict[str, JsonValue]:
        """Return plain JSON values, as ``StepOutcome.creatives`` wants them."""
        return {
            "id": self.id,
            "campaign_id": self.campaign_id,
            "placement": self.placement,
            "variant": self.variant,
            "size": self.size,
            "language": self.language,
            "status": self.status,
            "data": dict(self.data),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, JsonValue]) -> CreativeRecord:
        """Read what ``to_json`` wrote.

        Raises:
            KeyError: ``id``, ``campaign_id`` or ``placement`` is missing.
        """
        return cls(
            id=str(data["id"]),
            campaign_id=str(data["campaign_id"]),
            placement=str(data["placement"]),
            variant=int(data.get("variant", 1)),
            size=str(data.get("size", "")),
            language=str(data.get("language", "")),
            status=str(data.get("status", "draft")),
            data=dict(data.get("data") or {}),
        )


@dataclass(frozen=True, slots=True)
class EngineState:
    """What the engine last said about itself.

    Attributes:
        status: ``stopped``, ``starting``, ``idle``, ``running``, ``stopping`` or the engine's own.
        resident: Ids of loaded checkpoints.
        rss: Memory of the engine and its workers, in bytes.
        updated_at: Unix seconds.
    """

    pid: int = 0
    status: str = "stopped"
    message: str = ""
    device: str = ""
    resident: tuple[str, ...] = ()
    rss: int = 0
    updated_at: float = 0.0


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check of the library found.

    Attributes:
        missing: Ids of assets whose file is nowhere (before repair).
        altered: Ids of assets whose file has other bytes than it should (before repair).
        misplaced: Ids of assets whose file lies in the wrong one of ``assets`` and ``trash``.
        extra: Files that no asset names, relative to the library.
        database: Complaints of SQLite about ``library.db``.
        repaired: One line for each thing that was put right.
        checked: Files looked at.
    """

    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()
    checked: int = 0
    misplaced: tuple[str, ...] = ()
    database: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Tell whether nothing was found."""
        return not (self.missing or self.extra or self.altered or self.misplaced or self.database)


def now() -> float:
    """Return Unix seconds, never 0 (0 means "not yet"). For people only; nothing sorts by it."""
    return max(1.0, time.time())


def clean(text: str) -> str:
    """Return text that every layer below can hold: no NUL, no lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def to_json(value: JsonValue) -> str:
    """Return one line of JSON; readable in the database unless it holds lone surrogates."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text
