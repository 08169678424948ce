"""What a generator says of itself in ``manifest.toml``, as plain values.

Read without importing any of the generator's code. Forms, ``--help``, validation and the reference
page all come from here. Parsing lives in ``generators.registry``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from generators.api import InvalidParameter, JsonValue

if TYPE_CHECKING:
    from collections.abc import Mapping

Modality = Literal["text", "image", "audio"]
ParamType = Literal["integer", "number", "boolean", "string", "text", "choice", "seed", "json"]

MAX_TEXT_LENGTH = 20_000  # characters; a longer prompt is refused by name, never cut


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """One parameter of a generator.

    Attributes:
        key: The upstream library's name for it, such as ``guidance_scale``.
        type: ``seed`` is an integer where -1 asks for a random one; ``text`` is multi-line.
        label: Two or three plain words for the form.
        default: Used when the request leaves the key out. None means "the generator decides".
        minimum, maximum, step: For numbers; both bounds are allowed values.
        choices: For ``choice``.
        unit: Such as ``s``, ``px``, ``LUFS``; empty for none.
        help: One sentence on what it does.
        advanced: Hidden behind "Advanced" in the form.
        modes: The modes that know it; empty means all.
        max_length: For ``string`` and ``text``, in characters.
    """

    key: str
    type: ParamType
    label: str = ""
    default: JsonValue = None
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    help: str = ""
    advanced: bool = False
    modes: tuple[str, ...] = ()
    max_length: int = MAX_TEXT_LENGTH

    def check(self, value: JsonValue) -> JsonValue:
        """Return ``value`` in its type (2.0 becomes 2 for an integer).

        Raises:
            InvalidParameter: The message names the key and what is allowed.
        """
        if value is None and self.default is None:
            return None
        if self.type in ("integer", "seed", "number"):
            return self._check_number(value)
        if self.type == "boolean":
            if isinstance(value, bool):
                return value
            raise InvalidParameter(self.key, f"{self.key} must be true or false, not {value!r}.")
        if self.type == "json":
            return value
        return self._check_text(value)

    def _check_number(self, value: JsonValue) -> JsonValue:
        word = "a number" if self.type == "number" else "a whole number"
        if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
            raise InvalidParameter(self.key, f"{self.key} must be {word}, not {value!r:.80}.")
        if self.type != "number" and value != int(value):
            raise InvalidParameter(self.key, f"{self.key} must be {word}, not {value!r}.")
        low, high = self.minimum, self.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            raise InvalidParameter(
                self.key, f"{self.key} is {_plain(value)}, outside what is allowed.", self.allowed()
            )
        return float(value) if self.type == "number" else int(value)

    def _check_text(self, value: JsonValue) -> JsonValue:
        if not isinstance(value, str):
            raise InvalidParameter(self.key, f"{self.key} must be text, not {value!r:.80}.")
        if self.type == "choice" and value not in self.choices:
            raise InvalidParameter(self.key, f"{self.key} cannot be {value!r:.80}.", self.allowed())
        if len(value) > self.max_length:
            raise InvalidParameter(
                self.key,
                f"{self.key} has {len(value):,} characters, more than {self.max_length:,}.",
                "Shorten it; nothing was cut for you.",
            )
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise InvalidParameter(
                self.key,
                f"{self.key} holds half a character at position {error.start + 1}.",
                "Delete it and type it again.",
            ) from error
        return value

    def allowed(self) -> str:
        """Return a sentence on what is allowed."""
        if self.choices:
            return "Allowed: " + ", ".join(self.choices) + "."
        if self.minimum is not None and self.maximum is not None:
            unit = f" {self.unit}" if self.unit else ""
            return f"Allowed: {_plain(self.minimum)} to {_plain(self.maximum)}{unit}."
        if self.minimum is not None:
            return f"Allowed: {_plain(self.minimum)} or more."
        if self.maximum is not None:
            return f"Allowed: {_plain(self.maximum)} or less."
        return ""


def _is_finite(value: float) -> bool:
    """Tell whether a number is one that floats and databases can hold."""
    return math.isfinite(value) if isinstance(value, float) else abs(value) < 2**63


def _plain(value: float) -> str:
    """Return a number as people write it: no exponent for a large seed."""
    return str(int(value)) if value == int(value) else f"{value:g}"


@dataclass(frozen=True, slots=True)
class ModeSpec:
    """A way to use a generator, such as ``image_to_image``.

    Attributes:
        id: Upstream word for it.
        label: Plain words.
        inputs: Input roles that must be given.
        optional_inputs: Input roles that may be given.
        output: Role of the artifacts.
    """

    id: str
    label: str
    inputs: tuple[str, ...] = ()
    optional_inputs: tuple[str, ...] = ()
    output: str = ""


@dataclass(frozen=True, slots=True)
class FamilySpec:
    """A checkpoint family that the generator can load.

    Attributes:
        id: Such as ``sdxl``, ``musicgen``, ``llama``.
        label: Such as "Stable Diffusion XL".
        formats: Any of ``diffusers``, ``transformers``, ``single_file``, ``gguf``, ``soundfont``.
        worker: Worker group; families of different groups never share a process.
        adapters: Adapter kinds that it takes, such as ``lora``.
        native_size: Side length in pixels that it was trained at, 0 for not an image family.
        detect: Rules as data; all keys of one rule must hold. ``class_name`` is a list matched
            against ``_class_name`` of model_index.json; ``model_type`` against ``model_type`` of
            config.json; ``gguf_architecture`` against the GGUF header, ``tensors`` are names that a
            safetensors header must hold, ``no_tensors`` names that it must not.
        licence: Of the published weights (SPDX id or its own name); holds where weights name none.
    """

    id: str
    label: str
    formats: tuple[str, ...]
    worker: str
    adapters: tuple[str, ...] = ()
    native_size: int = 0
    detect: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A generator, as the app knows it without running it.

    Attributes:
        id: Lower-case letters, digits and underscores.
        modality: What it makes.
        entry: ``package.module:Class`` of the Generator.
        trainer: Likewise of the Trainer, or empty.
        modes: At least one; the first is the default.
        params: In the order of the form.
        capabilities: Such as ``preview``, ``stream``, ``lora``, ``batch``, ``structured``.
        families: Empty for a generator without checkpoints.
        worker: Worker group for a generator without families.
        environment: Requirement strings when it runs in an environment of its own.
        root: Folder or package the manifest was read from (for messages).
    """

    id: str
    name: str
    version: str
    modality: Modality
    entry: str
    modes: tuple[ModeSpec, ...]
    params: tuple[ParamSpec, ...] = ()
    capabilities: tuple[str, ...] = ()
    families: tuple[FamilySpec, ...] = ()
    worker: str = ""
    trainer: str = ""
    environment: tuple[str, ...] = ()
    summary: str = ""
    root: str = ""

    def mode(self, mode_id: str) -> ModeSpec | None:
        """Return a mode by id, or None."""
        return next((mode for mode in self.modes if mode.id == mode_id), None)

    def family(self, family_id: str) -> FamilySpec | None:
        """Return a family by id, or None."""
        return next((family for family in self.families if family.id == family_id), None)

    def params_for(self, mode_id: str) -> tuple[ParamSpec, ...]:
        """Return the parameters that a mode knows, in form order."""
        return tuple(spec for spec in self.params if not spec.modes or mode_id in spec.modes)

    def worker_group(self, family_id: str = "") -> str:
        """Return the worker group that serves a family (or the generator itself)."""
        family = self.family(family_id)
        return (family.worker if family else "") or self.worker or self.id

    def check_params(self, mode_id: str, values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """Return all parameters of a mode, checked, with defaults filled in.

        Raises:
            InvalidParameter: An unknown mode or key, or a value out of bounds.
        """
        if self.mode(mode_id) is None:
            modes = ", ".join(mode.id for mode in self.modes)
            raise InvalidParameter(
                "mode", f"{self.name} has no mode {mode_id!r:.80}.", f"Allowed: {modes}."
            )
        specs = {spec.key: spec for spec in self.params_for(mode_id)}
        for key in values:
            if key not in specs:
                raise InvalidParameter(
                    key,
                    f"{self.name} has no parameter {key!r:.80} in mode {mode_id}.",
                    f"Allowed: {', '.join(specs)}.",
                )
        return {key: spec.check(values.get(key, spec.default)) for key, spec in specs.items()}


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """A generator that was found: usable, or disabled with the reason."""

    id: str
    manifest: Manifest | None
    reason: str = ""
    source: str = field(default="built in")
