"""Vehicles, and shapes to celebrate with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from generators.image_diffusion.starter.mesh import (
    ACCENT,
    LABEL,
    MAIN,
    Model,
    arc,
    box,
    curve,
    cylinder,
    ellipsoid,
    fixed,
    lathe,
    loft,
    slab,
    torus,
    tube,
)
from generators.image_diffusion.starter.subjects.paints import (
    DARK,
    RUBBER,
    SCREEN,
    SPRINKLES,
    STEEL,
    WOOD,
)

if TYPE_CHECKING:
    from generators.image_diffusion.starter.subjects.paints import Rng


def _wheels(model: Model, places: tuple[float, ...], radius: float, width: float) -> Model:
    for x in places:
        for z in (-width, width):
            model.add(
                RUBBER, cylinder(radius, -0.05, 0.05, 0.02).turned("x", 90).moved(x, radius, z)
            )
            model.add(
                STEEL,
                cylinder(radius * 0.55, -0.056, 0.056, 0.01).turned("x", 90).moved(x, radius, z),
            )
    return model


def car(rng: Rng) -> Model:
    """A car seen from the side, driving to the left."""
    roof = rng.uniform(0.2, 0.24)
    body = [
        (-0.62, 0.12),
        (-0.62, 0.26),
        (-0.56, 0.31),
        (-0.3, 0.34),
        (0.46, 0.35),
        (0.6, 0.33),
        (0.62, 0.12),
    ]
    model = Model().add(MAIN, slab(body, 0.5))
    cabin = [(-0.32, 0.33), (-0.14, 0.33 + roof), (0.24, 0.33 + roof), (0.46, 0.34)]
    model.add(MAIN, slab(cabin, 0.42))
    front = [(-0.24, 0.355), (-0.12, 0.3 + roof), (0.03, 0.3 + roof), (0.03, 0.355)]
    back = [(0.07, 0.355), (0.07, 0.3 + roof), (0.22, 0.3 + roof), (0.36, 0.355)]
    model.add(SCREEN, slab(front, 0.45), slab(back, 0.45))
    model.add(
        fixed(1, 0.95, 0.75, 0.5),
        ellipsoid((-0.6, 0.25, 0.17), (0.04, 0.04, 0.05), 12),
        ellipsoid((-0.6, 0.25, -0.17), (0.04, 0.04, 0.05), 12),
    )
    return _wheels(model, (-0.37, 0.37), 0.14, 0.22)


def van(rng: Rng) -> Model:
    """A delivery van seen from the side, driving to the left."""
    h = rng.uniform(0.62, 0.7)
    body = [(-0.6, 0.12), (-0.6, 0.34), (-0.44, h), (0.6, h), (0.6, 0.12)]
    model = (
        Model()
        .add(MAIN, slab(body, 0.5))
        .add(SCREEN, slab([(-0.52, 0.36), (-0.4, h - 0.07), (-0.2, h - 0.07), (-0.2, 0.36)], 0.51))
    )
    model.add(LABEL, box((0.22, 0.42, 0), (0.5, 0.26, 0.508), 0.003)).add(
        ACCENT, box((0, 0.2, 0), (1.2, 0.05, 0.51), 0.003)
    )
    return _wheels(model, (-0.36, 0.36), 0.13, 0.22)


def rocket(rng: Rng) -> Model:
    """A rocket with fins and a window, pointing up."""
    r = rng.uniform(0.18, 0.22)
    hull = lathe(curve([(r * 0.6, 0.12), (r, 0.4), (r * 0.9, 0.66)], 6))
    model = (
        Model()
        .add(MAIN, hull)
        .add(ACCENT, lathe(curve([(r * 0.9, 0.66), (r * 0.55, 0.86), (0, 1.0)], 6)))
    )
    model.add(STEEL, lathe([(r * 0.6, 0.12), (r * 0.5, 0.06), (0, 0.06)])).add(
        SCREEN, ellipsoid((0, 0.56, r * 0.93), (0.085, 0.085, 0.03))
    )
    fin = slab([(0, 0.34), (0.2, 0.1), (0.2, 0.0), (0.0, 0.14)], 0.04)
    for turn in (0, 90, 180, 270):
        model.add(ACCENT, fin.moved(r * 0.8, 0, 0).turned("y", turn + 20))
    return model.add(
        fixed(1, 0.6, 0.15, 0), lathe(curve([(0, -0.12), (r * 0.35, 0.0), (r * 0.4, 0.07)], 4))
    )


def sailboat(rng: Rng) -> Model:
    """A sailing boat; the sail has the colour."""
    h = rng.uniform(0.62, 0.7)
    hull = loft(
        [
            (-0.5, 0, 0, 0.02, 0.03),
            (-0.4, 0, 0, 0.09, 0.11),
            (0, 0, 0, 0.12, 0.16),
            (0.35, 0, 0, 0.1, 0.13),
            (0.42, 0, 0, 0.08, 0.1),
        ],
        2.6,
    ).turned("z", -90)
    model = Model().add(ACCENT, hull.moved(0, 0.14, 0)).add(WOOD, cylinder(0.018, 0.2, 0.3 + h))
    model.add(MAIN, slab([(0.03, 0.3), (0.4, 0.32), (0.03, 0.28 + h)], 0.05, 0.03))
    return model.add(LABEL, slab([(-0.03, 0.3), (-0.36, 0.32), (-0.03, 0.2 + h)], 0.05, 0.02))


def balloon(rng: Rng) -> Model:
    """A toy balloon on a string."""
    r = rng.uniform(0.27, 0.31)
    skin = lathe(curve([(0.0, 0.4), (0.05, 0.42), (r, 0.74), (r * 0.75, 0.96), (0.0, 1.04)], 8))
    string = [(0.02 * math.sin(9 * t), 0.4 - 0.4 * t, 0.0) for t in (i / 14 for i in range(15))]
    return (
        Model()
        .add(MAIN, skin, lathe([(0.045, 0.37), (0.012, 0.41)]))
        .add(DARK, tube(string, 0.009, 6))
    )


def heart(rng: Rng) -> Model:
    """A puffed heart."""
    puff = rng.uniform(0.1, 0.16)
    points = []
    for index in range(48):
        t = 2 * math.pi * index / 48
        x = 16 * math.sin(t) ** 3
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((x / 32, y / 32 + 0.53))
    return Model().add(MAIN, slab(points, 0.12, puff))


def star(rng: Rng) -> Model:
    """A puffed star with five points."""
    inner = rng.uniform(0.25, 0.3)
    points = []
    for index in range(40):
        whole, part = divmod(index, 4)
        a, b = (0.55, inner) if whole % 2 == 0 else (inner, 0.55)
        share = part / 4
        angle = math.pi / 2 + 2 * math.pi * (whole + share) / 10
        first, second = (
            math.pi / 2 + 2 * math.pi * whole / 10,
            math.pi / 2 + 2 * math.pi * (whole + 1) / 10,
        )
        x = a * math.cos(first) * (1 - share) + b * math.cos(second) * share
        y = a * math.sin(first) * (1 - share) + b * math.sin(second) * share
        del angle
        points.append((x, y + 0.5))
    return Model().add(MAIN, slab(points, 0.12, rng.uniform(0.08, 0.13)))


def tree(rng: Rng) -> Model:
    """A fir tree in the colour, with baubles."""
    model = Model().add(WOOD, cylinder(0.07, 0, 0.2))
    for y, r, h in ((0.14, 0.42, 0.36), (0.36, 0.33, 0.34), (0.58, 0.23, 0.34)):
        model.add(MAIN, lathe([(0, y), (r, y), (0.02, y + h)]))
    for _ in range(12):
        a, tier = rng.uniform(0, 2 * math.pi), int(rng.integers(3))
        y, r = 0.16 + 0.22 * tier + rng.uniform(0.02, 0.1), (0.42, 0.33, 0.23)[tier] * 0.82
        model.add(
            SPRINKLES[int(rng.integers(4))],
            ellipsoid((r * math.cos(a), y, r * math.sin(a)), (0.035, 0.035, 0.035), 10),
        )
    return model.add(fixed(0.98, 0.82, 0.25, 0.5), ellipsoid((0, 0.95, 0), (0.05, 0.06, 0.05), 10))


def snowman(rng: Rng) -> Model:
    """A snowman; hat and scarf have the colour."""
    snow = fixed(0.95, 0.96, 0.98, 0.05)
    r = rng.uniform(0.27, 0.31)
    model = Model().add(
        snow,
        ellipsoid((0, r * 0.92, 0), (r, r * 0.95, r)),
        ellipsoid((0, r * 2.25, 0), (r * 0.68, r * 0.68, r * 0.68)),
    )
    y = r * 2.85
    model.add(
        MAIN,
        cylinder(r * 0.72, y - 0.02, y + 0.02, 0.01),
        cylinder(r * 0.46, y, y + 0.22, 0.02),
        torus(r * 0.52, 0.05, 10).moved(0, r * 1.68, 0),
    )
    model.add(
        fixed(0.95, 0.5, 0.12, 0.1),
        lathe([(0.04, 0), (0, 0.2)], 12).turned("x", 90).moved(0, r * 2.2, r * 0.62),
    )
    for x in (-0.08, 0.08):
        model.add(DARK, ellipsoid((x, r * 2.42, r * 0.62), (0.025, 0.025, 0.02), 8))
    return model.add(
        DARK,
        *[
            ellipsoid((0, r * q, r * (0.97 if q < 1.2 else 0.86)), (0.025, 0.025, 0.02), 8)
            for q in (0.8, 1.1, 1.4)
        ],
    )


def bell(rng: Rng) -> Model:
    """A bell with its clapper; in the colour."""
    r = rng.uniform(0.36, 0.42)
    skirt = lathe(
        curve([(r, 0.08), (r * 0.72, 0.24), (r * 0.55, 0.6), (r * 0.3, 0.8), (0, 0.84)], 7)
    )
    model = (
        Model()
        .add(MAIN, skirt, torus(r, 0.04, 10).moved(0, 0.09, 0))
        .add(ACCENT, ellipsoid((0, 0.05, 0), (0.09, 0.09, 0.09)))
    )
    return model.add(MAIN, tube(arc((0, 0.84, 0), (0.09, 0.12), 0, 180), 0.03))


def crown(rng: Rng) -> Model:
    """A crown with points and stones; in the colour."""
    r = rng.uniform(0.38, 0.42)
    count = int(rng.integers(6, 8))
    band = lathe([(r, 0.0), (r * 1.06, 0.5)], count * 10)
    angle = np.arctan2(band.points[:, 2], band.points[:, 0])
    wave = np.abs((angle / (2 * math.pi) * count) % 1 - 0.5) * 2
    top = band.points[:, 1] > 0.25
    band.points[top, 1] = (0.26 + 0.34 * wave[top]).astype(np.float32)
    model = Model().add(MAIN, band, torus(r, 0.035, 10).moved(0, 0.03, 0))
    for index in range(count):
        a = 2 * math.pi * (index + 0.0) / count
        model.add(
            ACCENT,
            ellipsoid(
                (r * 1.07 * math.cos(a), 0.62, r * 1.07 * math.sin(a)), (0.05, 0.05, 0.05), 10
            ),
            ellipsoid(
                (r * 1.01 * math.cos(a + 0.45), 0.13, r * 1.01 * math.sin(a + 0.45)),
                (0.05, 0.05, 0.05),
                10,
            ),
        )
    return model
