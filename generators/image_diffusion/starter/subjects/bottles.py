"""Bottles, jars, cups and other round vessels."""

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
    fixed,
    lathe,
    loft,
    tube,
)
from generators.image_diffusion.starter.subjects.paints import CREAM, DARK, GOLD, STEEL

if TYPE_CHECKING:
    from generators.image_diffusion.starter.subjects.paints import Rng


def _body(
    radius: float, low: float, high: float, round_: float = 0.03
) -> list[tuple[float, float]]:
    """Return the profile of an upright body with rounded lower and upper edges, open on top."""
    return [
        (0.0, low),
        *curve(
            [
                (radius - round_, low),
                (radius - 0.25 * round_, low + 0.25 * round_),
                (radius, low + round_),
            ],
            3,
        ),
        *curve(
            [
                (radius, high - round_),
                (radius - 0.25 * round_, high - 0.25 * round_),
                (radius - round_, high),
            ],
            3,
        ),
    ]


def _wrap(radius: float, low: float, high: float) -> list[tuple[float, float]]:
    return [(radius + 0.004, low), (radius + 0.004, high)]


def water_bottle(rng: Rng) -> Model:
    """A sports or thermos bottle with a screw cap and, often, a loop."""
    r = rng.uniform(0.15, 0.19)
    neck = r * rng.uniform(0.55, 0.75)
    h = rng.uniform(0.72, 0.78)
    shoulder = curve([(r, h - 0.14), (r * 0.95, h - 0.06), (neck, h)], 4)
    model = Model().add(MAIN, lathe([*_body(r, 0, h - 0.16)[:-5], *shoulder, (0.0, h)]))
    model.add(ACCENT, cylinder(neck * 1.1, h, h + 0.14, 0.02))
    if rng.random() < 0.6:
        model.add(ACCENT, tube(arc((0, h + 0.13, 0), (neck * 0.7, 0.09), 0, 180), 0.018))
    if rng.random() < 0.5:
        model.add(LABEL, lathe(_wrap(r, 0.22, 0.28)))
    return model


def wine_bottle(rng: Rng) -> Model:
    """A tall bottle with a long neck, a label and a capsule."""
    r = rng.uniform(0.125, 0.15)
    s = rng.uniform(0.5, 0.58)
    outline = [
        *_body(r, 0, s, 0.02)[:-5],
        *curve([(r, s), (r * 0.9, s + 0.07), (0.05, s + 0.17), (0.045, 0.99)], 5),
    ]
    model = Model().add(MAIN, lathe([*outline, (0.0, 0.99)]))
    model.add(LABEL, lathe(_wrap(r, 0.13, rng.uniform(0.36, 0.44))))
    model.add(ACCENT, cylinder(0.052, 0.84, 1.0, 0.008))
    return model


def perfume(rng: Rng) -> Model:
    """A flat perfume flacon with a metal collar and a block of a cap."""
    w, d = rng.uniform(0.5, 0.66), rng.uniform(0.2, 0.3)
    h = rng.uniform(0.5, 0.62)
    if rng.random() < 0.65:
        model = Model().add(MAIN, box((0, h / 2, 0), (w, h, d), 0.05))
    else:
        body = ellipsoid((0, h / 2, 0), (w / 2, h / 2, d / 1.6))
        model = Model().add(MAIN, body, box((0, 0.02, 0), (w * 0.5, 0.04, d * 0.8), 0.01))
    model.add(GOLD, cylinder(0.075, h - 0.01, h + 0.06, 0.01))
    model.add(ACCENT, box((0, h + 0.16, 0), (0.2, 0.2, 0.18), 0.03))
    model.add(LABEL, box((0, h * 0.45, d / 2), (w * 0.42, h * 0.3, 0.012), 0.004))
    return model


def spray_bottle(rng: Rng) -> Model:
    """A cleaning bottle with a trigger head."""
    w, d = rng.uniform(0.17, 0.2), rng.uniform(0.11, 0.14)
    body = loft(
        [
            (0, 0, 0, w * 0.95, d * 0.95),
            (0.03, 0, 0, w, d),
            (0.38, 0, 0, w, d),
            (0.52, 0, 0, w * 0.7, d * 0.7),
            (0.66, 0, 0, 0.055, 0.055),
            (0.7, 0, 0, 0.055, 0.055),
        ],
        2.6,
    )
    model = Model().add(MAIN, body).add(ACCENT, cylinder(0.07, 0.68, 0.76, 0.01))
    model.add(
        ACCENT,
        box((-0.05, 0.85, 0), (0.34, 0.13, 0.11), 0.03),
        box((-0.25, 0.87, 0), (0.08, 0.06, 0.06), 0.01),
    )
    model.add(ACCENT, tube([(-0.12, 0.8, 0), (-0.17, 0.72, 0), (-0.16, 0.62, 0)], 0.025))
    model.add(
        LABEL, loft([(0.1, 0, 0, w + 0.004, d + 0.004), (0.34, 0, 0, w + 0.004, d + 0.004)], 2.6)
    )
    return model


