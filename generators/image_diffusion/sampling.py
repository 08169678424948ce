"""One call of a diffusers pipeline: which arguments it takes, and what comes out."""

from __future__ import annotations

import inspect
import math
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from generators.api import InvalidParameter, UserFacingError

if TYPE_CHECKING:
    import torch
    from PIL import Image

    from generators.image_diffusion.kinds import Pipeline, Scheduler
    from generators.image_diffusion.settings import ImageSettings
    from generators.image_diffusion.sizes import SizePlan
    from generators.image_diffusion.watch import Watch


@dataclass(frozen=True, slots=True)
class Inputs:
    """Pictures that a request starts from, at the size it is made at; None where there are none.

    Attributes:
        original, original_mask: The same at the finished size, for pasting back.
    """

    image: Image.Image | None = None
    mask: Image.Image | None = None
    original: Image.Image | None = None
    original_mask: Image.Image | None = None


def sample(
    pipeline: Pipeline,
    settings: ImageSettings,
    plan: SizePlan,
    inputs: Inputs,
    seeds: tuple[int, ...],
    watch: Watch,
) -> np.ndarray:
    """Make a batch of pictures: floats (N, height, width, 3), 0…1, at the plan's made size.

    Each picture has a random generator of its own, on the CPU: so picture *i* of a batch is the
    picture that its seed makes alone, on every device.

    Raises:
        UserFacingError: The checkpoint's own safety checker blanked a picture.
        JobCancelled: At a step, or between two blocks.
    """
    arguments = _arguments(pipeline, settings, plan, inputs, seeds, watch)
    format_before = _vae_format(pipeline)
    try:
        with watch.hooked(pipeline), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the libraries' advice to one another
            result = pipeline(**arguments)
    finally:
        pipeline.maybe_free_model_hooks()
        # SDXL's VAE is in 32 bits while it works, and diffusers puts it back only after success:
        # a cancel or a lack of memory in there would break the next request
        if _vae_format(pipeline) != format_before:
            pipeline.vae.to(dtype=format_before)
    flagged = getattr(result, "nsfw_content_detected", None) or ()
    if any(flagged):
        raise UserFacingError(
            "The checkpoint's own safety checker blanked a picture.",
            "Change the prompt, or try another seed.",
        )
    return np.asarray(result.images, dtype=np.float32)


def with_enough_steps(
    pipeline: Pipeline, scheduler: Scheduler, settings: ImageSettings
) -> ImageSettings:
    """Return the settings with as many steps as the strength needs for a single one to be made.

    Pipelines with a U-Net make ``int(steps * strength)`` of the steps and fail with none; the
    others round up. Who asks for a small change of a picture wants that, however few the steps.
    PNDM's schedule is one longer than its steps are, so that from a picture one is left over.

    Args:
        pipeline: Any of the checkpoint's.
        scheduler: One of the chosen kind that is not used afterwards.
        settings: As they were asked for.

    Raises:
        InvalidParameter: The scheduler has not that many steps.
    """
    most = _most_steps(scheduler)
    if settings.num_inference_steps > most:
        raise InvalidParameter(
            "num_inference_steps",
            f"num_inference_steps is {settings.num_inference_steps}.",
            f"Allowed with this scheduler: 1 to {most}.",
        )
    if settings.mode == "text_to_image" or getattr(pipeline, "unet", None) is None:
        return settings
    steps, strength = settings.num_inference_steps, settings.strength
    if int(steps * strength) >= 1:
        return settings
    steps = math.ceil(1 / strength)
    if int(steps * strength) < 1:  # 49 * (1 / 49) is less than 1
        steps += 1
    if steps > most:
        raise InvalidParameter(
            "strength",
            f"strength is {strength:g}, which is too little for a single step.",
            f"Allowed with this scheduler: {1 / most:g} to 1.",
        )
    if settings.mode == "image_to_image":
        given = settings.num_inference_steps
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the libraries' advice to one another
            scheduler.set_timesteps(given)
        if len(scheduler.timesteps) > given * scheduler.order:
            return settings
    return replace(settings, num_inference_steps=steps)


def _most_steps(scheduler: Scheduler) -> int:
    """Return how many steps a scheduler has: as it was trained, LCM as it was distilled."""
    most = int(scheduler.config.get("num_train_timesteps") or 1000)
    if "original_inference_steps" in inspect.signature(scheduler.set_timesteps).parameters:
        return int(scheduler.config.get("original_inference_steps") or most)
    return most


def _vae_format(pipeline: Pipeline) -> torch.dtype | None:
    """Return the number format of a pipeline's VAE; None where it has none."""
    return getattr(getattr(pipeline, "vae", None), "dtype", None)


def takes(pipeline: Pipeline, name: str) -> bool:
    """Tell whether a pipeline's call has a parameter of that name."""
    return name in inspect.signature(type(pipeline).__call__).parameters


def takes_negative(pipeline: Pipeline) -> bool:
    """Tell whether a negative prompt does anything (Flux has the word, and leaves it unread)."""
    parameters = inspect.signature(type(pipeline).__call__).parameters
    scale = parameters.get("true_cfg_scale")
    return "negative_prompt" in parameters and (scale is None or scale.default > 1)


def _arguments(
    pipeline: Pipeline,
    settings: ImageSettings,
    plan: SizePlan,
    inputs: Inputs,
    seeds: tuple[int, ...],
    watch: Watch,
) -> dict[str, Any]:
    import torch

    count = len(seeds)
    arguments: dict[str, Any] = {
        "num_inference_steps": settings.num_inference_steps,
        "generator": [torch.Generator("cpu").manual_seed(seed) for seed in seeds],
        "output_type": "np",
        "width": plan.made_width,
        "height": plan.made_height,
    }
    if settings.guidance_scale is not None:
        arguments["guidance_scale"] = settings.guidance_scale
    # With pictures to start from, everything is given once per picture: only then does every
    # pipeline encode each with its own random generator.
    copies = 1 if inputs.image is None else count
    arguments["prompt"] = settings.prompt if copies == 1 else [settings.prompt] * count
    if takes_negative(pipeline) and settings.negative_prompt:
        negative = settings.negative_prompt
        arguments["negative_prompt"] = negative if copies == 1 else [negative] * count
    arguments["num_images_per_prompt"] = count if copies == 1 else 1
    if inputs.image is not None:
        arguments |= {"image": [inputs.image] * count, "strength": settings.strength}
    if inputs.mask is not None:
        arguments["mask_image"] = [inputs.mask] * count
    if takes(pipeline, "callback_on_step_end"):
        arguments["callback_on_step_end"] = watch.step
    else:
        arguments |= {"callback": watch.old_step, "callback_steps": 1}
    if takes(pipeline, "use_resolution_binning"):
        arguments["use_resolution_binning"] = False  # the size was chosen in sizes.py
    if takes(pipeline, "clean_caption"):
        arguments["clean_caption"] = False  # needs packages, and would change what was written
    return {key: value for key, value in arguments.items() if takes(pipeline, key)}
