"""A small renderer: triangles to a depth buffer, then light per pixel. Compiled by numba.

Shading is a plain studio: a key light, light from the sky and from the ground, a softbox that
glossy paints mirror (Schlick's Fresnel), and Blinn's highlight. Colours are linear inside, sRGB
outside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float32]"
AnyFloats: TypeAlias = "NDArray[np.floating[Any]]"


@dataclass(frozen=True, slots=True)
class Light:
    """The studio.

    Attributes:
        direction: Towards the key light, camera space (x right, y up, z to the viewer), unit.
        key: Strength of the key light.
        sky: Light from above; ``ground`` from below.
        tint: Colour of the key light, linear.
        rim: Strength of the light on edges, from behind.
    """

    direction: tuple[float, float, float]
    key: float
    sky: float
    ground: float
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    rim: float = 0.0


def _fill_buffers(
    screen: Floats,
    normals: Floats,
    triangles: NDArray[np.int32],
    paint_of: NDArray[np.int32],
    size: tuple[int, int],
) -> tuple[Floats, Floats, NDArray[np.int32]]:
    """Return depth (h, w), normals (h, w, 3) and paint numbers (h, w; -1 where nothing is).

    ``screen`` holds x, y in pixels and depth (larger is nearer); ``paint_of`` is per triangle.
    """
    height, width = size
    depth = np.full((height, width), -1e30, np.float32)
    normal = np.zeros((height, width, 3), np.float32)
    paint = np.full((height, width), -1, np.int32)
    for index in range(triangles.shape[0]):
        i, j, k = triangles[index, 0], triangles[index, 1], triangles[index, 2]
        ax, ay, az = screen[i, 0], screen[i, 1], screen[i, 2]
        bx, by, bz = screen[j, 0], screen[j, 1], screen[j, 2]
        cx, cy, cz = screen[k, 0], screen[k, 1], screen[k, 2]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-7:
            continue
        left = max(0, math.floor(min(ax, bx, cx)))
        right = min(width - 1, math.ceil(max(ax, bx, cx)))
        top = max(0, math.floor(min(ay, by, cy)))
        bottom = min(height - 1, math.ceil(max(ay, by, cy)))
        inverse = 1.0 / area
        for y in range(top, bottom + 1):
            py = y + 0.5
            for x in range(left, right + 1):
                px = x + 0.5
                u = ((bx - px) * (cy - py) - (by - py) * (cx - px)) * inverse
                v = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) * inverse
                w = 1.0 - u - v
                if u < -1e-5 or v < -1e-5 or w < -1e-5:
                    continue
                z = u * az + v * bz + w * cz
                if z > depth[y, x]:
                    depth[y, x] = z
                    paint[y, x] = paint_of[index]
                    for axis in range(3):
                        normal[y, x, axis] = (
                            u * normals[i, axis] + v * normals[j, axis] + w * normals[k, axis]
                        )
    return depth, normal, paint


def _softbox(x: float, y: float, z: float, sky: float, ground: float) -> float:
    """Return the light that the studio sends from a direction: gradient, window and strip."""
    level = ground + (sky - ground) * (0.5 + 0.5 * y)
    if y > 0.0:
        edge_x = min(max((0.42 - abs(x + 0.42)) * 9.0, 0.0), 1.0)
        edge_y = min(max((0.30 - abs(y - 0.55)) * 9.0, 0.0), 1.0)
        if z > -0.2:
            level += 1.9 * edge_x * edge_y
    strip = min(max((0.09 - abs(x - 0.86)) * 14.0, 0.0), 1.0)
    return level + 0.9 * strip


def _shade_buffers(
    normal: Floats,
    paint: NDArray[np.int32],
    colours: Floats,
    light: NDArray[np.float32],
    view: Floats,
) -> Floats:
    """Return premultiplied linear RGBA (h, w, 4).

    ``colours`` holds per paint: linear r, g, b, gloss, metal, opacity. ``light`` holds direction
    (3), key, sky, ground, tint (3), rim. ``view`` is the direction to the viewer (3).
    """
    height, width = paint.shape
    out = np.zeros((height, width, 4), np.float32)
    lx, ly, lz = light[0], light[1], light[2]
    key, sky, ground, rim = light[3], light[4], light[5], light[9]
    hx, hy, hz = lx + view[0], ly + view[1], lz + view[2]
    length = math.sqrt(hx * hx + hy * hy + hz * hz)
    hx, hy, hz = hx / length, hy / length, hz / length
    for y in range(height):
        for x in range(width):
            number = paint[y, x]
            if number < 0:
                continue
            nx, ny, nz = normal[y, x, 0], normal[y, x, 1], normal[y, x, 2]
            length = math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9
            nx, ny, nz = nx / length, ny / length, nz / length
            facing = nx * view[0] + ny * view[1] + nz * view[2]
            if facing < 0.0:
                nx, ny, nz, facing = -nx, -ny, -nz, -facing
            gloss, metal, opacity = colours[number, 3], colours[number, 4], colours[number, 5]
            wrapped = (nx * lx + ny * ly + nz * lz + 0.25) / 1.25
            diffuse = key * max(0.0, wrapped)
            ambient = ground + (sky - ground) * (0.5 + 0.5 * ny)
            fresnel = (1.0 - facing) ** 5
            mirror = gloss * (0.05 + 0.75 * fresnel) * (1.0 - metal) + metal * (
                0.55 + 0.45 * fresnel
            )
            rx, ry, rz = (
                2 * facing * nx - view[0],
                2 * facing * ny - view[1],
                2 * facing * nz - view[2],
            )
            studio = _softbox(rx, ry, rz, sky, ground)
            shine = max(0.0, nx * hx + ny * hy + nz * hz)
            spot = gloss * 0.7 * key * shine ** (12.0 + 150.0 * gloss)
            edge = rim * (1.0 - facing) ** 3 * (0.4 + 0.6 * max(0.0, ny))
            alpha = opacity + (1.0 - opacity) * min(1.0, 0.25 * spot + 1.4 * fresnel)
            for axis in range(3):
                base = colours[number, axis]
                lit = base * (diffuse * light[6 + axis] + ambient) * (1.0 - 0.75 * metal)
                glint = (
                    mirror * studio * (1.0 + metal * (base * 1.5 - 1.0)) + spot * light[6 + axis]
                )
                out[y, x, axis] = lit * alpha + glint + edge
            out[y, x, 3] = alpha
    return out


_compiled: Any = numba.njit(cache=True)
_softbox = _compiled(_softbox)
_fill: Any = _compiled(_fill_buffers)
_shade: Any = _compiled(_shade_buffers)


def rasterise(
    screen: Floats,
    normals: Floats,
    triangles: NDArray[np.int32],
    paint_of: NDArray[np.int32],
    size: tuple[int, int],
) -> tuple[Floats, Floats, NDArray[np.int32]]:
    """Return depth, normals and paint numbers of the nearest triangles; see ``_fill_buffers``."""
    depth, normal, paint = _fill(screen, normals, triangles, paint_of, size)
    return depth, normal, paint


def shade(
    normal: Floats, paint: NDArray[np.int32], colours: Floats, light: Light, view: Floats
) -> Floats:
    """Return premultiplied linear RGBA (h, w, 4) of rasterised buffers."""
    packed = np.array(
        [*light.direction, light.key, light.sky, light.ground, *light.tint, light.rim], np.float32
    )
    pixels: Floats = _shade(normal, paint, colours, packed, view)
    return pixels


def to_linear(srgb: AnyFloats) -> Floats:
    """Return linear light of sRGB values from 0 to 1 (IEC 61966-2-1)."""
    low = srgb / 12.92
    high = ((np.maximum(srgb, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.where(srgb <= 0.04045, low, high).astype(np.float32)


def to_srgb(linear: AnyFloats) -> Floats:
    """Return sRGB values from 0 to 1 of linear light, what is brighter than 1 cut off."""
    value = np.clip(linear, 0.0, 1.0)
    high = 1.055 * np.maximum(value, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(value <= 0.0031308, value * 12.92, high).astype(np.float32)


def shrunk(pixels: Floats, factor: int) -> Floats:
    """Return the means of ``factor`` × ``factor`` blocks; (h, w) or (h, w, channels)."""
    if factor == 1:
        return pixels
    height, width = pixels.shape[0] // factor, pixels.shape[1] // factor
    blocks = pixels.reshape(height, factor, width, factor, *pixels.shape[2:])
    means: Floats = blocks.mean((1, 3), dtype=np.float32)
    return means
