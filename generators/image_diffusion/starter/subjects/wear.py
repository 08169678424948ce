"""What people wear and train with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from generators.image_diffusion.starter.mesh import (
    ACCENT,
    LABEL,
    MAIN,
    Model,
    Surface,
    arc,
    box,
    curve,
    cylinder,
    ellipsoid,
    fixed,
    hull,
    lathe,
    loft,
    slab,
    torus,
    tube,
)
from generators.image_diffusion.starter.subjects.paints import (
    DARK,
    GOLD,
    RUBBER,
    SCREEN,
    STEEL,
    WOOD,
)

if TYPE_CHECKING:
    from generators.image_diffusion.starter.subjects.paints import Rng


def watch(rng: Rng) -> Model:
    """A wristwatch seen from the front; strap in the colour."""
    r = rng.uniform(0.22, 0.26)
    strap = rng.uniform(0.13, 0.16)
    model = Model()
    for side in (-1, 1):
        band = box((0, 0.5 + side * (r + 0.14), -0.03), (2 * strap, 0.36, 0.05), 0.02)
        model.add(MAIN, band)
    frame = cylinder(r, -0.05, 0.05, 0.02).turned("x", 90).moved(0, 0.5, 0)
    model.add(
        GOLD if rng.random() < 0.4 else STEEL,
        frame,
        cylinder(0.035, -0.03, 0.03).turned("z", 90).moved(r + 0.02, 0.5, 0),
    )
    dial = cylinder(r * 0.86, 0, 0.012).turned("x", 90).moved(0, 0.5, 0.05)
    pale = rng.random() < 0.7
    model.add(fixed(0.95, 0.95, 0.93, 0.1) if pale else SCREEN, dial)
    hand = DARK if pale else fixed(0.95, 0.95, 0.95, 0.1)
    for angle, length in ((rng.uniform(0, 360), r * 0.7), (rng.uniform(0, 360), r * 0.48)):
        model.add(
            hand,
            box((0, length / 2, 0), (0.03, length, 0.01), 0.004)
            .turned("z", angle)
            .moved(0, 0.5, 0.07),
        )
    return model


def ring(rng: Rng) -> Model:
    """A finger ring with a stone; the stone has the colour."""
    r = rng.uniform(0.3, 0.34)
    model = Model().add(
        GOLD if rng.random() < 0.6 else STEEL, torus(r, 0.045).turned("x", 90).moved(0, r + 0.04, 0)
    )
    size = rng.uniform(0.17, 0.21)
    y = 2 * r + 0.06
    gem = lathe([(0, y - 0.06), (size, y + 0.1), (size * 0.62, y + 0.19), (0, y + 0.19)], 8)
    return model.add(MAIN, gem)


def sunglasses(rng: Rng) -> Model:
    """Sunglasses; the frame has the colour."""
    r = rng.uniform(0.2, 0.23)
    model = Model()
    for side in (-1, 1):
        x = side * (r + 0.06)
        lens = ellipsoid((x, 0.25, 0), (r, r * 0.9, 0.02))
        model.add(fixed(0.12, 0.13, 0.16, 0.9), lens)
        model.add(MAIN, torus(r, 0.03).turned("x", 90).scaled(1, 0.9, 1).moved(x, 0.25, 0))
        end = side * (2 * r + 0.07)
        model.add(
            MAIN,
            tube(
                [
                    (end, 0.32, 0),
                    (end + side * 0.02, 0.33, -0.3),
                    (end, 0.28, -0.55),
                    (end, 0.2, -0.62),
                ],
                0.022,
            ),
        )
    return model.add(MAIN, tube(arc((0, 0.27, 0.01), (0.07, 0.05), 0, 180, 8), 0.024))


def sneaker(rng: Rng) -> Model:
    """A running shoe seen from the side, toe to the left."""
    h = rng.uniform(0.42, 0.5)
    toe = rng.uniform(0.2, 0.25)
    upper = hull(
        [
            (-0.52, 0.1, 0.16, 0.08),
            (-0.48, 0.08, toe, 0.13),
            (-0.36, 0.07, toe + 0.04, 0.17),
            (-0.16, 0.07, 0.33, 0.17),
            (0.02, 0.07, h - 0.02, 0.15),
            (0.14, 0.07, h, 0.14),
            (0.3, 0.07, h * 0.88, 0.14),
            (0.42, 0.07, h * 0.98, 0.13),
            (0.48, 0.08, h * 0.8, 0.1),
            (0.5, 0.1, h * 0.5, 0.07),
        ]
    )
    model = Model().add(MAIN, upper)
    sole = hull(
        [
            (-0.55, 0.04, 0.1, 0.1),
            (-0.5, 0.02, 0.12, 0.16),
            (-0.25, 0.0, 0.12, 0.2),
            (0.1, 0.0, 0.13, 0.17),
            (0.4, 0.0, 0.16, 0.17),
            (0.52, 0.01, 0.16, 0.13),
            (0.56, 0.04, 0.13, 0.08),
        ],
        3,
    )
    model.add(fixed(0.94, 0.94, 0.93, 0.1) if rng.random() < 0.7 else RUBBER, sole)
    model.add(DARK, ellipsoid((0.28, h * 0.9, 0), (0.13, 0.05, 0.1)))
    for i in range(4):
        x, y = -0.22 + 0.075 * i, 0.29 + (h - 0.29) * (i + 0.6) / 4.4
        model.add(
            LABEL, tube([(x, y - 0.05, -0.13), (x + 0.01, y + 0.035, 0), (x, y - 0.05, 0.13)], 0.02)
        )
    for z in (0.168, -0.168):
        model.add(
            ACCENT,
            tube(
                [
                    (x, y, z)
                    for x, y in curve([(0.36, 0.2), (0.16, 0.17), (-0.02, 0.22), (-0.08, 0.34)], 4)
                ],
                0.026,
            ),
        )
    return model


def boot(rng: Rng) -> Model:
    """A boot seen from the side, toe to the left."""
    h = rng.uniform(0.78, 0.95)
    shaft = loft(
        [(0.1, 0.2, 0, 0.19, 0.14), (0.35, 0.2, 0, 0.17, 0.13), (h, 0.2, 0, 0.19, 0.15)], 2.2
    )
    foot = hull(
        [
            (-0.46, 0.1, 0.17, 0.07),
            (-0.42, 0.07, 0.25, 0.13),
            (-0.2, 0.07, 0.31, 0.16),
            (0.05, 0.07, 0.42, 0.15),
            (0.2, 0.07, 0.44, 0.14),
            (0.36, 0.07, 0.4, 0.13),
            (0.4, 0.1, 0.3, 0.08),
        ]
    )
    model = Model().add(MAIN, shaft, foot)
    sole = hull(
        [
            (-0.5, 0.03, 0.08, 0.08),
            (-0.44, 0.01, 0.1, 0.15),
            (0.1, 0.01, 0.1, 0.16),
            (0.38, 0.01, 0.1, 0.15),
            (0.43, 0.03, 0.08, 0.09),
        ],
        3,
    )
    model.add(
        RUBBER,
        sole,
        box((0.28, 0.03, 0), (0.24, 0.1, 0.27), 0.02),
        ellipsoid((0.2, h + 0.005, 0), (0.16, 0.02, 0.12)),
    )
    return model.add(ACCENT, loft([(h - 0.08, 0.2, 0, 0.2, 0.16), (h, 0.2, 0, 0.2, 0.16)], 2.2))


def hat(rng: Rng) -> Model:
    """A hat with a brim and a band."""
    r = rng.uniform(0.26, 0.3)
    h = rng.uniform(0.36, 0.44)
    crown = lathe(
        [
            (r, 0.03),
            (r * 0.95, h - 0.06),
            *curve([(r * 0.95, h - 0.06), (r * 0.8, h), (0, h - 0.02)], 4),
        ]
    )
    brim = lathe(
        [
            *curve([(r, 0.04), (r * 1.5, 0.03), (r * 2.0, 0.08)], 4),
            (r * 2.0, 0.06),
            (r * 1.5, 0.0),
            (r, 0.0),
        ]
    )
    return (
        Model()
        .add(MAIN, crown, brim)
        .add(ACCENT, lathe([(r + 0.008, 0.04), (r * 0.98 + 0.008, 0.14)]))
    )


def tshirt(rng: Rng) -> Model:
    """A T-shirt laid out flat."""
    w, s = rng.uniform(0.26, 0.3), rng.uniform(0.17, 0.21)
    half = [(0.09, 0.92), (w, 0.86), (w + s, 0.62), (w + s - 0.12, 0.54), (w, 0.64), (w, 0.0)]
    outline = [*half, *[(-x, y) for x, y in reversed(half)], (-0.04, 0.86), (0.04, 0.86)]
    model = Model().add(MAIN, slab(outline, 0.08, 0.03))
    mark = (
        cylinder(0.1, 0, 0.012).turned("x", 90)
        if rng.random() < 0.5
        else box((0, 0, 0), (0.3, 0.1, 0.02), 0.005)
    )
    return model.add(LABEL, mark.moved(0, 0.55, 0.07))


def umbrella(rng: Rng) -> Model:
    """An open umbrella with eight panels."""
    r = rng.uniform(0.5, 0.56)
    striped = rng.random() < 0.5
    dome = lathe(curve([(r, 0.6), (r * 0.86, 0.76), (r * 0.5, 0.9), (0.01, 0.96)], 5), 40)
    centers = dome.points[dome.triangles].mean(1)
    panel = (np.arctan2(centers[:, 2], centers[:, 0]) / (2 * math.pi) * 8).astype(int) % 8
    model = Model()
    for index in range(8):
        part = Surface(dome.points, dome.normals, dome.triangles[panel == index])
        model.add(ACCENT if striped and index % 2 else MAIN, part)
    model.add(STEEL, cylinder(0.016, 0.08, 1.02))
    return model.add(
        WOOD, tube([(0.0, 0.16, 0.0), *arc((0.06, 0.08, 0), (0.06, 0.07), 180, 360, 12)], 0.026)
    )


def dumbbell(rng: Rng) -> Model:
    """A dumbbell that lies on the ground."""
    r = rng.uniform(0.2, 0.24)
    model = Model().add(STEEL, cylinder(0.045, -0.3, 0.3).turned("z", 90).moved(0, r, 0))
    for side in (-1, 1):
        for x, radius in ((0.3, r), (0.42, r * 0.82)):
            model.add(
                MAIN, cylinder(radius, -0.06, 0.06, 0.03).turned("z", 90).moved(side * x, r, 0)
            )
    return model


def ball(rng: Rng) -> Model:
    """A basketball with its seams."""
    del rng
    model = Model().add(MAIN, ellipsoid((0, 0.5, 0), (0.5, 0.5, 0.5), 40))
    for axis, turn in (("x", 90), ("x", 0), ("z", 90)):
        model.add(RUBBER, torus(0.497, 0.012, 8).turned(axis, turn).moved(0, 0.5, 0))
    for side in (-1, 1):
        model.add(RUBBER, torus(0.36, 0.012, 8).turned("z", 90).moved(side * 0.345, 0.5, 0))
    return model


def trophy(rng: Rng) -> Model:
    """A cup with two handles on a base."""
    r = rng.uniform(0.24, 0.28)
    bowl = lathe(curve([(0.04, 0.4), (0.1, 0.44), (r * 0.9, 0.62), (r, 0.95)], 6))
    model = Model().add(
        MAIN,
        bowl,
        lathe([(r, 0.95), (r - 0.03, 0.95), (r * 0.8, 0.65)]),
        lathe(curve([(0.13, 0.14), (0.05, 0.22), (0.04, 0.42)], 5)),
    )
    for side in (-1, 1):
        model.add(
            MAIN,
            tube(
                [
                    (side * x, y, 0.0)
                    for x, y in curve(
                        [(r * 0.95, 0.86), (r + 0.14, 0.84), (r + 0.1, 0.66), (r * 0.7, 0.58)], 5
                    )
                ],
                0.025,
            ),
        )
    return model.add(DARK, box((0, 0.07, 0), (0.32, 0.14, 0.32), 0.015))