def pump_bottle(rng: Rng) -> Model:
    """A soap or lotion dispenser."""
    r = rng.uniform(0.17, 0.22)
    h = rng.uniform(0.55, 0.66)
    model = Model().add(MAIN, lathe([*_body(r, 0, h, 0.05), (0.07, h + 0.01), (0.07, h + 0.05)]))
    model.add(ACCENT, cylinder(0.08, h + 0.03, h + 0.1, 0.01), cylinder(0.025, h + 0.1, h + 0.22))
    model.add(
        ACCENT,
        box((-0.07, h + 0.25, 0), (0.28, 0.06, 0.1), 0.025),
        tube([(-0.19, h + 0.25, 0), (-0.22, h + 0.2, 0)], 0.022),
    )
    model.add(LABEL, lathe(_wrap(r, 0.14, h * 0.68)))
    return model


def jar(rng: Rng) -> Model:
    """A wide jar of cream or jam with a lid."""
    r = rng.uniform(0.32, 0.42)
    h = rng.uniform(0.4, 0.6)
    model = Model().add(MAIN, lathe([*_body(r, 0, h, 0.06), (r * 0.85, h), (r * 0.85, h + 0.03)]))
    model.add(ACCENT, cylinder(r * 0.96, h + 0.02, h + rng.uniform(0.15, 0.2), 0.025))
    model.add(LABEL, lathe(_wrap(r, h * 0.25, h * 0.75)))
    return model


def can(rng: Rng) -> Model:
    """A drink can with a rim of aluminium."""
    r = rng.uniform(0.24, 0.29)
    low = [(0.0, 0.0), (r * 0.75, 0.0), (r * 0.8, 0.02), (r, 0.09)]
    model = Model().add(MAIN, lathe([(r, 0.09), (r, 0.84), (r * 0.8, 0.92)]))
    model.add(
        STEEL,
        lathe(low),
        lathe([(r * 0.8, 0.92), (r * 0.82, 0.95), (r * 0.76, 0.95), (r * 0.74, 0.92), (0, 0.92)]),
    )
    model.add(STEEL, ellipsoid((0, 0.93, r * 0.25), (0.07, 0.012, 0.11)))
    if rng.random() < 0.7:
        model.add(LABEL, lathe(_wrap(r, rng.uniform(0.2, 0.3), rng.uniform(0.5, 0.66))))
    return model


def cosmetic_tube(rng: Rng) -> Model:
    """A tube of cream that stands on its cap."""
    r = rng.uniform(0.14, 0.18)
    body = loft(
        [
            (0.16, 0, 0, r * 0.9, r * 0.9),
            (0.2, 0, 0, r, r),
            (0.5, 0, 0, r * 1.05, r * 0.8),
            (0.9, 0, 0, r * 1.35, 0.03),
            (1.0, 0, 0, r * 1.38, 0.012),
        ]
    )
    model = Model().add(MAIN, body).add(ACCENT, cylinder(r * 0.9, 0, 0.16, 0.02))
    label = loft([(0.34, 0, 0, r * 1.03, r * 0.93), (0.6, 0, 0, r * 1.13, r * 0.66)])
    return model.add(LABEL, label) if rng.random() < 0.6 else model


def mug(rng: Rng) -> Model:
    """A mug with its handle at the side."""
    r = rng.uniform(0.3, 0.36)
    h = rng.uniform(0.68, 0.82)
    profile = [
        *_body(r, 0, h, 0.05)[:-3],
        (r, h),
        (r - 0.02, h + 0.012),
        (r - 0.045, h),
        (r - 0.05, 0.12),
    ]
    model = Model().add(
        MAIN, lathe(profile), tube(arc((r - 0.01, h / 2, 0), (0.19, h * 0.3), 95, -95), 0.045)
    )
    model.add(fixed(0.25, 0.14, 0.08, 0.3), lathe([(r - 0.05, h * 0.86), (0.0, h * 0.86)]))
    return model


def coffee_cup(rng: Rng) -> Model:
    """A paper cup to go with a lid and a sleeve."""
    low, high = rng.uniform(0.2, 0.23), rng.uniform(0.28, 0.32)
    model = Model().add(MAIN, lathe([(0.0, 0.0), (low, 0.0), (high, 0.85)]))
    model.add(
        ACCENT,
        lathe(
            [
                (high + 0.02, 0.84),
                (high + 0.02, 0.88),
                (high - 0.02, 0.9),
                (high - 0.03, 0.97),
                (high - 0.06, 0.98),
                (high - 0.07, 0.95),
                (0, 0.95),
            ]
        ),
    )
    grow = (high - low) / 0.85
    a, b = rng.uniform(0.25, 0.3), rng.uniform(0.55, 0.62)
    model.add(LABEL, lathe([(low + grow * a + 0.008, a), (low + grow * b + 0.008, b)]))
    return model


