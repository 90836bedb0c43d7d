"""Pictures that keep their stored bytes where they show the same."""

import base64
import io
import re

import numpy as np
from PIL import Image

# Two machines' renderings of one picture differ by rounding; a moved line or another digit differs
# by more than LEVELS (of 255) in more than PIXELS pixels.
LEVELS = 48
PIXELS = 10
EMBEDDED_PNG = re.compile(r"(?<=data:image/png;base64,)[A-Za-z0-9+/=]+")


def same_picture(stored, fresh):
    """Whether two PNGs (bytes) have one size and differ by no more than a machine's rounding."""
    if stored == fresh:
        return True
    try:
        stored, fresh = (
            np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"), dtype=int)
            for png in (stored, fresh)
        )
    except OSError:  # not a picture
        return False
    if stored.shape != fresh.shape:
        return False
    return int((np.abs(stored - fresh).max(axis=2) > LEVELS).sum()) <= PIXELS


def _kept(stored, fresh):
    """Of two base64 texts the stored one if both show the same picture, else the fresh one."""
    try:
        return stored if same_picture(base64.b64decode(stored), base64.b64decode(fresh)) else fresh
    except ValueError:  # not base64
        return fresh


def keep_pictures(fresh, stored):
    """Give `fresh` (an output, changed in place) `stored`'s bytes where both show one picture."""
    old, new = stored.get("data", {}), fresh.get("data", {})
    if "image/png" in old and "image/png" in new:
        new["image/png"] = _kept(old["image/png"].strip(), new["image/png"])
    if "text/html" in old and "text/html" in new:
        pictures = EMBEDDED_PNG.findall(old["text/html"])
        if len(pictures) == len(EMBEDDED_PNG.findall(new["text/html"])):
            remaining = iter(pictures)
            new["text/html"] = EMBEDDED_PNG.sub(
                lambda found: _kept(next(remaining), found[0]), new["text/html"]
            )
