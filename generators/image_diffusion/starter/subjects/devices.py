"""Electronics and instruments."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

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
    slab,
    torus,
    tube,
)
from generators.image_diffusion.starter.subjects.paints import DARK, RUBBER, SCREEN, STEEL, WOOD

if TYPE_CHECKING:
    from generators.image_diffusion.starter.subjects.paints import Rng


def _grille(radius: float, x: float, y: float, z: float) -> Model:
    """Return a loudspeaker's cone that looks to the front."""
    cone = lathe(
        [(radius, 0.02), (radius * 0.86, 0.03), (radius * 0.8, 0.0), (radius * 0.3, -0.03)]
    ).turned("x", 90)
    dome = ellipsoid((0, 0, 0.0), (radius * 0.32, radius * 0.32, 0.03))
    model = Model().add(fixed(0.16, 0.16, 0.17, 0.3), cone.moved(x, y, z))
    return model.add(fixed(0.4, 0.4, 0.42, 0.5), dome.moved(x, y, z - 0.01))


def phone(rng: Rng) -> Model:
    """A smartphone that stands upright, its case in the colour."""
    w, h = rng.uniform(0.44, 0.5), rng.uniform(0.92, 1.0)
    model = Model().add(MAIN, box((0, h / 2, 0), (w, h, 0.07), 0.03))
    model.add(SCREEN, box((0, h / 2, 0.03), (w * 0.88, h * 0.91, 0.014), 0.006))
    for row in range(3):
        for column in range(3):
            model.add(
                LABEL if (row + column) % 2 else ACCENT,
                box(
                    ((column - 1) * w * 0.26, h * (0.32 + 0.17 * row), 0.038),
                    (w * 0.17, w * 0.17, 0.01),
                    0.004,
                ),
            )
    return model


def laptop(rng: Rng) -> Model:
    """An open laptop; lid and base have the colour."""
    w, d = rng.uniform(0.98, 1.08), rng.uniform(0.62, 0.7)
    lean = rng.uniform(10, 22)
    lid = Model().add(MAIN, box((0, 0.33, 0), (w, 0.66, 0.03), 0.012))
    lid.add(SCREEN, box((0, 0.34, 0.014), (w * 0.92, 0.56, 0.008), 0.002))
    lid.add(ACCENT, box((-w * 0.18, 0.42, 0.02), (w * 0.36, 0.14, 0.006), 0.001)).add(
        LABEL, box((-w * 0.1, 0.24, 0.02), (w * 0.52, 0.05, 0.006), 0.001)
    )
    model = Model().add(MAIN, box((0, 0.02, 0), (w, 0.04, d), 0.012))
    model.add(RUBBER, box((0, 0.04, -d * 0.12), (w * 0.86, 0.008, d * 0.42), 0.002)).add(
        STEEL, box((0, 0.041, d * 0.3), (w * 0.3, 0.006, d * 0.24), 0.002)
    )
    model.parts += lid.mapped("x", -lean, at=(0, 0.03, -d / 2 + 0.02)).parts
    return model


def television(rng: Rng) -> Model:
    """A screen on a stand."""
    w, h = rng.uniform(1.05, 1.2), rng.uniform(0.62, 0.7)
    model = Model().add(MAIN, box((0, h / 2 + 0.2, 0), (w, h, 0.07), 0.015))
    model.add(SCREEN, box((0, h / 2 + 0.2, 0.034), (w * 0.93, h * 0.87, 0.01), 0.002))
    model.add(ACCENT, ellipsoid((w * 0.2, h * 0.5 + 0.25, 0.036), (0.1, 0.1, 0.008))).add(
        LABEL, slab([(-w * 0.4, 0), (w * 0.1, 0), (-w * 0.15, h * 0.4)], 0.008).moved(0, 0.28, 0.04)
    )
    return model.add(
        MAIN,
        box((0, 0.12, -0.01), (0.09, 0.2, 0.05), 0.01),
        box((0, 0.015, 0), (0.46, 0.03, 0.24), 0.012),
    )


