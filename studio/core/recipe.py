"""A recipe: everything needed to make an asset again.

Stored with the asset and inside library files. ``request`` says what was asked; ``execution`` says
how it ran (device, dtype, threads, batch shape, versions): a repeat is exact for the same execution
record only, because floating point is not associative.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generators.api import JsonValue, Request
from studio.core.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Mapping

RECIPE_VERSION = 1
MAX_RECIPE_BYTES = 1_000_000  # a recipe in a file from outside may be anything; refuse, don't parse


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an asset was made.

    Attributes:
        request: What was asked; paths are left out, ids and hashes stay.
        generator_version: From the manifest at the time.
        index: Which of several artifacts of the job this is, from 0.
        seed: The seed of this very artifact, or None where none applies.
        execution: See the module's docstring.
        notes: What a person should know, such as "made at 512×512, fitted to 1080×1080".
        app_version: Of Brandloom.
    """

    request: Request
    generator_version: str = ""
    index: int = 0
    seed: int | None = None
    execution: Mapping[str, JsonValue] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    app_version: str = ""

    def to_json(self) -> dict[str, JsonValue]:
        """Return plain JSON values, without any path of this machine."""
        request = self.request.to_json()
        for key in ("checkpoint", "upscaler"):
            if request.get(key):
                request[key]["path"] = ""
        for group in ("adapters", "inputs"):
            for item in request.get(group) or ():
                item["path"] = ""
        return {
            "brandloom_recipe": RECIPE_VERSION,
            "request": request,
            "generator_version": self.generator_version,
            "index": self.index,
            "seed": self.seed,
            "execution": dict(self.execution),
            "notes": list(self.notes),
            "app_version": self.app_version,
        }

    def dumps(self) -> str:
        """Return the recipe as one line of JSON."""
        return json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True)

    @classmethod
    def loads(cls, text: str | bytes) -> Recipe:
        """Read a recipe that may come from anywhere.

        Raises:
            RecipeError: Too large, not JSON, of a newer version, or not a recipe.
        """
        if len(text) > MAX_RECIPE_BYTES:
            raise RecipeError("The recipe is too large to be one.", "The file may be damaged.")
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise RecipeError("The recipe is not readable JSON.", "The file may be damaged.") from (
                error
            )
        return cls.from_json(data)

    @classmethod
    def from_json(cls, data: JsonValue) -> Recipe:
        """Read what ``to_json`` wrote.

        Raises:
            RecipeError: Of a newer version, or not a recipe.
        """
        version = data.get("brandloom_recipe") if isinstance(data, dict) else None
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise RecipeError("This is not a Brandloom recipe.")
        if version > RECIPE_VERSION:
            raise RecipeError(
                f"The recipe has version {version}; this Brandloom reads up to {RECIPE_VERSION}.",
                "Update Brandloom, then import the file again.",
            )
        try:
            return cls(
                request=Request.from_json(data["request"]),
                generator_version=str(data.get("generator_version", "")),
                index=int(data.get("index", 0)),
                seed=None if data.get("seed") is None else int(data["seed"]),
                execution=dict(data.get("execution") or {}),
                notes=tuple(str(note) for note in data.get("notes") or ()),
                app_version=str(data.get("app_version", "")),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RecipeError("The recipe lacks a part that is needed.", str(error)[:200]) from (
                error
            )
