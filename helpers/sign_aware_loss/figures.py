"""The live figures of the notebook about losses that care about the sign."""

import numpy as np
import torch
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgb

from helpers.sign_aware_loss import bowl, formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, Slider, figure
from helpers.teaching.parts import in_sight, set_lines, set_mark, set_texts
from helpers.teaching.words import fixed

__all__ = [  # noqa: RUF022 (the order of the page)
    "Surface",
    "Slice",
    "Losses",
    "PushByTruth",
    "NoisyFit",
    "SunspotDirections",
]

PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5}
DASHED = {"color": style.GREY, "lw": 1.2, "ls": "--"}
SQUARED_ERROR = {"color": style.ORANGE, "lw": 1.6, "ls": "-."}
CONSTANTS = {
    name: Slider(name, 0.5, 10.0, step=0.5, default=start)
    for name, start in (("c_diff_sign", 4.0), ("c_same_sign", 2.0))
}


def segments(axes, **looks):
    """Lines that are given by `set_segments`."""
    return axes.add_collection(LineCollection([], **looks), autolim=False)


def above(axes, words=""):
    """A text above what is drawn, in the middle."""
    place = {"ha": "center", "va": "top", "transform": axes.transAxes}
    return axes.text(0.5, 0.97, words, bbox=PAPER, linespacing=1.4, **place)


# The two cases of the question: truth, prediction, marker, colour.
CASES = ((1, -1, "s", style.VERMILION), (1, 3, "o", style.BLUE))
LEVELS = (0.5, 1, 2, 4, 8, 16)
DEEP, PALE = np.array(to_rgb(style.BLUE)), np.array([0.93, 0.96, 1.0])  # the bowl, and its rim


@figure(**CONSTANTS, view=Slider("view turned by", 0, 345, step=15, default=285, unit="°"))
class Surface:
    """The turned paraboloid as contours and as a bowl, with the two cases of the question."""

    FLOOR = np.array([[[-4.5, 0, 0], [4.5, 0, 0]], [[0, -4.5, 0], [0, 4.5, 0]]])  # both axes

    def measure(self, c_diff_sign, c_same_sign, view):
        constants = c_diff_sign, c_same_sign
        costs = [formulas.elliptic_paraboloid(x, t, *constants) for t, x, *_ in CASES]
        return {"constants": constants, "costs": costs}

    def draw(self, canvas):
        canvas.set_layout_engine("none")  # two boxes of the same height, the left one square
        flat = canvas.add_axes((0.085, 0.14, 0.4575, 0.7625))
        flat.set(xlabel="truth t", ylabel="prediction x", xlim=(-4, 4), ylim=(-4, 4))
        flat.set_title("lines of equal loss; dashed: x = t")
        flat.plot([-4, 4], [-4, 4], **DASHED)
        self.levels = segments(flat, colors="#B0B0B0", linewidths=1)
        self.through = segments(flat, colors=[case[3] for case in CASES], linestyles=["--", "-"])

        space = canvas.add_axes((0.565, 0.14, 0.43, 0.7625))
        space.set(xlim=(-5.2, 5.2), ylim=(-4.4, 6.67))
        space.set_title(f"the surface up to a loss of {bowl.RIM:g}")
        space.set_axis_off()
        self.floor = segments(space, colors=style.GREY, linewidths=1.2, zorder=1)
        self.ends = [space.text(0, 0, end, ha="center", va="center", zorder=1) for end in "tx"]
        self.skin = PolyCollection([], linewidths=0.4, zorder=2)
        space.add_collection(self.skin, autolim=False)
        (self.crest,) = space.plot([], [], **DASHED)

        self.dots, self.labels, self.marks = [], [], []
        for t, x, marker, colour in CASES:
            look = {"color": colour, "markersize": 8}
            self.dots += flat.plot(t, x, marker, zorder=3, **look)
            self.labels.append(flat.text(t + 0.35, x, "", va="center", bbox=PAPER, zorder=4))
            self.marks += space.plot([], [], marker, zorder=4, **look)

    def update(self, now):
        level = bowl.level(now.constants)
        self.levels.set_segments([np.sqrt(loss) * level for loss in LEVELS])
        self.through.set_segments([np.sqrt(cost) * level for cost in now.costs])
        corners, losses = bowl.patches(now.constants, now.view)
        shade = DEEP + np.sqrt(losses / bowl.RIM)[:, None] * (PALE - DEEP)
        self.skin.set(verts=corners, facecolor=shade, edgecolor=0.75 * shade)
        floor = bowl.seen(self.FLOOR, now.view)[..., :2]
        self.floor.set_segments(floor)
        for text, axis in zip(self.ends, floor, strict=True):
            text.set_position(1.09 * axis[1])
        crest = bowl.seen(bowl.diagonal(now.constants), now.view)
        self.crest.set_data(crest[:, 0], crest[:, 1])
        for i, (t, x, shape, _) in enumerate(CASES):
            cost = now.costs[i]
            self.labels[i].set_text(f"{fixed(x, 0)} for {t}: {fixed(cost, 2)}")
            right, up, _ = bowl.seen([t, x, min(cost, bowl.RIM)], now.view)
            self.marks[i].set_data([right], [up])
            self.marks[i].set_marker(shape if cost <= bowl.RIM else "^")

    def describe(self, now):
        wrong, right = now.costs
        rim = f" The second lies above the bowl's rim at {bowl.RIM:g}."
        return (
            f"With c_diff_sign = {now.c_diff_sign:g} and c_same_sign = {now.c_same_sign:g}, "
            f"predicting −1 for a truth of 1 costs {fixed(wrong, 2)} and predicting 3 costs "
            f"{fixed(right, 2)}; the contour of the second encloses the first."
            f"{rim if right > bowl.RIM else ''} The bowl is turned by {now.view}°."
        )


