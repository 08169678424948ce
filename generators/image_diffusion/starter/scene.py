"""From a scene in words to pixels: camera, background, shadow, subject.

A scene is plain data, so that a caption can be written from it and the same scene can be drawn
again at any size: 128 px for the generator, 1024 px for the upscaler's originals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter

from generators.image_diffusion.starter import backdrops
from generators.image_diffusion.starter.mesh import Model, Paint, cylinder, rotation
from generators.image_diffusion.starter.raster import (
    Light,
    rasterise,
    shade,
    shrunk,
    to_linear,
    to_srgb,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generators.image_diffusion.starter.mesh import Floats, Point3
    from generators.image_diffusion.starter.vocabulary import Rgb

_CAMERA = 4.2  # distance in subject heights: a moderate telephoto, as product photographers use
_GLOSS = {"matte": 0.06, "glossy": 0.75, "metallic": 0.9}


@dataclass(frozen=True, slots=True)
class Scene:
    """What a picture shows, all but the subject's shape.

    Attributes:
        colour: Of the subject's main part, sRGB bytes; ``accent`` of its second part.
        material: ``matte``, ``glossy`` or ``metallic``.
        background: A background's id; ``backdrop`` its colour, sRGB bytes.
        light: A light's id.
        azimuth: The camera's turn about the subject and ``elevation`` above it, degrees.
        middle: Where the subject's middle lies, share of width and height.
        extent: The largest share of width and of height that the subject takes.
        seed: For what the caption does not name (clouds, grain, confetti).
    """

    colour: Rgb
    accent: Rgb
    label: Rgb
    material: str
    background: str
    backdrop: Rgb
    light: str
    azimuth: float
    elevation: float
    middle: tuple[float, float]
    extent: tuple[float, float]
    seed: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """Pixels (h, w, 3) uint8, and how much of each is the subject ((h, w) float32)."""

    pixels: NDArray[np.uint8]
    coverage: Floats


def light_of(name: str, side: float) -> Light:
    """Return a studio; ``side`` is -1 (key light from the left) to 1."""
    x, y, z = 0.55 * side, 0.62, 0.56
    length = math.sqrt(x * x + y * y + z * z)
    direction = (x / length, y / length, z / length)
    return {
        "soft": Light(direction, 0.50, 0.72, 0.42),
        "bright": Light(direction, 0.85, 0.62, 0.30),
        "warm": Light(direction, 0.75, 0.56, 0.30, (1.08, 0.97, 0.78)),
        "dramatic": Light(direction, 0.90, 0.34, 0.12, (1.0, 1.0, 1.0), 0.35),
    }[name]


def render(model: Model, scene: Scene, size: tuple[int, int]) -> Rendered:
    """Draw a subject in a scene at ``size`` (width, height), px."""
    factor = 2  # samples per pixel, each way
    rng = np.random.default_rng(scene.seed)
    light = light_of(scene.light, -1.0 if rng.random() < 0.7 else 1.0)
    camera = _Camera(scene.azimuth, scene.elevation)
    camera.frame(np.concatenate([part.points for part, _ in model.parts]), scene, size)
    picture = backdrops.paint(scene, size, camera.ground_row(), rng)
    picture = _shadowed(picture, model, camera, light, size)
    if scene.background == "podium":
        stand = _podium(model, scene, rng)
        layer = _layer(stand, scene, camera, light, size, factor)
        layer[..., :3] *= _shadow(model, camera, light, size, 0.45)[..., None]
        picture = picture * (1 - layer[..., 3:]) + layer[..., :3]
    layer = _layer(model, scene, camera, light, size, factor)
    picture = picture * (1 - layer[..., 3:]) + layer[..., :3]
    return Rendered((to_srgb(picture) * 255 + 0.5).astype(np.uint8), layer[..., 3])


class _Camera:
    """A perspective camera, shifted and scaled so that the subject fills its box."""

    def __init__(self, azimuth: float, elevation: float) -> None:
        self._turn = rotation("x", elevation) @ rotation("y", azimuth)
        self._scale, self._shift = 1.0, np.zeros(2, np.float32)
        self._center = np.zeros(3, np.float32)

    def frame(self, points: Floats, scene: Scene, size: tuple[int, int]) -> None:
        """Choose scale and shift: the points' box fits ``scene.extent`` about ``scene.middle``."""
        self._center = ((points.min(0) + points.max(0)) / 2).astype(np.float32)
        seen = self._project(points)[:, :2]
        low, high = seen.min(0), seen.max(0)
        room = np.array(scene.extent) * np.array(size)
        self._scale = float((room / np.maximum(high - low, 1e-6)).min())
        middle = np.array(scene.middle) * np.array(size)
        self._shift = (middle - self._scale * (low + high) / 2).astype(np.float32)

    def _project(self, points: Floats) -> Floats:
        moved = (points - self._center) @ self._turn.T
        depth = _CAMERA - moved[:, 2:]
        flat = moved[:, :2] * np.array([1, -1], np.float32) * (_CAMERA / depth)
        return np.concatenate([flat, 1 / depth], 1).astype(np.float32)

    def on_screen(self, points: Floats, factor: float = 1.0) -> Floats:
        """Return x, y in pixels (times ``factor``) and a depth that grows towards the viewer."""
        seen = self._project(points)
        seen[:, :2] = (seen[:, :2] * self._scale + self._shift) * factor
        return seen

    def normals(self, vectors: Floats) -> Floats:
        """Turn normals into camera space."""
        return (vectors @ self._turn.T).astype(np.float32)

    def world_light(self, light: Light) -> Floats:
        """Return the key light's direction in the subject's space."""
        return (np.array(light.direction, np.float32) @ self._turn).astype(np.float32)

    def ground_row(self) -> float:
        """Return the row of the picture at which the subject's middle touches the ground, px."""
        return float(self.on_screen(np.zeros((1, 3), np.float32))[0, 1])


