"""A drawing that aliases at 64x64: stripes as fine as a pixel there."""

import cv2
import numpy as np

Pixels = np.ndarray
WIDTH, HEIGHT = 400, 540
DARK = (30, 35, 60)
# Rows per stripe and gap: a pixel of 64x64 has 8.4.
FINE = (7.0, 10.0, 12.0)


def shirt(stripes: float, sleeve: int = 150, phase: float = 0, seed: int = 1) -> Pixels:
    """Draw a striped shirt on plain ground."""
    light = np.random.default_rng(seed).normal(0, 40, (HEIGHT, WIDTH)).astype(np.float32)
    picture = np.repeat(232 + cv2.GaussianBlur(light, (0, 0), 30)[..., None], 3, 2)
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    striped = (y + 4 * np.sin(x / 60) + phase) % stripes < stripes / 2
    outline = np.array([
        (120, 90), (170, 70), (230, 70), (280, 90), (370, 90 + sleeve), (320, 110 + sleeve),
        (290, 170), (290, 470), (110, 470), (110, 170), (80, 110 + sleeve), (30, 90 + sleeve),
    ], np.int32)  # fmt: skip
    cloth = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(cloth, [outline], (1,))
    picture[(cloth > 0) & striped] = (40, 50, 90)
    picture[(cloth > 0) & ~striped] = (235, 235, 240)
    cv2.ellipse(picture, (200, 72), (34, 22), 0, 0, 180, DARK, -1)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.8).clip(0, 255), np.uint8)


def cut(picture: Pixels) -> Pixels:
    """Cut 5 % of the area."""
    y, x = (int(0.025 * n) for n in picture.shape[:2])
    return np.ascontiguousarray(picture[y:-y, x:-x])