@figure(**CONSTANTS, t=Slider("truth t", -3.0, 3.0, step=0.5, default=3.0))
class Slice:
    """The turned paraboloid for one truth, its minimum, and the line that a regression learns."""

    X, HIGHEST = np.linspace(-3.6, 3.6, 121), 12.5  # what is drawn of the loss
    SLOPE, BIAS = 3.0, 0.5
    Z = np.linspace(-1.5, 1.5, 31)
    TRUTHS = SLOPE * Z + BIAS

    def measure(self, c_diff_sign, c_same_sign, t):
        def loss(x):
            return formulas.elliptic_paraboloid(x, t, c_diff_sign, c_same_sign)

        kappa = formulas.kappa(c_diff_sign, c_same_sign)
        return {
            "curve": loss(self.X),
            "best": (kappa * t, loss(kappa * t)),
            "perfect": (t, loss(t)),
            "line": kappa * self.TRUTHS,
            "slope": kappa * self.SLOPE,
            "bias": kappa * self.BIAS,
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(title="loss; dashed: the truth", xlabel="prediction x")
        left.set(xlim=(-3.6, 3.6), ylim=(0, 15.5))  # room for words
        (self.truth,) = left.plot([], [], **DASHED)
        (self.curve,) = left.plot([], [], color=style.BLUE)
        (self.perfect,) = left.plot([], [], "D", color=style.GREY, markersize=8)
        (self.best,) = left.plot([], [], "o", color=style.BLUE, markersize=9)
        self.costs = above(left)

        right.set(title="what a regression learns", xlabel="input z")
        right.set(xlim=(-1.6, 1.6), ylim=(-5.6, 6.6))
        right.plot(self.Z, self.TRUTHS, ".", color=style.GREY)
        right.text(-1.55, 5.4, "dots: truths 3z + 0.5", color=style.GREY)
        (self.line,) = right.plot([], [], color=style.BLUE)
        self.learnt = right.text(1.55, -5.1, "", ha="right", bbox=PAPER)

    def update(self, now):
        self.truth.set_data([now.t, now.t], [0, self.HIGHEST])
        self.curve.set_data(self.X, in_sight(now.curve, 0, self.HIGHEST))
        set_mark(self.best, *now.best, 0, self.HIGHEST, "o")
        set_mark(self.perfect, *now.perfect, 0, self.HIGHEST, "D")
        self.costs.set_text(
            f"● least: {fixed(now.best[1], 2)} at x = {fixed(now.best[0], 2)}\n"
            f"◆ perfect: {fixed(now.perfect[1], 2)} at x = {fixed(now.t, 1)}"
        )
        self.line.set_data(self.Z, now.line)
        sign = "−" if now.bias < 0 else "+"
        self.learnt.set_text(f"learnt: {fixed(now.slope, 2)}·z {sign} {fixed(abs(now.bias), 2)}")

    def describe(self, now):
        return (
            f"With c_diff_sign = {now.c_diff_sign:g} and c_same_sign = {now.c_same_sign:g} the loss "
            f"for a truth of {fixed(now.t, 1)} is least, {fixed(now.best[1], 2)}, at x = "
            f"{fixed(now.best[0], 2)}; a perfect prediction costs {fixed(now.perfect[1], 2)}. From "
            f"truths of slope 3 and bias 0.5 a regression learns slope {fixed(now.slope, 2)} and bias "
            f"{fixed(now.bias, 2)}."
        )


@figure(
    loss=Choice("loss", list(formulas.LOSSES), default="(x − t)² + λ·relu(−x·t)"),
    weight=Slider("weight λ", 0.0, 10.0, step=0.5, default=3.0),
    t=Slider("truth t", -2.0, 2.0, step=0.25, default=1.0),
)
class Losses:
    """A loss for one truth and its derivative, beside squared error."""

    # A gap at 0, where losses may jump.
    X = np.concatenate([np.linspace(-4.2, -1e-9, 169), [np.nan], np.linspace(1e-9, 4.2, 169)])
    PANELS = (("costs", 0, 20), ("slope", -18, 18))  # from where to where curves are drawn

    def measure(self, loss, weight, t):
        """Of the loss and of its slope: the curves, squared error's first; and the two cases.

        The cases are at distance 2 from the truth: towards zero and beyond, and away.
        """
        towards = -2.0 if t >= 0 else 2.0
        cases, truth = [t + towards, t - towards], torch.tensor(t, dtype=torch.float64)

        def chosen(x, t):
            return formulas.LOSSES[loss](x, t, weight) + 0 * x

        x = torch.tensor([*self.X, *cases], dtype=torch.float64)
        costs, slopes = chosen(x, truth).numpy(), formulas.slope(chosen, x, truth).numpy()
        least = np.nanargmin(costs[:-2])
        return {
            "curves": (((self.X - t) ** 2, costs[:-2]), (2 * (self.X - t), slopes[:-2])),
            "cases": [list(zip(cases, values[-2:], strict=True)) for values in (costs, slopes)],
            "least": (self.X[least], costs[least]),
        }

    def draw(self, canvas):
        left, right = panels = canvas.subplots(1, 2)
        self.name = left.text(0, 1.03, "", transform=left.transAxes)
        left.set(title=" ", ylim=(0, 25), yticks=range(0, 21, 5))
        right.set(title="its derivative in x", ylim=(-28.8, 28.8), yticks=range(-15, 16, 5))
        right.axhline(0, color=style.GREY, lw=0.8)
        self.truths, self.curves, self.marks, self.texts = [], [], [], []
        for panel in panels:
            panel.set(xlabel="prediction x", xlim=(-4.2, 4.2))
            self.truths += panel.plot([], [], **DASHED)
            squares = panel.plot([], [], **SQUARED_ERROR)
            self.curves.append(squares + panel.plot([], [], color=style.BLUE))
            wrong = panel.plot([], [], "s", color=style.VERMILION, markersize=8)
            self.marks.append(wrong + panel.plot([], [], "o", color=style.GREEN, markersize=8))
            self.texts.append(above(panel))
        (self.least,) = left.plot([], [], "D", color=style.BLACK, markersize=7)
        below = {"ha": "center", "linespacing": 1.4, "transform": right.transAxes}
        right.text(0.5, 0.03, "dash-dotted: squared error\ndashed: the truth", **below)

    def update(self, now):
        self.name.set_text(now.loss)
        for i, (word, low, high) in enumerate(self.PANELS):
            self.truths[i].set_data([now.t, now.t], [low, high])
            set_lines(self.curves[i], self.X, [in_sight(y, low, high) for y in now.curves[i]])
            for mark, case, shape in zip(self.marks[i], now.cases[i], "so", strict=True):
                set_mark(mark, *case, low, high, shape)
            (wrong, cost), (right, other) = now.cases[i]
            self.texts[i].set_text(
                f"■ {fixed(wrong, 2)} {word} {fixed(cost, 2)}\n"
                f"● {fixed(right, 2)} {word} {fixed(other, 2)}"
            )
        x, cost = now.least
        self.least.set_data([x], [cost])
        self.texts[0].set_text(f"{self.texts[0].get_text()}\n◆ least at {fixed(x, 2)}")

    def describe(self, now):
        costs = [
            f"predicting {fixed(x, 2)} costs {fixed(cost, 2)} with slope {fixed(slope, 2)}"
            for (x, cost), (_, slope) in zip(*now.cases, strict=True)
        ]
        return (
            f"The loss {now.loss} with λ = {now.weight:g} and a truth of {fixed(now.t, 2)}: "
            f"{', '.join(costs)}. It is least at {fixed(now.least[0], 2)}."
        )


@figure(
    push=Choice("push", list(formulas.PUSHES), default="λ·|t|, from relu(−x·t)"),
    weight=Slider("weight λ", 0, 10, step=1, default=3),
    unit=Choice("count in", [str(unit) for unit in formulas.UNITS], default="10"),
)
class PushByTruth:
    """How steep the loss is just past zero, for each truth, and what a push does to directions."""

    STEEPEST = 160  # of what is drawn
    SIDE = np.array([1e-9, *range(1, 43)])
    T = np.array([*-SIDE[::-1], np.nan, *SIDE])  # a gap at 0, where no sign is wrong

    def measure(self, push, weight, unit):
        def steep(t):
            t = torch.as_tensor(t)
            return (2 * t.abs() + weight * formulas.PUSHES[push](t, int(unit))).numpy()

        wrong, _ = formulas.wrong_years()
        right = formulas.directions_by_push(push, int(unit)).tolist()
        return {"curve": steep(self.T), "at": wrong.numpy(), "steep": steep(wrong), "right": right}

    def draw(self, canvas):
        left, panel = canvas.subplots(1, 2, width_ratios=[3, 2])
        left.set(xlim=(-42, 42), ylim=(0, 208), yticks=range(0, 161, 40))
        left.set(xlabel="truth t: change of the sunspot number")
        left.set_title("slope of the loss just past zero")
        left.plot(self.T, 2 * abs(self.T), **SQUARED_ERROR)
        (self.curve,) = left.plot([], [], color=style.BLUE)
        (self.dots,) = left.plot([], [], "o", color=style.VERMILION, markersize=5)
        above(left, "dots: years with the wrong direction\ndash-dotted: squared error")
        panel.set(xlabel="weight λ", xlim=(-0.6, 10.6), xticks=range(0, 11, 2))
        panel.set(ylim=(84, 98), yticks=range(84, 98, 2))
        panel.set_title("directions right, of 109", fontsize=style.points(13))
        panel.axhline(88, **SQUARED_ERROR)
        (self.counts,) = panel.plot([], [], color=style.BLUE)
        (self.here,) = panel.plot([], [], "o", color=style.BLUE, markersize=9)
        self.readout = above(panel)

    def update(self, now):
        self.curve.set_data(self.T, in_sight(now.curve, 0, self.STEEPEST))
        self.dots.set_data(now.at, in_sight(now.steep, 0, self.STEEPEST))
        self.counts.set_data(formulas.WEIGHTS, now.right)
        self.here.set_data([now.weight], [now.right[now.weight]])
        unit = {"1": "single spots", "10": "tens"}[now.unit]
        self.readout.set_text(f"λ = {now.weight}, in {unit}:\n{now.right[now.weight]} right")

    def describe(self, now):
        small, large = (now.curve[list(self.T).index(t)] for t in (2, 20))
        return (
            f"Push {now.push}, λ = {now.weight}, counted in units of {now.unit} sunspot"
            f"{'' if now.unit == '1' else 's'}: just past zero the slope is {small:g} for a change "
            f"of 2 and {large:g} for a change of 20, where squared error alone has 4 and 40. Trained "
            f"with it, {now.right[now.weight]} of 109 directions are right; without it 88."
        )


@figure(
    points=Choice("points a draw", [str(size) for size in formulas.SIZES], default="100"),
    shape=Choice("true mean", ["straight", "bent"], default="straight"),
    noise=Slider("noise σ", 0.0, 1.5, step=0.25, default=1.0),
    weight=Slider("weight λ", 0, 10, step=1, default=3),
)
class NoisyFit:
    """Lines fitted to noisy truths with a penalty on the sign, and what it buys on new data."""

    FALL, RISE = -8, 6  # the change in the share of right signs that is drawn, in points
    ENDS, Z = np.array([-2.0, 2.0]), np.linspace(-2, 2, 61)

    def measure(self, points, shape, noise, weight):
        setting = shape, noise, int(points)
        slopes, errors, right = formulas.noisy_scores(*setting)  # each by draw and weight
        return {
            "lines": formulas.noisy_lines(*setting)[:, weight].numpy(),
            "tables": (errors, 100 * (right - right[:, :1])),
            "slopes": slopes.mean(0),
            "errors": errors.mean(0),
            "shares": 100 * right.mean(0),
        }

    def draw(self, canvas):
        cloud, upper, lower = canvas.subplot_mosaic("ab;ac", height_ratios=[2, 3]).values()
        cloud.set(xlabel="input z", xlim=(-2.1, 2.1), ylim=(-5.5, 8), title=" ")
        self.title = cloud.text(0, 1.03, "", transform=cloud.transAxes)
        cloud.axhline(0, color=style.GREY, lw=0.8)
        (self.points,) = cloud.plot([], [], ".", color="#9A9A9A", markersize=5)
        (self.mean,) = cloud.plot([], [], color=style.BLACK, ls="--", zorder=3)
        self.lines = segments(cloud, colors=style.BLUE, linewidths=1)
        cloud.text(-1.95, 7.4, "thin: learnt lines\ndashed: true mean", va="top", linespacing=1.4)

        upper.set_title("squared error, new data", fontsize=style.points(13))
        upper.set(ylim=(-0.3, 4.2))
        upper.tick_params(labelbottom=False)
        lower.set_title("right signs, against λ = 0", fontsize=style.points(13))
        lower.set(ylim=(self.FALL, self.RISE), xlabel="weight λ", ylabel="points")
        lower.axhline(0, color=style.GREY, lw=0.8)
        self.bands, self.means, self.here, self.values = [], [], [], []
        wide = {"colors": style.SKY, "linewidths": 8, "capstyle": "butt", "alpha": 0.6}
        for panel in (upper, lower):
            panel.set(xlim=(-0.4, 10.4), xticks=range(0, 11, 2))
            self.bands.append(segments(panel, **wide))
            self.means += panel.plot([], [], color=style.BLUE, lw=1.6)
            self.here += panel.plot([], [], "o", color=style.BLUE, markersize=8)
            corner = {"va": "top", "transform": panel.transAxes}
            self.values.append(panel.text(0.03, 0.96, "", bbox=PAPER, **corner))

    def update(self, now):
        z, standard = (sample[0, :100] for sample in formulas.noisy_samples(int(now.points)))
        mean = formulas.SHAPES[now.shape]
        self.title.set_text(f"ten draws of {now.points} points")
        self.points.set_data(z, mean(z) + now.noise * standard)
        self.mean.set_data(self.Z, mean(torch.from_numpy(self.Z)))
        heights = now.lines[:, :1] * self.ENDS + now.lines[:, 1:]
        self.lines.set_segments([np.stack([self.ENDS, y], 1) for y in heights])
        for i, table in enumerate(now.tables):
            low, high, middle = table.amin(0), table.amax(0), table.mean(0)
            self.bands[i].set_segments([[(w, low[w]), (w, high[w])] for w in formulas.WEIGHTS])
            self.means[i].set_data(formulas.WEIGHTS, middle)
            self.here[i].set_data([now.weight], [middle[now.weight]])
        error, change = (table.mean(0)[now.weight] for table in now.tables)
        share = f"{fixed(now.shares[now.weight], 1)} % ({fixed(change, 1, sign=True)})"
        set_texts(self.values, [fixed(error, 2), share])

    def describe(self, now):
        w, change = now.weight, now.tables[1][:, now.weight]
        return (
            f"True mean {now.shape}, noise {now.noise:g}, ten draws of {now.points} points, λ = "
            f"{w}: the learnt slope is {fixed(now.slopes[w], 2)} (λ = 0: "
            f"{fixed(now.slopes[0], 2)}), the squared error on new data "
            f"{fixed(now.errors[w], 2)} ({fixed(now.errors[0], 2)}) and the share of right signs "
            f"{fixed(now.shares[w], 1)} % ({fixed(now.shares[0], 1)} %). The change of the share "
            f"lies between {fixed(change.min(), 1)} and {fixed(change.max(), 1)} points."
        )


ROWS = {method: row for row, method in enumerate(formulas.METHODS)}


@figure(
    years=Slider("years known", 2, 12, step=1, default=2),
    weight=Slider("weight λ", 0, 10, step=1, default=3),
    against=Choice("compared with", ["squared error", "as last year"], default="squared error"),
)
class SunspotDirections:
    """Which directions of the sunspot number five methods get right, and which only one does."""

    HEADS = "right, of 109", "only one is right", "RMSE"
    LIMITS = (78, 102), (-34, 34), (8, 36)

    def measure(self, years, weight, against):
        right = {m: formulas.sunspot_right(m, years, weight) for m in ROWS}
        errors = {m: formulas.sunspot_error(m, years, weight) for m in ROWS}
        del errors["classifier"]  # its numbers are no sizes
        split = {
            m: formulas.wins_and_losses(right[m], right[against]) for m in ROWS if m != against
        }
        return {
            "count": {m: int(years_right.sum()) for m, years_right in right.items()},
            "split": split,
            "tested": {
                m: f"{won} : {lost}, p = {fixed(formulas.sign_test(won, lost))}"
                for m, (won, lost) in split.items()
            },
            "rmse": errors,
        }

    def draw(self, canvas):
        panels = canvas.subplots(1, 3, sharey=True, width_ratios=[3, 4, 3])
        looks = {"fontsize": style.points(12), "ha": "center", "va": "bottom", "bbox": PAPER}
        self.texts = []
        for panel, head, ends in zip(panels, self.HEADS, self.LIMITS, strict=True):
            panel.set(xlim=ends, ylim=(len(ROWS) - 0.4, -0.7))
            panel.set_title(head, fontsize=style.points(13))
            self.texts.append({m: panel.text(0, row - 0.2, "", **looks) for m, row in ROWS.items()})
        counts, splits, sizes = panels
        counts.set_yticks(range(len(ROWS)), ROWS)
        splits.axvline(0, color=style.GREY, lw=1.2)
        splits.set(xticks=(-30, 0, 30), xticklabels=("30", "0", "30"))
        splits.set_xlabel("← only the other   only this →", fontsize=style.points(12))
        thick = {"linewidths": 9, "capstyle": "butt"}
        self.bars = [segments(splits, colors=c, **thick) for c in (style.BLUE, style.VERMILION)]
        self.dots = [panel.plot([], [], "o", color=style.BLUE)[0] for panel in (counts, sizes)]
        centre = {"ha": "center", "va": "center", "color": style.GREY}
        sizes.text(22, ROWS["classifier"], "no size", **centre)

    def update(self, now):
        for i, side in enumerate((1, -1)):
            ends = {ROWS[m]: side * split[i] for m, split in now.split.items()}
            self.bars[i].set_segments([[(0, row), (end, row)] for row, end in ends.items()])
        for dots, values in zip(self.dots, (now.count, now.rmse), strict=True):
            dots.set_data(list(values.values()), [ROWS[method] for method in values])
        columns = (
            {m: (count, str(count)) for m, count in now.count.items()},
            {m: (0, text) for m, text in now.tested.items()},
            {m: (error, fixed(error, 2)) for m, error in now.rmse.items()},
        )
        for texts, column in zip(self.texts, columns, strict=True):
            for method, text in texts.items():
                x, words = column.get(method, (0, ""))
                text.set(x=x, text=words)

    def describe(self, now):
        parts = []
        for method, count in now.count.items():
            tested = f" ({now.tested[method]})" if method in now.tested else ""
            rmse = f", RMSE {fixed(now.rmse[method], 2)}" if method in now.rmse else ""
            parts.append(f"{method} {count}{tested}{rmse}")
        return (
            f"Directions right in the 109 years 1900 to 2008, with {now.years} years known and λ = "
            f"{now.weight}; in brackets the years in which only this method or only “{now.against}” "
            f"is right: {'; '.join(parts)}."
        )
