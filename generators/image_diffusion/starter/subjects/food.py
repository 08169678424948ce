"""Food: cakes, ice cream, fruit, a burger."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

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
    torus,
    tube,
)
from generators.image_diffusion.starter.subjects.paints import CREAM, CRUST, LEAF, SPRINKLES, WOOD

if TYPE_CHECKING:
    from generators.image_diffusion.starter.subjects.paints import Rng


def cupcake(rng: Rng) -> Model:
    """A cupcake; the cream has the colour."""
    r = rng.uniform(0.3, 0.34)
    model = Model().add(ACCENT, lathe([(0, 0), (r * 0.74, 0), (r, 0.36)]))
    for level, (y, size) in enumerate(((0.38, 1.12), (0.52, 0.86), (0.65, 0.58), (0.76, 0.3))):
        model.add(
            MAIN,
            torus(r * size * 0.5, r * size * 0.5, 12).scaled(1, 0.72, 1).moved(0.01 * level, y, 0),
        )
    return model.add(fixed(0.85, 0.1, 0.15, 0.7), ellipsoid((0.02, 0.9, 0), (0.09, 0.09, 0.09)))


def cake(rng: Rng) -> Model:
    """A layered cake; the icing has the colour."""
    r, h = rng.uniform(0.44, 0.5), rng.uniform(0.36, 0.44)
    model = (
        Model().add(CREAM, cylinder(r + 0.12, 0, 0.03, 0.01)).add(MAIN, cylinder(r, 0.03, h, 0.04))
    )
    if rng.random() < 0.6:
        model.add(MAIN, cylinder(r * 0.62, h, h * 1.75, 0.04))
        h *= 1.75
        r *= 0.62
    model.add(
        ACCENT, torus(r, 0.035, 10).moved(0, h - 0.01, 0), torus(r, 0.035, 10).moved(0, h * 0.52, 0)
    )
    for index in range(5):
        a = 2 * math.pi * index / 5
        x, z = r * 0.6 * math.cos(a), r * 0.6 * math.sin(a)
        model.add(LABEL, cylinder(0.02, h, h + 0.16).moved(x, 0, z)).add(
            fixed(1.0, 0.75, 0.25, 0), ellipsoid((x, h + 0.19, z), (0.025, 0.045, 0.025), 10)
        )
    return model


def donut(rng: Rng) -> Model:
    """A doughnut that stands tilted, with icing and sprinkles; the icing has the colour."""
    r = rng.uniform(0.28, 0.31)
    t = rng.uniform(0.15, 0.18)
    whole = Model().add(CRUST, torus(r, t))
    icing = torus(r, t * 1.06)
    icing.triangles = icing.triangles[icing.points[icing.triangles].mean(1)[:, 1] > 0.02]
    whole.add(MAIN, icing)
    for index in range(22):
        a, b = rng.uniform(0, 2 * math.pi), rng.uniform(0.5, 2.4)
        x = (r + t * 1.08 * math.cos(b)) * math.cos(a)
        z = (r + t * 1.08 * math.cos(b)) * math.sin(a)
        bit = box((0, 0, 0), (0.075, 0.025, 0.025), 0.01).turned("y", rng.uniform(0, 180))
        whole.add(SPRINKLES[index % 4], bit.moved(x, t * 1.08 * math.sin(b), z))
    return whole.mapped("x", 62, at=(0, r + t, 0))


def ice_cream(rng: Rng) -> Model:
    """Scoops of ice cream in a cone; the first scoop has the colour."""
    r = rng.uniform(0.2, 0.23)
    model = Model().add(CRUST, lathe([(0, 0), (r * 0.9, 0.52), (r, 0.54), (r, 0.58)]))
    model.add(
        MAIN,
        ellipsoid((0, 0.68, 0), (r * 1.12, r * 1.05, r * 1.12)),
        torus(r * 0.9, 0.05, 10).moved(0, 0.6, 0),
    )
    if rng.random() < 0.6:
        model.add(ACCENT, ellipsoid((0, 0.9, 0), (r * 0.9, r * 0.85, r * 0.9)))
    return model


def burger(rng: Rng) -> Model:
    """A hamburger, layer on layer; its paper has the colour."""
    r = rng.uniform(0.42, 0.47)
    bun = fixed(0.85, 0.56, 0.25, 0.35)
    model = (
        Model()
        .add(MAIN, box((0, 0.015, 0), (1.06, 0.03, 1.06), 0.01))
        .add(bun, cylinder(r, 0.03, 0.16, 0.06))
    )
    model.add(fixed(0.36, 0.2, 0.12, 0.1), cylinder(r * 1.02, 0.16, 0.27, 0.05)).add(
        fixed(0.98, 0.78, 0.25, 0.2), box((0, 0.285, 0), (r * 1.75, 0.03, r * 1.75), 0.01)
    )
    wave = torus(r * 0.92, 0.09, 10).scaled(1, 0.3, 1)
    wave.points[:, 1] += (
        0.025 * np.sin(12 * np.arctan2(wave.points[:, 2], wave.points[:, 0]))
    ).astype(np.float32)
    model.add(LEAF, wave.moved(0, 0.33, 0)).add(
        fixed(0.85, 0.2, 0.15, 0.4), cylinder(r * 0.95, 0.34, 0.39, 0.02)
    )
    model.add(
        bun, lathe(curve([(r * 0.95, 0.38), (r * 1.04, 0.46), (r * 0.8, 0.64), (0, 0.72)], 6))
    )
    for _ in range(16):
        a, q = rng.uniform(0, 2 * math.pi), rng.uniform(0.1, 0.7) * r
        y = 0.385 + 0.335 * math.sqrt(max(0.0, 1 - (q / r / 1.03) ** 2))
        model.add(CREAM, ellipsoid((q * math.cos(a), y, q * math.sin(a)), (0.026, 0.014, 0.018), 8))
    return model


def apple(rng: Rng) -> Model:
    """An apple with a leaf."""
    w = rng.uniform(0.44, 0.5)
    flesh = lathe(
        curve(
            [
                (0.0, 0.04),
                (0.2, 0.0),
                (w * 0.9, 0.3),
                (w, 0.56),
                (w * 0.62, 0.84),
                (0.12, 0.8),
                (0.0, 0.72),
            ],
            7,
        )
    )
    model = (
        Model()
        .add(MAIN, flesh)
        .add(WOOD, tube([(0, 0.72, 0), (0.02, 0.88, 0), (0.07, 0.98, 0)], 0.022))
    )
    return model.add(
        LEAF, ellipsoid((0, 0, 0), (0.16, 0.06, 0.015), 12).turned("z", 25).moved(0.2, 0.95, 0)
    )


def pear(rng: Rng) -> Model:
    """A pear with its stalk."""
    w = rng.uniform(0.32, 0.37)
    neck = rng.uniform(0.14, 0.17)
    flesh = lathe(
        curve(
            [
                (0.0, 0.03),
                (0.16, 0.0),
                (w, 0.28),
                (w * 0.75, 0.52),
                (neck, 0.74),
                (0.08, 0.88),
                (0.0, 0.88),
            ],
            7,
        )
    )
    return (
        Model()
        .add(MAIN, flesh)
        .add(WOOD, tube([(0, 0.86, 0), (0.02, 0.95, 0), (0.06, 1.02, 0)], 0.02))
    )


def pumpkin(rng: Rng) -> Model:
    """A pumpkin with ribs; in the colour."""
    count = int(rng.integers(8, 11))
    flesh = ellipsoid((0, 0.36, 0), (0.5, 0.36, 0.5), 48)
    angle = np.arctan2(flesh.points[:, 2], flesh.points[:, 0])
    rib = 1 - 0.12 * np.abs(np.sin(angle * count / 2)) ** 0.5 * -1 - 0.12
    flesh.points[:, [0, 2]] *= rib[:, None].astype(np.float32)
    lean = np.cos(angle * count / 2) * np.sign(np.sin(angle * count / 2)) * 0.55
    flesh.normals[:, 0] += (np.sin(angle) * lean).astype(np.float32)
    flesh.normals[:, 2] -= (np.cos(angle) * lean).astype(np.float32)
    return (
        Model()
        .add(MAIN, flesh)
        .add(LEAF, tube([(0, 0.66, 0), (0.02, 0.8, 0), (0.09, 0.9, 0)], [0.07, 0.05, 0.055]))
    )