def bowl(rng: Rng) -> Model:
    """A bowl of soup or grains."""
    h = rng.uniform(0.34, 0.44)
    outer = curve([(0.2, 0.03), (0.42, 0.14), (0.5, h)], 6)
    inner = curve([(0.47, h), (0.4, 0.16), (0.1, 0.08)], 6)
    model = Model().add(MAIN, lathe([(0, 0), (0.19, 0), (0.2, 0.03), *outer, *inner]))
    fill = [fixed(0.93, 0.9, 0.8, 0.1), fixed(0.85, 0.45, 0.15, 0.3), fixed(0.5, 0.62, 0.25, 0.2)][
        int(rng.integers(3))
    ]
    return model.add(fill, ellipsoid((0, h * 0.84, 0), (0.43, 0.06, 0.43)))


def vase(rng: Rng) -> Model:
    """A vase with a belly and a lip."""
    belly, neck = rng.uniform(0.26, 0.36), rng.uniform(0.09, 0.14)
    y = rng.uniform(0.3, 0.45)
    outline = curve([(0.14, 0.0), (belly, y), (neck, 0.78), (neck * 1.6, 0.98)], 9)
    inner = [(neck * 1.6 - 0.03, 0.97), (neck * 0.7, 0.75), (0.0, 0.74)]
    return Model().add(MAIN, lathe([(0, 0), *outline, *inner]))


def teapot(rng: Rng) -> Model:
    """A round teapot with spout, handle and lid."""
    r = rng.uniform(0.32, 0.37)
    y = 0.33
    model = Model().add(MAIN, ellipsoid((0, y, 0), (r, 0.3, r)), cylinder(0.2, 0, 0.06, 0.02))
    model.add(
        MAIN,
        tube(
            [(-r * 0.8, 0.28, 0), (-r - 0.1, 0.38, 0), (-r - 0.17, 0.52, 0), (-r - 0.24, 0.6, 0)],
            [0.09, 0.065, 0.05, 0.045],
        ),
    )
    model.add(ACCENT, tube(arc((r - 0.02, y + 0.02, 0), (0.22, 0.2), 100, -100), 0.035))
    model.add(
        ACCENT,
        lathe(curve([(0.2, 0.6), (0.14, 0.66), (0.03, 0.68)], 4)),
        ellipsoid((0, 0.71, 0), (0.05, 0.05, 0.05)),
    )
    return model


def drinking_glass(rng: Rng) -> Model:
    """A glass of juice with a straw; the drink has the colour."""
    r = rng.uniform(0.21, 0.25)
    model = Model().add(MAIN, lathe([(0, 0.05), (r * 0.78, 0.05), (r * 0.96, 0.66), (0, 0.66)]))
    glass = fixed(0.88, 0.94, 0.97, 0.6)
    model.add(
        glass,
        lathe([(0, 0), (r * 0.8, 0), (r * 0.8, 0.05)]),
        lathe([(r * 0.97, 0.66), (r, 0.78), (r - 0.02, 0.78), (r * 0.94, 0.66)]),
    )
    lean = rng.uniform(0.1, 0.2)
    model.add(ACCENT, tube([(-0.02, 0.6, 0), (lean, 1.02, 0)], 0.024))
    if rng.random() < 0.6:
        slice_ = cylinder(0.12, -0.015, 0.015).turned("x", 90).moved(-r * 0.95, 0.8, 0.02)
        model.add(fixed(0.98, 0.8, 0.2, 0.2), slice_)
    return model


def lipstick(rng: Rng) -> Model:
    """A lipstick without its cap."""
    r = rng.uniform(0.13, 0.15)
    h = rng.uniform(0.42, 0.5)
    model = (
        Model()
        .add(ACCENT, cylinder(r, 0, h, 0.015))
        .add(GOLD, cylinder(r * 0.86, h, h + 0.16, 0.01))
    )
    stick = lathe(
        [
            (r * 0.7, h + 0.15),
            (r * 0.7, h + 0.36),
            *curve([(r * 0.7, h + 0.36), (r * 0.5, h + 0.44), (0, h + 0.47)], 4),
        ]
    )
    return model.add(MAIN, stick)


def candle(rng: Rng) -> Model:
    """A candle in a glass, burning."""
    r = rng.uniform(0.27, 0.33)
    h = rng.uniform(0.52, 0.64)
    model = Model().add(
        MAIN, lathe([*_body(r, 0, h, 0.03)[:-3], (r, h), (r - 0.03, h), (r - 0.035, h - 0.08)])
    )
    model.add(CREAM, lathe([(r - 0.03, h - 0.07), (0, h - 0.07)])).add(
        DARK, cylinder(0.012, h - 0.07, h + 0.03)
    )
    flame = lathe(curve([(0, h + 0.02), (0.055, h + 0.09), (0.03, h + 0.19), (0, h + 0.27)], 5), 20)
    model.add(fixed(1.0, 0.72, 0.2, 0.0), flame).add(LABEL, lathe(_wrap(r, 0.14, h * 0.66)))
    return model
