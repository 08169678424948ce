"""Triangle meshes of everyday shapes, with smooth normals: what the renderer draws.

The unit is the subject's height (about 1); y points up, z to the front, the ground is y = 0.
Nothing here knows of cameras, colours or pictures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float32]"
Point2: TypeAlias = tuple[float, float]
Point3: TypeAlias = tuple[float, float, float]

_CREASE = 0.75  # cosine of the angle from which an edge is drawn sharp (41°)


@dataclass(frozen=True, slots=True)
class Paint:
    """What a part is coloured with.

    Attributes:
        role: ``main`` (the colour that the caption names), ``accent``, ``label`` or ``fixed``.
        rgb: The colour of a fixed part, sRGB from 0 to 1.
        gloss: 0 is matte, 1 mirrors the studio; below 0: as the subject's material says.
        metal: 1 tints its reflections with its colour.
    """

    role: str
    rgb: Point3 = (0.5, 0.5, 0.5)
    gloss: float = -1.0
    metal: float = 0.0


MAIN = Paint("main")
ACCENT = Paint("accent")
LABEL = Paint("label", gloss=0.1)


def fixed(red: float, green: float, blue: float, gloss: float = 0.2, metal: float = 0.0) -> Paint:
    """Return a paint of its own colour (sRGB from 0 to 1)."""
    return Paint("fixed", (red, green, blue), gloss, metal)


@dataclass(slots=True)
class Surface:
    """Vertices, normals (both (n, 3) float32) and triangles ((m, 3) int32)."""

    points: Floats
    normals: Floats
    triangles: NDArray[np.int32]

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Surface:
        """Return a copy that is shifted."""
        shift = np.array([x, y, z], np.float32)
        return Surface(self.points + shift, self.normals, self.triangles)

    def scaled(self, x: float, y: float, z: float) -> Surface:
        """Return a copy that is stretched along the axes."""
        factor = np.array([x, y, z], np.float32)
        return Surface(self.points * factor, _unit(self.normals / factor), self.triangles)

    def turned(self, axis: str, degrees: float) -> Surface:
        """Return a copy that is turned about an axis through the origin."""
        turn = rotation(axis, degrees)
        return Surface(self.points @ turn.T, self.normals @ turn.T, self.triangles)


@dataclass(slots=True)
class Model:
    """A subject: surfaces with their paints."""

    parts: list[tuple[Surface, Paint]] = field(default_factory=list)

    def add(self, paint: Paint, *surfaces: Surface) -> Model:
        """Add surfaces of one paint."""
        self.parts.extend((surface, paint) for surface in surfaces)
        return self

    def mapped(self, axis: str, degrees: float, scale: float = 1.0, *, at: Point3) -> Model:
        """Return a copy that is turned, scaled and moved."""
        changed = [
            (part.turned(axis, degrees).scaled(scale, scale, scale).moved(*at), paint)
            for part, paint in self.parts
        ]
        return Model(changed)


def rotation(axis: str, degrees: float) -> Floats:
    """Return the 3×3 matrix of a turn about ``x``, ``y`` or ``z``."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    rows = {
        "x": [[1, 0, 0], [0, c, -s], [0, s, c]],
        "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
        "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
    }[axis]
    return np.array(rows, np.float32)


def curve(points: Sequence[Point2], steps: int = 6) -> list[Point2]:
    """Return a smooth (Catmull-Rom) curve through 2D points."""
    given = np.array([points[0], *points, points[-1]], np.float64)
    out: list[Point2] = []
    for index in range(1, len(given) - 2):
        a, b, c, d = given[index - 1 : index + 3]
        for step in range(steps):
            t = step / steps
            value = 0.5 * (
                2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2
                + (3 * b - a - 3 * c + d) * t**3
            )  # fmt: skip
            out.append((float(value[0]), float(value[1])))
    return [*out, (float(points[-1][0]), float(points[-1][1]))]


def lathe(profile: Sequence[Point2], segments: int = 36) -> Surface:
    """Turn a profile of (radius, height) points about the y axis; corners over 41° stay sharp.

    Going up along the profile, the outside is on the side of the larger radius.
    """
    line = np.array(profile, np.float64)
    edges = np.diff(line, axis=0)
    keep = np.hypot(edges[:, 0], edges[:, 1]) > 1e-6
    starts, ends, edges = line[:-1][keep], line[1:][keep], edges[keep]
    outward = _unit64(np.stack([edges[:, 1], -edges[:, 0]], 1))
    rings: list[tuple[float, float, float, float]] = []
    for index, (start, end, normal) in enumerate(zip(starts, ends, outward, strict=True)):
        before = outward[index - 1] if index else normal
        after = outward[index + 1] if index + 1 < len(outward) else normal
        first = normal + before if normal @ before > _CREASE else normal
        last = normal + after if normal @ after > _CREASE else normal
        rings += [(*start, *first), (*end, *last)]
    angles = np.linspace(0, 2 * math.pi, segments + 1)
    data = np.array(rings)
    cos, sin = np.cos(angles)[None], np.sin(angles)[None]
    flat = np.ones_like(cos)
    points = np.stack([data[:, :1] * cos, data[:, 1:2] * flat, data[:, :1] * sin], -1)
    normals = np.stack([data[:, 2:3] * cos, data[:, 3:4] * flat, data[:, 2:3] * sin], -1)
    rows = [(2 * i, 2 * i + 1) for i in range(len(starts))]
    return _grid(points, normals, rows)


