"""How a frame of a live figure becomes a PNG quickly: lines of text, and colours of what moves."""

import io
from functools import lru_cache

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.font_manager import findfont, get_font
from matplotlib.ft2font import LoadFlags
from PIL import Image

COLOURS = 64  # of what stands still, and as many of what moves


class Canvas(FigureCanvasAgg):
    """Matplotlib's canvas of pixels, with a quicker way to draw a line of text."""

    def get_renderer(self):
        if self._renderer is None:
            self._renderer = _Renderer(*self.get_width_height(), self.figure.dpi)
        return self._renderer

    _renderer = None

    def pixels(self):
        """The picture that is being drawn, a number of 32 bits a pixel; can be written to."""
        return np.asarray(self.buffer_rgba()).view(np.uint32).reshape(-1)


class _Renderer(RendererAgg):
    """Draws a line of text as one small picture, which is kept, instead of glyph by glyph.

    So a line starts at a whole pixel. Formulas and turned texts are drawn as matplotlib does.
    """

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        if ismath or angle:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        ink, column, row = _line(s, prop.copy(), self.dpi)
        red, green, blue, alpha = gc.get_rgb()
        line = np.empty((*ink.shape, 4), np.uint8)
        line[..., :3] = [round(255 * part) for part in (red, green, blue)]
        line[..., 3] = ink if alpha == 1 else (alpha * ink).round()
        # y is counted from above, but draw_image wants the lowest row, counted from below.
        lowest = round(y) - row + len(ink)
        self.draw_image(gc, round(x) - column, self.height - lowest, line[::-1])


@lru_cache(500)
def _line(text, prop, dpi):
    """A line's ink, 0 to 255 a pixel, and the column and row of it where the text starts.

    FT2Font can be a pixel wrong between the first two glyphs, unless the leftmost one begins at a
    whole pixel; a space in front does.
    """
    font = get_font(findfont(prop))
    font.clear()
    font.set_size(prop.get_size_in_points(), dpi)
    font.set_text(" ", flags=LoadFlags.DEFAULT)
    indent, _ = font.get_width_height()
    font.set_text(" " + text, flags=LoadFlags.DEFAULT)
    font.draw_glyphs_to_bitmap()
    _, height = font.get_width_height()
    # The picture has an empty row on top; lengths are in 64ths of a pixel.
    return font.get_image().copy(), round(indent / 64), (height - font.get_descent()) // 64 + 1


class Still:
    """What stands still in a picture: it is put back before each frame, and has its colours ready.

    A PNG of few colours is small. To choose them takes long, so it is done once for what stands
    still, and in a frame only for the pixels that differ from it.
    """

    def __init__(self, canvas):
        self._canvas = canvas
        self._pixels = canvas.pixels().copy()
        self._numbers, self._palette = _few_colours(self._pixels)

    def restore(self):
        """Wipe away what moves."""
        self._canvas.pixels()[:] = self._pixels

    def png(self):
        """The canvas as PNG bytes."""
        pixels = self._canvas.pixels()
        moved = np.flatnonzero(pixels != self._pixels)
        numbers, palette = self._numbers.copy(), self._palette
        if moved.size:
            others, its_palette = _few_colours(pixels[moved])
            numbers[moved] = others + COLOURS
            palette = palette + its_palette
        image = Image.frombuffer("P", self._canvas.get_width_height(), numbers, "raw", "P", 0, 1)
        image.putpalette(palette)
        file = io.BytesIO()
        image.save(file, "png", compress_level=3)  # 4 takes half as long again for 7 % less
        return file.getvalue()


def _few_colours(pixels):
    """The number of each pixel's colour, and the list of `COLOURS` colours as r, g, b, r, g, b, …"""
    image = Image.frombytes("RGB", (pixels.size, 1), pixels.tobytes(), "raw", "RGBX").quantize(
        COLOURS, method=Image.Quantize.FASTOCTREE
    )
    palette = image.getpalette()[: 3 * COLOURS]
    return np.frombuffer(image.tobytes(), np.uint8), palette + [0] * (3 * COLOURS - len(palette))
