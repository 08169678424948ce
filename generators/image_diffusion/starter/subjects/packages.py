"""Boxes, bags and cases: what things are packed and carried in."""

from __future__ import annotations

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
    loft,
    slab,
    tube,
)
from generators.image_diffusion.starter.subjects.paints import DARK, GOLD, STEEL

if TYPE_CHECKING:
    from generators.image_diffusion.starter.subjects.paints import Rng


def carton(rng: Rng) -> Model:
    """A product box with a label."""
    w, h, d = rng.uniform(0.5, 0.7), rng.uniform(0.7, 0.95), rng.uniform(0.25, 0.5)
    model = Model().add(MAIN, box((0, h / 2, 0), (w, h, d), 0.012))
    model.add(LABEL, box((0, h * rng.uniform(0.45, 0.6), d / 2), (w * 0.7, h * 0.32, 0.01), 0.002))
    return model.add(ACCENT, box((0, h * 0.12, 0), (w + 0.006, h * 0.08, d + 0.006), 0.002))


def gift(rng: Rng) -> Model:
    """A present with a ribbon and a bow."""
    w, h = rng.uniform(0.66, 0.8), rng.uniform(0.5, 0.66)
    model = Model().add(
        MAIN,
        box((0, h / 2, 0), (w, h, w), 0.015),
        box((0, h, 0), (w + 0.06, 0.13, w + 0.06), 0.015),
    )
    band = w + 0.075
    model.add(
        ACCENT,
        box((0, h / 2, 0), (0.13, h, band), 0.004),
        box((0, h / 2, 0), (band, h, 0.13), 0.004),
    )
    model.add(
        ACCENT, box((0, h, 0), (0.14, 0.14, band), 0.004), box((0, h, 0), (band, 0.14, 0.14), 0.004)
    )
    for side in (-1, 1):
        loop = [
            (0.0, h + 0.08, 0.0),
            (side * 0.12, h + 0.24, 0),
            (side * 0.26, h + 0.24, 0),
            (side * 0.24, h + 0.12, 0),
            (0.0, h + 0.08, 0.0),
        ]
        model.add(
            ACCENT, tube([(x, y, 0.0) for x, y in curve([(p[0], p[1]) for p in loop], 5)], 0.045)
        )
    return model.add(ACCENT, ellipsoid((0, h + 0.1, 0), (0.07, 0.06, 0.07)))


def milk_carton(rng: Rng) -> Model:
    """A carton of milk with a gable top."""
    w = rng.uniform(0.4, 0.46)
    h = rng.uniform(0.62, 0.7)
    gable = (
        slab([(-w / 2, 0), (w / 2, 0), (0.012, 0.24), (-0.012, 0.24)], w)
        .turned("y", 90)
        .moved(0, h, 0)
    )
    model = Model().add(MAIN, box((0, h / 2, 0), (w, h, w), 0.008), gable)
    model.add(
        LABEL,
        box((0, h + 0.27, 0), (w, 0.1, 0.03), 0.004),
        box((0, h * 0.45, 0), (w + 0.008, h * 0.4, w + 0.008), 0.003),
    )
    return model.add(
        ACCENT, cylinder(0.06, 0, 0.06, 0.01).turned("x", 45).moved(0, h + 0.1, w * 0.3)
    )


def pouch(rng: Rng) -> Model:
    """A stand-up pouch with a seal on top."""
    w = rng.uniform(0.3, 0.36)
    body = loft(
        [
            (0.0, 0, 0, w * 0.94, 0.17),
            (0.05, 0, 0, w, 0.18),
            (0.4, 0, 0, w, 0.14),
            (0.85, 0, 0, w, 0.02),
            (0.88, 0, 0, w, 0.012),
        ],
        2.6,
    )
    model = Model().add(MAIN, body).add(ACCENT, box((0, 0.93, 0), (2 * w, 0.13, 0.02), 0.005))
    label = (
        ellipsoid((0, 0.45, 0.055), (w * 0.62, 0.2, 0.09))
        if rng.random() < 0.5
        else box((0, 0.45, 0.1), (w * 1.2, 0.32, 0.08), 0.02)
    )
    return model.add(LABEL, label)


