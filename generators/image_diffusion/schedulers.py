"""The noise schedulers a person can choose from, and which of them a checkpoint can use."""

from __future__ import annotations

import inspect
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from generators.api import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.image_diffusion.kinds import Component, Pipeline, Scheduler

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class SchedulerChoice:
    """A diffusers class with the settings that make it what people know it as."""

    class_name: str
    settings: Mapping[str, Any] = field(default_factory=dict)


#: Curated: each is in use, deterministic for a seed, and needs no package that is not a dependency.
CHOICES: Mapping[str, SchedulerChoice] = {
    "ddim": SchedulerChoice("DDIMScheduler"),
    "ddpm": SchedulerChoice("DDPMScheduler"),
    "pndm": SchedulerChoice("PNDMScheduler", {"skip_prk_steps": True}),
    "lms": SchedulerChoice("LMSDiscreteScheduler"),
    "euler": SchedulerChoice("EulerDiscreteScheduler"),
    "euler_karras": SchedulerChoice("EulerDiscreteScheduler", {"use_karras_sigmas": True}),
    "euler_ancestral": SchedulerChoice("EulerAncestralDiscreteScheduler"),
    "heun": SchedulerChoice("HeunDiscreteScheduler"),
    "dpmpp_2m": SchedulerChoice("DPMSolverMultistepScheduler"),
    "dpmpp_2m_karras": SchedulerChoice("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "dpmpp_2m_sde": SchedulerChoice(
        "DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++"}
    ),
    "dpmpp_2s": SchedulerChoice("DPMSolverSinglestepScheduler"),
    "deis": SchedulerChoice("DEISMultistepScheduler"),
    "unipc": SchedulerChoice("UniPCMultistepScheduler"),
    "kdpm2": SchedulerChoice("KDPM2DiscreteScheduler"),
    "kdpm2_ancestral": SchedulerChoice("KDPM2AncestralDiscreteScheduler"),
    "lcm": SchedulerChoice("LCMScheduler"),
    "flow_euler": SchedulerChoice("FlowMatchEulerDiscreteScheduler"),
    "flow_heun": SchedulerChoice("FlowMatchHeunDiscreteScheduler"),
}


def spaces_steps(pipeline: Pipeline) -> bool:
    """Tell whether a pipeline says itself how much noise each step has (Flux and its kin do).

    Nothing in a signature tells: Stable Diffusion 3 takes such a list too, but makes none. Those
    that make one call ``numpy.linspace`` for it.
    """
    return "linspace" in inspect.unwrap(type(pipeline).__call__).__code__.co_names


def compatible(own: Scheduler, *, spaced: bool = False) -> tuple[str, ...]:
    """Return the names that can stand in for a checkpoint's own scheduler, in curated order.

    Flow-matching checkpoints need a flow scheduler and the others need none of these; beyond that
    diffusers says which classes read one another's settings. Karras' spacing is for schedules whose
    noise ends near 15 times the signal: on a cosine schedule, which ends at 20,000 times, it spends
    nearly all steps where nothing can be seen.

    Args:
        own: The checkpoint's scheduler.
        spaced: Its pipeline hands over the noise of each step (see ``spaces_steps``), which
            diffusers' Heun for flow matching does not take.
    """
    is_flow = _is_flow(own)
    names = {kind.__name__ for kind in own.compatibles} | {type(own).__name__}
    if is_flow:
        names |= {"FlowMatchEulerDiscreteScheduler", "FlowMatchHeunDiscreteScheduler"}
    return tuple(
        name
        for name, choice in CHOICES.items()
        if choice.class_name in names
        and choice.class_name.startswith("FlowMatch") == is_flow
        and not (choice.settings.get("use_karras_sigmas") and _is_cosine(own))
        and not (spaced and choice.class_name == "FlowMatchHeunDiscreteScheduler")
    )


def make_scheduler(name: str, own: Scheduler, *, spaced: bool = False) -> Scheduler:
    """Return a fresh scheduler of the chosen kind, set up as the checkpoint's ``own`` is.

    Args as for ``compatible``.

    Raises:
        InvalidParameter: It is unknown or the checkpoint cannot use it; the hint lists what it can.
    """
    if name in ("", DEFAULT):
        return _made(type(own), own, {})
    usable = compatible(own, spaced=spaced)
    if name not in usable:
        raise InvalidParameter(
            "scheduler",
            f"This checkpoint cannot use the scheduler {name!r:.40}.",
            f"Allowed: {', '.join((DEFAULT, *usable))}.",
        )
    import diffusers

    choice = CHOICES[name]
    return _made(getattr(diffusers, choice.class_name), own, choice.settings)


def _made(kind: Component, own: Scheduler, settings: Mapping[str, Any]) -> Scheduler:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries' advice to one another
        return kind.from_config(own.config, **_unclipped(kind, own), **settings)


def _unclipped(kind: Component, own: Scheduler) -> dict[str, Any]:
    """Return the setting that stops a class from cutting latents off at ±1 by default.

    That default is for networks that work on pixels; such a checkpoint says so in its own settings.
    """
    clips = "clip_sample" in inspect.signature(kind.__init__).parameters
    return {"clip_sample": False} if clips and "clip_sample" not in own.config else {}


def _is_cosine(own: Scheduler) -> bool:
    return bool(own.config.get("beta_schedule") == "squaredcos_cap_v2")


def _is_flow(own: Scheduler) -> bool:
    config = own.config
    return (
        type(own).__name__.startswith("FlowMatch")
        or bool(config.get("use_flow_sigmas"))
        or config.get("prediction_type") == "flow_prediction"
    )