def disc(radius: float, y: float, segments: int = 36) -> Surface:
    """Return a flat disc that looks up."""
    return lathe([(radius, y), (0.0, y)], segments)


def cylinder(radius: float, low: float, high: float, bevel: float = 0.0) -> Surface:
    """Return a closed upright cylinder, its edges rounded by ``bevel``."""
    b = min(bevel, radius, (high - low) / 2)
    profile = [(0.0, low), (radius - b, low), (radius, low + b), (radius, high - b)]
    return lathe([*profile, (radius - b, high), (0.0, high)])


def ellipsoid(center: Point3, radii: Point3, segments: int = 24) -> Surface:
    """Return an ellipsoid."""
    turns = np.linspace(-math.pi / 2, math.pi / 2, segments // 2 + 1)
    angles = np.linspace(0, 2 * math.pi, segments + 1)
    unit = np.stack(
        [
            np.cos(turns)[:, None] * np.cos(angles)[None],
            np.repeat(np.sin(turns)[:, None], len(angles), 1),
            np.cos(turns)[:, None] * np.sin(angles)[None],
        ],
        -1,
    )
    surface = _grid(unit, unit, [(i, i + 1) for i in range(len(turns) - 1)])
    return surface.scaled(*radii).moved(*center)


def box(center: Point3, size: Point3, bevel: float = 0.02) -> Surface:
    """Return a box whose edges are rounded by ``bevel`` (the same in all directions)."""
    half = np.array(size, np.float64) / 2
    b = float(min(bevel, *half))
    inner = half - b
    faces: list[Surface] = []
    ramp = np.array([-1.0, -0.9, -0.6, 0.6, 0.9, 1.0])  # places on the rounded edge, then the flat
    for axis in range(3):
        first, second = (axis + 1) % 3, (axis + 2) % 3
        u = np.where(np.abs(ramp) > 0.7, np.sign(ramp) * half[first], np.sign(ramp) * inner[first])
        v = np.where(
            np.abs(ramp) > 0.7, np.sign(ramp) * half[second], np.sign(ramp) * inner[second]
        )
        u[[1, 4]] = np.sign(ramp[[1, 4]]) * (inner[first] + 0.55 * b)
        v[[1, 4]] = np.sign(ramp[[1, 4]]) * (inner[second] + 0.55 * b)
        for side in (-1.0, 1.0):
            cube = np.zeros((6, 6, 3))
            cube[..., axis] = side * half[axis]
            cube[..., first], cube[..., second] = u[:, None], v[None, :]
            core = np.clip(cube, -inner, inner)
            normals = _unit64(cube - core) if b > 0 else _axis_normals(cube.shape, axis, side)
            faces.append(_grid(core + b * normals, normals, [(i, i + 1) for i in range(5)]))
    return merged(faces).moved(*center)


def tube(path: Sequence[Point3], radius: float | Sequence[float], sides: int = 12) -> Surface:
    """Return a round tube along a path, open at its ends; ``radius`` may change along it."""
    line = np.array(path, np.float64)
    radii = np.broadcast_to(np.asarray(radius, np.float64), (len(line),))
    along = _unit64(np.gradient(line, axis=0))
    helper = (
        np.array([0.0, 0.0, 1.0]) if abs(along[:, 2]).max() < 0.9 else np.array([0.3, 1.0, 0.1])
    )
    side = _unit64(np.cross(along, helper))
    up = np.cross(side, along)
    angles = np.linspace(0, 2 * math.pi, sides + 1)
    cos, sin = np.cos(angles)[None, :, None], np.sin(angles)[None, :, None]
    normals = side[:, None] * cos + up[:, None] * sin
    points = line[:, None] + radii[:, None, None] * normals
    return _grid(points, normals, [(i, i + 1) for i in range(len(line) - 1)])


def arc(center: Point3, radii: Point2, start: float, end: float, steps: int = 24) -> list[Point3]:
    """Return points on an ellipse in the x-y plane, from ``start`` to ``end`` degrees."""
    angles = np.radians(np.linspace(start, end, steps))
    return [
        (center[0] + radii[0] * math.cos(a), center[1] + radii[1] * math.sin(a), center[2])
        for a in angles
    ]


def torus(radius: float, thickness: float, sides: int = 16) -> Surface:
    """Return a ring about the y axis, its middle at the origin."""
    angles = np.linspace(-math.pi, math.pi, sides + 1)
    profile = [(radius + thickness * math.cos(a), thickness * math.sin(a)) for a in angles]
    return lathe(profile, 40)


def loft(
    stations: Sequence[tuple[float, float, float, float, float]], power: float = 2.0
) -> Surface:
    """Join superellipse sections, each (y, x, z, half width, half depth), with closed ends.

    ``power`` 2 gives ellipses, 4 and more rounded rectangles.
    """
    angles = np.linspace(0, 2 * math.pi, 41)
    cos, sin = np.cos(angles), np.sin(angles)
    ring_x = np.sign(cos) * np.abs(cos) ** (2 / power)
    ring_z = np.sign(sin) * np.abs(sin) ** (2 / power)
    first, last = stations[0], stations[-1]
    rows = [(*first[:3], 0.0, 0.0), *stations, (*last[:3], 0.0, 0.0)]
    points = np.array(
        [np.stack([x + w * ring_x, np.full(41, y), z + d * ring_z], -1) for y, x, z, w, d in rows]
    )
    return _smooth_grid(points)


def hull(stations: Sequence[tuple[float, float, float, float]], power: float = 2.4) -> Surface:
    """Join upright sections along x: (x, lowest y, highest y, half depth); ends are closed."""
    turned = [
        (x, -(low + high) / 2, 0.0, (high - low) / 2, deep) for x, low, high, deep in stations
    ]
    return loft(turned, power).turned("z", -90)


def slab(outline: Sequence[Point2], depth: float, puff: float = 0.0) -> Surface:
    """Return an outline in the x-y plane made ``depth`` thick, front and back bulging by ``puff``.

    The outline must be star-shaped about the mean of its points.
    """
    line = np.array(outline, np.float64)
    line = np.concatenate([line, line[:1]])
    middle = line[:-1].mean(0)
    shares = (
        np.array([1.0, 0.97, 0.9, 0.75, 0.5, 0.25, 0.0]) if puff else np.array([1.0, 0.97, 0.0])
    )
    faces = []
    for side in (1.0, -1.0):
        rows = []
        for share in shares:
            place = middle + (line - middle) * share
            height = depth / 2 - (0.02 if share == 1.0 else 0.0) + puff * math.sqrt(1 - share**2)
            rows.append(np.column_stack([place, np.full(len(line), side * height)]))
        faces.append(_smooth_grid(np.array(rows)))
    rim = depth / 2 - 0.02
    wall = np.array([np.column_stack([line, np.full(len(line), z)]) for z in (rim, -rim)])
    return merged([*faces, _smooth_grid(wall)])


def merged(surfaces: Iterable[Surface]) -> Surface:
    """Return one surface of several."""
    points, normals, triangles, count = [], [], [], 0
    for surface in surfaces:
        points.append(surface.points)
        normals.append(surface.normals)
        triangles.append(surface.triangles + count)
        count += len(surface.points)
    return Surface(
        np.concatenate(points), np.concatenate(normals), np.concatenate(triangles).astype(np.int32)
    )


def _grid(
    points: NDArray[np.float64], normals: NDArray[np.float64], rows: Sequence[tuple[int, int]]
) -> Surface:
    """Join pairs of rows of a (rows, columns, 3) grid with triangles."""
    columns = points.shape[1]
    at = np.arange(columns - 1)
    quads = []
    for low, high in rows:
        a, b = low * columns + at, high * columns + at
        quads += [np.stack([a, a + 1, b], 1), np.stack([a + 1, b + 1, b], 1)]
    return Surface(
        points.reshape(-1, 3).astype(np.float32),
        _unit(normals.reshape(-1, 3).astype(np.float32)),
        np.concatenate(quads).astype(np.int32),
    )


def _smooth_grid(points: NDArray[np.float64]) -> Surface:
    """Join all rows of a grid; normals from its triangles, summed at coinciding vertices."""
    surface = _grid(points, np.ones_like(points), [(i, i + 1) for i in range(len(points) - 1)])
    corners = surface.points[surface.triangles].astype(np.float64)
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    keys = np.round(surface.points, 4)
    _, which = np.unique(keys, axis=0, return_inverse=True)
    which = which.reshape(-1)
    total = np.zeros((int(which.max()) + 1, 3))
    for corner in range(3):
        np.add.at(total, which[surface.triangles[:, corner]], faces)
    return Surface(surface.points, _unit(total[which].astype(np.float32)), surface.triangles)


def _axis_normals(shape: tuple[int, ...], axis: int, side: float) -> NDArray[np.float64]:
    normals = np.zeros(shape)
    normals[..., axis] = side
    return normals


def _unit(vectors: Floats) -> Floats:
    length = np.sqrt((vectors * vectors).sum(-1, keepdims=True))
    unit: Floats = (vectors / np.maximum(length, 1e-9)).astype(np.float32)
    return unit


def _unit64(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    length = np.sqrt((vectors * vectors).sum(-1, keepdims=True))
    unit: NDArray[np.float64] = vectors / np.maximum(length, 1e-12)
    return unit
