"""From a brief to a plan: what will be made, for where, in how many jobs. Pure functions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio.core.campaign import CreativePlan, Plan, VisualPlan
from studio.services.compose.layouts import layout_names, layouts, shape_of
from studio.services.copywriting.selecting import takes_many
from studio.services.placements import placement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from studio.core.campaign import Brief, ImageSpec, Placement

#: Sizes whose sides differ by no more than this share of each other use one visual.
SAME_SHAPE = 0.03
COPY_ROUNDS = 3  # how often copy is asked for at most, the first time included


def images_of(brief: Brief, place: Placement) -> tuple[ImageSpec, ...]:
    """Return the image sizes that a brief wants of a placement; logos only where there is one."""
    wanted = brief.sizes.get(place.id, ())
    return tuple(
        image
        for image in place.images
        if (image.kind == "logo" and brief.brand.logo)
        or (image.kind == "creative" and (not wanted or image.size in wanted))
    )


def visual_groups(brief: Brief) -> dict[str, tuple[int, int]]:
    """Return the visuals' shapes by name, with the largest size that each must serve.

    One visual serves all sizes of nearly the same shape: 1080x1080 is fitted from 1200x1200, so a
    picture is made once and looks the same wherever it runs.
    """
    groups: dict[str, tuple[int, int]] = {}
    sizes = [
        (image.width, image.height)
        for name in brief.placements
        for image in images_of(brief, placement(name))
        if image.kind == "creative"
    ]
    for width, height in sorted(set(sizes), key=lambda size: (-size[0] * size[1], size)):
        name = _group_of(width, height, groups)
        if not name:
            shape = shape_of(width, height)
            name = shape if shape not in groups else f"{shape}_{width}x{height}"
            groups[name] = (width, height)
    return groups


def _group_of(width: int, height: int, groups: Mapping[str, tuple[int, int]]) -> str:
    ratio = width / height
    for name, (wide, tall) in groups.items():
        if abs(ratio / (wide / tall) - 1) <= SAME_SHAPE and width <= wide and height <= tall:
            return name
    return ""


def layout_for(brief: Brief, variant: int) -> str:
    """Return the layout of a variant (from 1): those of the brief, or all, in turn."""
    names = brief.layouts or layout_names()
    return names[(variant - 1) % len(names)]


def picture_size(brief: Brief, visual: VisualPlan, *, leaves_room: bool) -> tuple[int, int]:
    """Return the pixels that a visual is made at: the part of a creative where its layout shows it.

    Args:
        brief: Its layouts.
        visual: Its size is that of the whole creative.
        leaves_room: The model can be told to keep a side free for text that lies on the picture.
    """
    shapes = layouts()[layout_for(brief, visual.variant)].arrangements
    shape = shapes[shape_of(visual.width, visual.height)]
    _, _, width, height = shape.visual if leaves_room else shape.shown()
    return round(width * visual.width), round(height * visual.height)


def plan_pieces(brief: Brief) -> Plan:
    """Return what a brief asks for; checkpoints, time and warnings are filled in elsewhere."""
    groups = visual_groups(brief)
    copies = [(name, language) for name in brief.placements for language in brief.languages]
    creatives = [
        item for name, language in copies for item in _creatives(brief, name, language, groups)
    ]
    creatives = list({item.key: item for item in creatives}.values())
    used = {(item.group, item.variant) for item in creatives if item.group}
    visuals = [
        VisualPlan(f"visual/{name}/{variant}", name, variant, width, height)
        for name, (width, height) in groups.items()
        for variant in range(1, brief.variants + 1)
        if (name, variant) in used
    ]
    pictures = [item for item in creatives if item.size]
    jobs = {
        "copy": len(copies),
        "select": len(copies),
        "prompts": 1,
        "visual": len(visuals),
        "compose": len(pictures),
        "music": int(brief.music.wanted),
        "finalise": 1,
    }
    return Plan(tuple(copies), tuple(visuals), tuple(creatives), brief.music.wanted, jobs)


def _creatives(
    brief: Brief, name: str, language: str, groups: Mapping[str, tuple[int, int]]
) -> list[CreativePlan]:
    place = placement(name)
    images = images_of(brief, place)
    found = []
    for image in images:
        if image.kind == "logo":
            key = f"{name}/logo_{image.size}"
            found.append(CreativePlan(key, name, image.size, "", 1, kind="logo"))
            continue
        group = _group_of(image.width, image.height, groups)
        found.extend(
            CreativePlan(
                f"{name}/{image.size}/{language}/{variant}", name, image.size, language, variant,
                group=group, layout=layout_for(brief, variant),
            )
            for variant in range(1, brief.variants + 1)
        )  # fmt: skip
    if not images or takes_many(place):
        key = f"{name}/text/{language}/1"
        found.append(CreativePlan(key, name, "", language, 1, kind="text"))
    return found


def modalities(plan: Plan) -> tuple[str, ...]:
    """Return what a plan needs weights for."""
    needed = ["text"] if plan.copies else []
    if plan.visuals:
        needed.append("image")
    if plan.music:
        needed.append("audio")
    return tuple(needed)


def with_findings(
    plan: Plan,
    checkpoints: Mapping[str, str],
    warnings: Sequence[str],
    problems: Sequence[str],
    time: tuple[float | None, float, tuple[str, ...]],
) -> Plan:
    """Return the plan with chosen checkpoints, sentences for the person, and the time estimate."""
    seconds, spread, unknown = time
    return replace(
        plan,
        checkpoints=dict(checkpoints),
        warnings=tuple(warnings),
        problems=tuple(problems),
        seconds=seconds,
        spread=spread,
        unknown=unknown,
    )