def camera(rng: Rng) -> Model:
    """A photo camera with its lens to the front."""
    w, h, d = rng.uniform(0.86, 0.96), rng.uniform(0.48, 0.54), 0.26
    r = rng.uniform(0.2, 0.23)
    model = Model().add(
        MAIN, box((0, h / 2, 0), (w, h, d), 0.05), box((0, h + 0.05, 0), (0.3, 0.14, 0.2), 0.05)
    )
    lens = lathe(
        [
            (0, 0),
            (r, 0),
            (r, 0.16),
            (r * 0.96, 0.2),
            (r * 0.96, 0.3),
            (r * 0.78, 0.3),
            (r * 0.7, 0.24),
        ]
    ).turned("x", 90)
    model.add(DARK, lens.moved(0.02, h * 0.47, d / 2)).add(
        fixed(0.2, 0.3, 0.5, 0.9),
        ellipsoid((0.02, h * 0.47, d / 2 + 0.24), (r * 0.7, r * 0.7, 0.05)),
    )
    model.add(
        ACCENT,
        cylinder(0.06, h, h + 0.06, 0.01).moved(-w * 0.33, 0, 0),
        box((-w * 0.38, h * 0.5, d / 2), (w * 0.18, h * 0.8, 0.03), 0.01),
    )
    return model.add(STEEL, cylinder(0.04, h, h + 0.05, 0.01).moved(w * 0.34, 0, 0))


def speaker(rng: Rng) -> Model:
    """A loudspeaker box with two cones."""
    w, h, d = rng.uniform(0.5, 0.56), rng.uniform(0.88, 0.98), 0.42
    model = Model().add(MAIN, box((0, h / 2, 0), (w, h, d), 0.03))
    model.parts += _grille(w * 0.38, 0, h * 0.34, d / 2 + 0.005).parts
    model.parts += _grille(w * 0.22, 0, h * 0.76, d / 2 + 0.005).parts
    return model


def headphones(rng: Rng) -> Model:
    """Over-ear headphones."""
    span = rng.uniform(0.36, 0.42)
    model = Model().add(
        MAIN, tube(arc((0, 0.42, 0), (span, rng.uniform(0.48, 0.55)), 0, 180, 32), 0.04)
    )
    for side in (-1, 1):
        shell = cylinder(0.2, -0.055, 0.055, 0.03).turned("z", 90)
        pad = torus(0.14, 0.055).turned("z", 90)
        model.add(MAIN, shell.scaled(1, 1.15, 1).moved(side * (span + 0.02), 0.3, 0))
        model.add(DARK, pad.scaled(1, 1.15, 1).moved(side * (span - 0.06), 0.3, 0))
        model.add(ACCENT, ellipsoid((side * (span + 0.075), 0.3, 0), (0.02, 0.12, 0.1)))
    return model


def clock(rng: Rng) -> Model:
    """A wall clock on a foot, its frame in the colour."""
    r = rng.uniform(0.38, 0.42)
    model = Model().add(
        MAIN,
        lathe([(0, -0.06), (r, -0.06), (r + 0.04, 0), (r, 0.06), (r - 0.06, 0.05)])
        .turned("x", 90)
        .moved(0, 0.5, 0),
    )
    model.add(
        fixed(0.96, 0.96, 0.94, 0.1), cylinder(r - 0.04, 0, 0.02).turned("x", 90).moved(0, 0.5, 0.0)
    )
    for hour in range(12):
        a = math.pi * hour / 6
        model.add(
            DARK,
            ellipsoid(
                ((r - 0.1) * math.sin(a), 0.5 + (r - 0.1) * math.cos(a), 0.03),
                (0.022, 0.022, 0.01),
                6,
            ),
        )
    for angle, length, wide in (
        (rng.uniform(0, 360), r * 0.62, 0.03),
        (rng.uniform(0, 360), r * 0.4, 0.04),
    ):
        model.add(
            DARK,
            box((0, length / 2, 0), (wide, length, 0.012), 0.004)
            .turned("z", angle)
            .moved(0, 0.5, 0.04),
        )
    for side in (-1, 1):
        model.add(ACCENT, tube([(side * 0.2, 0.16, 0), (side * 0.27, 0.0, 0)], 0.035))
    return model


def guitar(rng: Rng) -> Model:
    """An acoustic guitar that stands upright."""
    low, high = rng.uniform(0.23, 0.26), rng.uniform(0.17, 0.19)
    right = curve(
        [
            (0.02, 0.0),
            (low, 0.12),
            (low * 0.95, 0.24),
            (high * 0.8, 0.34),
            (high, 0.46),
            (0.1, 0.56),
            (0.0, 0.57),
        ],
        5,
    )
    outline = [*right, *[(-x, y) for x, y in reversed(right[:-1])]]
    model = Model().add(MAIN, slab(outline, 0.11))
    model.add(
        DARK,
        cylinder(0.075, 0, 0.006).turned("x", 90).moved(0, 0.38, 0.052),
        box((0, 0.16, 0.06), (0.16, 0.03, 0.02), 0.005),
    )
    model.add(
        WOOD,
        box((0, 0.76, 0.045), (0.05, 0.5, 0.03), 0.008),
        box((0, 1.04, 0.04), (0.09, 0.13, 0.03), 0.01),
    )
    return model
