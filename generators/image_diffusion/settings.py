"""What one request asks for, with everything that was left open decided."""

from __future__ import annotations

import inspect
import json
import math
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.api import InvalidParameter
from generators.image_diffusion.sizes import SizeRules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import CheckpointRef, Request
    from generators.image_diffusion.kinds import Component, Pipeline

MODES = ("text_to_image", "image_to_image", "inpaint")
DEFAULT_STEPS = 25  # where neither the checkpoint nor its pipeline asks for fewer
DEFAULT_STRENGTH = {"image_to_image": 0.6, "inpaint": 1.0}
MAX_SIDE = 8192  # px of a finished picture
MAX_IMAGES = 64
_SEEDS = 2**63
_MAX_CONFIG = 1_000_000  # bytes
_MAX_SIZES = 256


@dataclass(frozen=True, slots=True)
class ImageSettings:
    """A request's parameters, complete.

    Attributes:
        width, height: Pixels of the finished picture, 0 for "as the checkpoint or the input is".
        guidance_scale: None for the pipeline's own.
        seed: Of the first picture; each further one has the next.
        preview_every: Steps between previews, 0 for none.
        upscaled: Enlarge by the request's upscaler, where it must grow and there is one.
        exact: Fit to ``width`` × ``height``; else hand out the size it was made at.
    """

    mode: str
    prompt: str
    negative_prompt: str
    width: int
    height: int
    num_inference_steps: int
    guidance_scale: float | None
    strength: float
    num_images_per_prompt: int
    seed: int
    scheduler: str
    preview_every: int
    exact: bool
    upscaled: bool

    @property
    def seeds(self) -> tuple[int, ...]:
        """Return the seed of each picture."""
        return tuple((self.seed + index) % _SEEDS for index in range(self.num_images_per_prompt))


def read_settings(request: Request, defaults: Mapping[str, Any]) -> ImageSettings:
    """Return the settings of a request.

    Args:
        request: Its parameters may leave anything out.
        defaults: What the checkpoint asks for (see ``checkpoint_defaults``).

    Raises:
        InvalidParameter: A value that cannot be used.
    """
    if request.mode not in MODES:
        raise InvalidParameter(
            "mode", f"There is no mode {request.mode!r:.40}.", f"Allowed: {', '.join(MODES)}."
        )
    given = {key: value for key, value in request.params.items() if value is not None}
    values = {**defaults, **given}
    seed = _whole(values, "seed", -1, -1, _SEEDS - 1)
    guidance = values.get("guidance_scale")
    return ImageSettings(
        mode=request.mode,
        prompt=str(values.get("prompt", "")),
        negative_prompt=str(values.get("negative_prompt", "")),
        width=_whole(values, "width", 0, 0, MAX_SIDE),
        height=_whole(values, "height", 0, 0, MAX_SIDE),
        num_inference_steps=_whole(values, "num_inference_steps", DEFAULT_STEPS, 1, 1000),
        guidance_scale=None if guidance is None else float(guidance),
        strength=_strength(values, request.mode),
        num_images_per_prompt=_whole(values, "num_images_per_prompt", 1, 1, MAX_IMAGES),
        seed=secrets.randbelow(2**32) if seed < 0 else seed,
        scheduler=str(values.get("scheduler", "default")),
        preview_every=_whole(values, "preview_every", 5, 0, 1000),
        exact=values.get("fit", "exact") != "native",
        upscaled=values.get("upscaler", "auto") != "none",
    )


def _whole(values: Mapping[str, Any], key: str, default: int, low: int, high: int) -> int:
    value = values.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise InvalidParameter(key, f"{key} must be a whole number, not {value!r:.40}.")
    if not low <= value <= high:
        raise InvalidParameter(
            key, f"{key} is {value:g}, outside what is allowed.", f"Allowed: {low} to {high}."
        )
    return int(value)


def _strength(values: Mapping[str, Any], mode: str) -> float:
    value = float(values.get("strength", DEFAULT_STRENGTH.get(mode, 1.0)))
    if not 0.0 < value <= 1.0:
        raise InvalidParameter(
            "strength", f"strength is {value:g}, outside what is allowed.", "Allowed: 0.01 to 1."
        )
    return value


def checkpoint_defaults(checkpoint: CheckpointRef | None, pipeline: Pipeline) -> dict[str, Any]:
    """Return the parameters that a checkpoint asks for when the request leaves them open.

    From ``generation_config.json`` in its folder (as transformers' checkpoints have it), or from
    ``details`` of the reference; else the pipeline's own number of steps if that is small.
    """
    found: dict[str, Any] = {}
    call = inspect.signature(type(pipeline).__call__).parameters
    own = getattr(call.get("num_inference_steps"), "default", None)
    if isinstance(own, int) and own < DEFAULT_STEPS:
        found["num_inference_steps"] = own
    if checkpoint is None:
        return found
    return found | _known(_written(checkpoint)) | _known(checkpoint.details)


def _written(checkpoint: CheckpointRef) -> dict[str, Any]:
    """Return what ``generation_config.json`` says; nothing where it is missing or damaged."""
    file = Path(checkpoint.path) / "generation_config.json"
    try:
        if not file.is_file() or file.stat().st_size > _MAX_CONFIG:
            return {}
        written = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return written if isinstance(written, dict) else {}


def trained_sizes(checkpoint: CheckpointRef | None, step: int) -> tuple[tuple[int, int], ...]:
    """Return the sizes that a checkpoint declares to be trained at (``sizes`` in that file).

    All of them or, where one cannot be a size, none.
    """
    given = _written(checkpoint).get("sizes") if checkpoint else None
    if not isinstance(given, list) or not 0 < len(given) <= _MAX_SIZES:
        return ()
    sizes = []
    for size in given:
        if not isinstance(size, list) or len(size) != 2:
            return ()
        if not all(
            type(side) is int and 0 < side <= MAX_SIDE and side % step == 0 for side in size
        ):
            return ()
        sizes.append((size[0], size[1]))
    return tuple(sizes)


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("num_inference_steps", "guidance_scale", "negative_prompt", "strength", "scheduler")
    return {key: values[key] for key in keys if values.get(key) is not None}


def rules_of(pipeline: Pipeline, checkpoint: CheckpointRef | None) -> SizeRules:
    """Return what sizes a pipeline can make."""
    factor = int(getattr(pipeline, "vae_scale_factor", 8))
    denoiser = getattr(pipeline, "unet", None) or getattr(pipeline, "transformer", None)
    config = getattr(denoiser, "config", {})
    step, levels = factor, len(config.get("block_out_channels") or ()) - 1
    if getattr(pipeline, "unet", None) is None:
        packed = hasattr(pipeline, "_unpack_latents")
        step = factor * (2 if packed else int(config.get("patch_size") or 1))
    step = math.lcm(step, 8)  # several pipelines insist on 8, whatever their VAE's factor
    grid = math.lcm(step, factor * 2 ** max(levels, 0))
    native = _native(pipeline, config, factor, checkpoint)
    return SizeRules(step, grid, native, trained_sizes(checkpoint, step))


def _native(
    pipeline: Pipeline, config: Component, factor: int, checkpoint: CheckpointRef | None
) -> int:
    latent = config.get("sample_size")
    if isinstance(latent, list | tuple):
        latent = max(latent)
    if latent:
        return int(latent) * factor
    said = checkpoint.details.get("native_size") if checkpoint else 0
    if isinstance(said, int) and said > 0:
        return said
    return int(getattr(pipeline, "default_sample_size", 64)) * factor