def _layer(
    model: Model, scene: Scene, camera: _Camera, light: Light, size: tuple[int, int], factor: int
) -> Floats:
    """Return the model as premultiplied linear RGBA, antialiased."""
    points, normals, triangles, numbers, colours = _packed(model, scene)
    big = (size[1] * factor, size[0] * factor)
    screen = camera.on_screen(points, factor)
    _, normal, paint = rasterise(screen, camera.normals(normals), triangles, numbers, big)
    view = np.array([0, 0, 1], np.float32)
    pixels = shade(normal, paint, colours, light, view)
    np.minimum(pixels[..., :3], 1.0, out=pixels[..., :3])  # highlights do not bleed when shrunk
    return shrunk(pixels, factor)


def _packed(
    model: Model, scene: Scene
) -> tuple[Floats, Floats, NDArray[np.int32], NDArray[np.int32], Floats]:
    points, normals, triangles, numbers, colours = [], [], [], [], []
    count = 0
    for number, (part, paint) in enumerate(model.parts):
        points.append(part.points)
        normals.append(part.normals)
        triangles.append(part.triangles + count)
        numbers.append(np.full(len(part.triangles), number, np.int32))
        colours.append(_colour(paint, scene))
        count += len(part.points)
    return (
        np.concatenate(points),
        np.concatenate(normals),
        np.concatenate(triangles).astype(np.int32),
        np.concatenate(numbers),
        np.array(colours, np.float32),
    )


def _colour(paint: Paint, scene: Scene) -> tuple[float, ...]:
    """Return linear r, g, b, gloss, metal and opacity of a paint in a scene."""
    gloss, metal = paint.gloss, paint.metal
    if gloss < 0:
        gloss = _GLOSS[scene.material]
        metal = 0.8 if scene.material == "metallic" else 0.0
    own = {"main": scene.colour, "accent": scene.accent, "label": scene.label}
    rgb = np.array(own.get(paint.role, paint.rgb), np.float32)
    linear = to_linear(rgb / 255 if paint.role in own else rgb)
    return (*(float(value) for value in linear), gloss, metal, 1.0)


def _podium(model: Model, scene: Scene, rng: np.random.Generator) -> Model:
    """Return a round or stepped stand in the backdrop's colour, its top at the ground."""
    points = np.concatenate([part.points for part, _ in model.parts])
    radius = float(np.hypot(points[:, 0], points[:, 2]).max()) * rng.uniform(1.15, 1.4)
    depth = rng.uniform(0.12, 0.22)
    shade_ = 0.9 if sum(scene.backdrop) > 200 else 1.6
    red, green, blue = (min(1.0, value / 255 * shade_) for value in scene.backdrop)
    paint = Paint("fixed", (red, green, blue), 0.1)
    stand = Model().add(paint, cylinder(radius, -depth, -0.002, 0.012))
    if rng.random() < 0.5:
        stand.add(paint, cylinder(radius * 1.3, -depth * 1.7, -depth, 0.012))
    return stand


def _shadowed(
    picture: Floats, model: Model, camera: _Camera, light: Light, size: tuple[int, int]
) -> Floats:
    shaded: Floats = picture * _shadow(model, camera, light, size, 0.5)[..., None]
    return shaded


def _shadow(
    model: Model, camera: _Camera, light: Light, size: tuple[int, int], strength: float
) -> Floats:
    """Return how much light is left on the ground: a cast shadow and a darker line of contact."""
    toward = camera.world_light(light)
    surfaces = [part for part, _ in model.parts]
    points = np.concatenate([part.points for part in surfaces])
    triangles, count = [], 0
    for part in surfaces:
        triangles.append(part.triangles + count)
        count += len(part.points)
    joined = np.concatenate(triangles).astype(np.int32)
    scale = max(size) / 128
    slope = toward[[0, 2]] / max(float(toward[1]), 0.35)
    cast = points.copy()
    cast[:, [0, 2]] -= np.maximum(points[:, 1:2], 0) * slope * 0.55
    cast[:, 1] = 0
    near = points.copy()
    near[:, 1] = 0
    soft = gaussian_filter(_mask(cast, joined, camera, size), 3.2 * scale)
    contact = gaussian_filter(_mask(near, joined, camera, size), 1.6 * scale)
    left: Floats = (1 - strength * np.clip(0.55 * soft + 0.6 * contact, 0, 1)).astype(np.float32)
    return left


def _mask(
    points: Floats, triangles: NDArray[np.int32], camera: _Camera, size: tuple[int, int]
) -> Floats:
    screen = camera.on_screen(points.astype(np.float32))
    numbers = np.zeros(len(triangles), np.int32)
    _, _, paint = rasterise(screen, points.astype(np.float32), triangles, numbers, size[::-1])
    return (paint >= 0).astype(np.float32)


def offset(model: Model, place: Point3, turn: float) -> Model:
    """Return a copy of a subject that stands elsewhere, turned about its own axis."""
    return model.mapped("y", turn, at=place)
