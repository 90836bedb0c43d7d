"""One look for every picture: colours, sizes and fonts.

The colours are those of Okabe and Ito ("Color Universal Design", 2008), which stay distinguishable
under the three common colour-vision deficiencies. Texts are black or grey, never coloured.
"""

BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
ORANGE = "#E69F00"
PURPLE = "#CC79A7"
SKY = "#56B4E9"
GREY = "#595959"
BLACK = "#1A1A1A"
ON_IMAGE = "#1A1A1B"
"""Black for what stands on an image. The website's dark theme turns black to white, not images."""

COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)

WIDTH, HEIGHT = 600, 360
"""Size of a picture on the page, in CSS pixels."""

PIXEL_RATIO = 1.5
"""Image pixels per CSS pixel: sharp enough on a dense screen, still quick to draw and small."""

POINTS_PER_PIXEL = 0.72
"""Matplotlib measures text in points of 1/72 inch; a picture has 100 CSS pixels to the inch."""


def points(pixels):
    """Size in points of a text that is `pixels` CSS pixels high."""
    return pixels * POINTS_PER_PIXEL


def rc():
    """Matplotlib's settings for all pictures, as a dict for `matplotlib.rc_context`."""
    from matplotlib import cycler

    return {
        "axes.edgecolor": GREY,
        "axes.grid": True,
        "axes.labelcolor": BLACK,
        "axes.labelsize": points(13),
        "axes.linewidth": 0.8,
        "axes.prop_cycle": cycler(color=COLOURS),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlecolor": BLACK,
        "axes.titlelocation": "left",
        "axes.titlesize": points(14),
        "figure.facecolor": "white",
        "figure.titlesize": points(14),
        "font.family": "DejaVu Sans",
        "font.size": points(13),
        "grid.color": "#E4E4E4",
        "grid.linewidth": 0.8,
        "legend.fontsize": points(13),
        "legend.frameon": False,
        "lines.linewidth": 2,
        "lines.markersize": 6,
        "lines.solid_capstyle": "round",
        "mathtext.fontset": "dejavusans",
        "text.color": BLACK,
        "xtick.color": GREY,
        "xtick.labelsize": points(13),
        "ytick.color": GREY,
        "ytick.labelsize": points(13),
    }
