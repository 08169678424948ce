"""Furniture, lamps, books and plants."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from generators.image_diffusion.starter.mesh import (
    ACCENT,
    LABEL,
    MAIN,
    Model,
    box,
    curve,
    cylinder,
    ellipsoid,
    fixed,
    lathe,
    slab,
    tube,
)
from generators.image_diffusion.starter.subjects.paints import DARK, LEAF, STEEL, WOOD

if TYPE_CHECKING:
    from generators.image_diffusion.starter.subjects.paints import Rng


def lamp(rng: Rng) -> Model:
    """A table lamp; the shade has the colour."""
    top, low = rng.uniform(0.16, 0.22), rng.uniform(0.3, 0.36)
    foot = rng.uniform(0.15, 0.2)
    shade = lathe([(low, 0.58), (top, 1.0), (top - 0.015, 1.0), (low - 0.015, 0.58)])
    model = (
        Model()
        .add(MAIN, shade)
        .add(ACCENT, cylinder(foot, 0, 0.05, 0.02), cylinder(0.022, 0.05, 0.7))
    )
    if rng.random() < 0.5:
        model.add(ACCENT, ellipsoid((0, 0.25, 0), (0.12, 0.18, 0.12)))
    return model.add(fixed(1.0, 0.9, 0.66, 0.0), ellipsoid((0, 0.66, 0), (0.1, 0.1, 0.1)))


def light_bulb(rng: Rng) -> Model:
    """A light bulb on its screw base."""
    r = rng.uniform(0.29, 0.33)
    glass = lathe(
        [(0.13, 0.24), *curve([(0.13, 0.24), (0.2, 0.4), (r, 0.66), (r * 0.8, 0.9), (0, 1.0)], 6)]
    )
    model = Model().add(MAIN, glass)
    for y in (0.03, 0.1, 0.17):
        model.add(STEEL, cylinder(0.13, y, y + 0.055, 0.02))
    return model.add(DARK, ellipsoid((0, 0.03, 0), (0.07, 0.04, 0.07)))


def book(rng: Rng) -> Model:
    """A hardcover book that stands a little turned."""
    w, h, d = rng.uniform(0.56, 0.66), rng.uniform(0.84, 0.95), rng.uniform(0.14, 0.22)
    model = Model().add(
        MAIN,
        box((0, h / 2, d / 2), (w, h, 0.03), 0.006),
        box((0, h / 2, -d / 2), (w, h, 0.03), 0.006),
    )
    model.add(MAIN, box((-w / 2, h / 2, 0), (0.035, h, d + 0.03), 0.012))
    model.add(
        fixed(0.95, 0.93, 0.87, 0.0), box((0.0, h / 2, 0), (w - 0.05, h - 0.05, d - 0.02), 0.0)
    )
    model.add(LABEL, box((0, h * 0.68, d / 2 + 0.012), (w * 0.6, h * 0.2, 0.012), 0.002))
    return model.add(ACCENT, box((0, h * 0.25, d / 2 + 0.012), (w * 0.4, h * 0.05, 0.012), 0.002))


def chair(rng: Rng) -> Model:
    """A chair with four legs and a back."""
    w = rng.uniform(0.42, 0.48)
    seat = rng.uniform(0.44, 0.48)
    model = Model().add(
        MAIN,
        box((0, seat, 0), (w, 0.06, w), 0.025),
        box((0, 0.82, -w / 2 + 0.02), (w, 0.36, 0.05), 0.025),
    )
    legs = WOOD if rng.random() < 0.6 else DARK
    for x in (-1, 1):
        for z in (-1, 1):
            model.add(
                legs,
                tube([(x * w * 0.47, 0, z * w * 0.47), (x * w * 0.4, seat, z * w * 0.4)], 0.026),
            )
        model.add(
            legs,
            tube([(x * w * 0.4, seat, -w / 2 + 0.03), (x * w * 0.42, 0.8, -w / 2 + 0.02)], 0.022),
        )
    return model


def armchair(rng: Rng) -> Model:
    """An upholstered armchair or a sofa."""
    w = rng.uniform(0.8, 1.3)
    model = Model().add(
        MAIN,
        box((0, 0.27, 0), (w - 0.2, 0.22, 0.6), 0.06),
        box((0, 0.5, -0.27), (w - 0.1, 0.56, 0.18), 0.08),
    )
    for side in (-1, 1):
        model.add(MAIN, box((side * (w / 2 - 0.08), 0.32, 0.02), (0.17, 0.42, 0.64), 0.07))
        for z in (-0.24, 0.24):
            model.add(WOOD, cylinder(0.03, 0, 0.12).moved(side * (w / 2 - 0.1), 0, z))
    return model.add(ACCENT, box((side * w * 0.22, 0.5, -0.12), (0.3, 0.28, 0.12), 0.05))


def plant_pot(rng: Rng) -> Model:
    """A pot plant with leaves; the pot has the colour."""
    r = rng.uniform(0.24, 0.29)
    model = Model().add(
        MAIN,
        lathe(
            [
                (0, 0),
                (r * 0.72, 0),
                (r, 0.36),
                (r + 0.03, 0.36),
                (r + 0.03, 0.43),
                (r - 0.02, 0.43),
                (r - 0.03, 0.39),
                (0, 0.39),
            ]
        ),
    )
    count = int(rng.integers(6, 10))
    for index in range(count):
        turn, lean = 360 * index / count + rng.uniform(-15, 15), rng.uniform(15, 55)
        green = fixed(0.2 + 0.1 * rng.random(), 0.5 + 0.15 * rng.random(), 0.25, 0.25)
        leaf = ellipsoid((0, 0.27, 0), (0.085, 0.28, 0.02), 16)
        model.add(green, leaf.turned("x", lean).turned("y", turn).moved(0, 0.38, 0))
    return model


def house(rng: Rng) -> Model:
    """A small house; the walls have the colour."""
    w, h = rng.uniform(0.7, 0.8), rng.uniform(0.4, 0.46)
    model = Model().add(
        MAIN,
        box((0, h / 2, 0), (w, h, 0.6), 0.005),
        slab([(-w / 2, h), (w / 2, h), (0, h + 0.34)], 0.6),
    )
    for side in (-1, 1):
        slope = math.degrees(math.atan2(0.34, w / 2))
        length = math.hypot(0.34, w / 2) + 0.1
        tile = box((0, 0, 0), (length, 0.05, 0.7), 0.005).turned("z", -side * slope)
        model.add(ACCENT, tile.moved(side * (w / 4 + 0.03), h + 0.17, 0))
    model.add(WOOD, box((0, 0.13, 0.3), (0.15, 0.26, 0.02), 0.003))
    for x in (-0.23, 0.23):
        model.add(fixed(0.75, 0.88, 0.96, 0.6), box((x, h * 0.6, 0.3), (0.14, 0.14, 0.02), 0.003))
    return model.add(ACCENT, box((w * 0.27, h + 0.3, -0.1), (0.1, 0.24, 0.1), 0.004))


def flower(rng: Rng) -> Model:
    """A flower with petals in the colour, on a stem."""
    count = int(rng.integers(6, 9))
    model = Model().add(
        LEAF,
        tube([(0, 0, 0), (0.03, 0.3, 0), (0, 0.66, 0)], 0.025),
        ellipsoid((0, 0, 0), (0.17, 0.06, 0.02), 12).turned("z", 30).moved(0.17, 0.3, 0),
    )
    for index in range(count):
        petal = ellipsoid((0, 0.2, 0), (0.105, 0.16, 0.035), 16)
        model.add(MAIN, petal.turned("x", 12).turned("z", 360 * index / count).moved(0, 0.68, 0))
    return model.add(
        fixed(0.96, 0.75, 0.2, 0.1), ellipsoid((0, 0.68, 0.05), (0.12, 0.12, 0.06), 16)
    )