def shopping_bag(rng: Rng) -> Model:
    """A paper bag with two handles."""
    w, h, d = rng.uniform(0.6, 0.7), rng.uniform(0.66, 0.76), rng.uniform(0.24, 0.32)
    model = Model().add(MAIN, box((0, h / 2, 0), (w, h, d), 0.006))
    for z in (-d / 2, d / 2):
        model.add(
            ACCENT,
            tube([(x, y, z) for x, y, _ in arc((0, h - 0.01, 0), (w * 0.24, 0.22), 0, 180)], 0.018),
        )
    emblem = cylinder(0.13, 0, 0.012).turned("x", 90).moved(0, h * 0.5, d / 2)
    return model.add(LABEL, emblem)


def handbag(rng: Rng) -> Model:
    """A handbag with a flap, a clasp and a handle."""
    w, h, d = rng.uniform(0.42, 0.48), rng.uniform(0.5, 0.58), 0.15
    body = loft(
        [
            (0.0, 0, 0, w * 0.97, d),
            (0.04, 0, 0, w, d * 1.05),
            (h, 0, 0, w * rng.uniform(0.72, 0.85), d * 0.75),
        ],
        5,
    )
    model = Model().add(
        MAIN, body, tube(arc((0, h - 0.03, 0), (w * 0.5, rng.uniform(0.3, 0.4)), 0, 180), 0.03)
    )
    flap = slab(
        [(-w * 0.86, h), (w * 0.86, h), (w * 0.7, h * 0.5), (0, h * 0.42), (-w * 0.7, h * 0.5)],
        0.05,
        0.02,
    )
    model.add(ACCENT, flap.moved(0, 0, d * 0.95))
    return model.add(GOLD, box((0, h * 0.48, d + 0.05), (0.1, 0.08, 0.03), 0.01))


def backpack(rng: Rng) -> Model:
    """A backpack with a front pocket."""
    w = rng.uniform(0.3, 0.35)
    body = loft(
        [
            (0.0, 0, 0, w * 0.9, 0.18),
            (0.05, 0, 0, w, 0.21),
            (0.6, 0, 0, w, 0.2),
            (0.8, 0, 0, w * 0.85, 0.16),
            (0.9, 0, 0, w * 0.5, 0.09),
            (0.92, 0, 0, w * 0.2, 0.05),
        ],
        3.4,
    )
    pocket = loft(
        [
            (0.06, 0, 0.18, w * 0.72, 0.1),
            (0.1, 0, 0.18, w * 0.76, 0.13),
            (0.32, 0, 0.18, w * 0.74, 0.11),
            (0.38, 0, 0.18, w * 0.6, 0.06),
        ],
        4,
    )
    model = Model().add(MAIN, body).add(ACCENT, pocket)
    model.add(
        DARK,
        tube(arc((0, 0.9, 0), (0.09, 0.1), 0, 180), 0.025),
        tube(arc((0, 0.5, 0.2), (w * 0.85, 0.25), 10, 170), 0.014),
    )
    for side in (-1, 1):
        model.add(
            ACCENT,
            tube(
                [
                    (side * w * 0.9, 0.75, -0.12),
                    (side * (w + 0.09), 0.5, -0.14),
                    (side * w * 0.95, 0.15, -0.1),
                ],
                0.035,
            ),
        )
    return model


def suitcase(rng: Rng) -> Model:
    """A trolley case with grooves, wheels and a drawn handle."""
    w, h, d = rng.uniform(0.46, 0.54), rng.uniform(0.66, 0.72), 0.28
    model = Model().add(MAIN, box((0, h / 2 + 0.07, 0), (w, h, d), 0.06))
    for x in (-0.3, -0.1, 0.1, 0.3):
        model.add(MAIN, box((x * w, h / 2 + 0.07, d / 2), (0.035, h * 0.8, 0.03), 0.012))
    for side in (-1, 1):
        model.add(
            DARK,
            cylinder(0.05, -0.03, 0.03, 0.01).turned("z", 90).moved(side * w * 0.36, 0.05, 0.05),
        )
        model.add(
            STEEL, tube([(side * 0.11, h + 0.06, -0.05), (side * 0.11, h + 0.3, -0.05)], 0.016)
        )
    return model.add(DARK, box((0, h + 0.31, -0.05), (0.3, 0.05, 0.06), 0.02))
