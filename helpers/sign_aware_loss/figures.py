"""The live figures of the notebook about losses that care about the sign."""

import numpy as np
import torch
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgb

from helpers.sign_aware_loss import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, Slider, figure
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


def top(axes):
    """Where words stand above what is drawn, and how."""
    looks = {"bbox": PAPER, "linespacing": 1.4, "transform": axes.transAxes}
    return {"ha": "center", "va": "top", **looks}


def constants(c_diff_sign, c_same_sign):
    return {
        "c_diff_sign": Slider("c_diff_sign", 0.5, 10.0, step=0.5, default=c_diff_sign),
        "c_same_sign": Slider("c_same_sign", 0.5, 10.0, step=0.5, default=c_same_sign),
    }


# The two cases of the question: truth, prediction, marker, colour.
CASES = ((1, -1, "s", style.VERMILION), (1, 3, "o", style.BLUE))
LEVELS = (0.5, 1, 2, 4, 8, 16)
RIM, RADIUS, RISE = 6.0, 4.0, 0.75  # the bowl ends at this loss or distance; height of one unit


@figure(
    **constants(4.0, 2.0), view=Slider("view turned by", 0, 345, step=15, default=285, unit="°")
)
class Surface:
    """The turned paraboloid as contours and as a bowl, with the two cases of the question."""

    def measure(self, c_diff_sign, c_same_sign, view):
        constants = c_diff_sign, c_same_sign
        return {"costs": [formulas.elliptic_paraboloid(x, t, *constants) for t, x, *_ in CASES]}

    def draw(self, canvas):
        canvas.set_layout_engine("none")  # two boxes of the same height, the left one square
        flat = canvas.add_axes((0.085, 0.14, 0.4575, 0.7625))
        bowl = canvas.add_axes((0.565, 0.14, 0.43, 0.7625))
        flat.set(xlabel="truth t", ylabel="prediction x", xlim=(-4, 4), ylim=(-4, 4))
        flat.set_title("lines of equal loss; dashed: x = t")
        flat.plot([-4, 4], [-4, 4], color=style.GREY, lw=1.2, ls="--")
        angle = np.linspace(0, 2 * np.pi, 121)
        self.circle = np.stack([np.cos(angle), np.sin(angle)])
        self.levels = LineCollection([], colors="#B0B0B0", linewidths=1)
        self.through = LineCollection(
            [], colors=[case[3] for case in CASES], linestyles=["--", "-"]
        )
        for lines in (self.levels, self.through):
            flat.add_collection(lines, autolim=False)
        self.dots, self.labels = [], []
        for t, x, marker, colour in CASES:
            self.dots += flat.plot(t, x, marker, color=colour, markersize=8, zorder=3)
            self.labels.append(flat.text(t + 0.35, x, "", va="center", bbox=PAPER, zorder=4))

        bowl.set(xlim=(-5.2, 5.2), ylim=(-4.4, 6.67))
        bowl.set_axis_off()
        bowl.set_title(f"the surface up to a loss of {RIM:g}")
        self.floor = LineCollection([], colors=style.GREY, linewidths=1.2, zorder=1)
        self.skin = PolyCollection([], linewidths=0.4, zorder=2)
        for artist in (self.floor, self.skin):
            bowl.add_collection(artist, autolim=False)
        (self.crest,) = bowl.plot([], [], color=style.GREY, lw=1.2, ls="--")
        self.marks = [
            bowl.plot([], [], marker, color=colour, markersize=8, zorder=4)[0]
            for _, _, marker, colour in CASES
        ]
        # Behind the bowl.
        self.ends = [bowl.text(0, 0, end, ha="center", va="center", zorder=1) for end in "tx"]

    def update(self, now):
        axes = np.sqrt([[now.c_diff_sign], [now.c_same_sign]]) * self.circle
        ellipse = np.stack([axes[0] - axes[1], axes[0] + axes[1]], 1) / np.sqrt(2)  # (t, x)
        self.levels.set_segments([np.sqrt(level) * ellipse for level in LEVELS])
        self.through.set_segments([np.sqrt(cost) * ellipse for cost in now.costs])
        for label, (t, x, *_), cost in zip(self.labels, CASES, now.costs, strict=True):
            label.set_text(f"{fixed(x, 0)} for {t}: {fixed(cost, 2)}")
        self._bowl(now.c_diff_sign, now.c_same_sign, np.radians(now.view), now.costs)

    def _bowl(self, c_diff_sign, c_same_sign, turn, costs):
        """Project the bowl (parallel rays) and paint its patches from back to front."""
        tilt = np.radians(28)

        def project(t, x, loss):
            right = t * np.cos(turn) - x * np.sin(turn)
            back = t * np.sin(turn) + x * np.cos(turn)
            up = back * np.sin(tilt) + RISE * loss * np.cos(tilt)
            return np.stack([right, up], -1), back

        def loss(t, x):
            return (t + x) ** 2 / 2 / c_diff_sign + (x - t) ** 2 / 2 / c_same_sign

        angle = np.linspace(0, 2 * np.pi, 41)
        t, x = np.cos(angle), np.sin(angle)
        reach = np.minimum(RADIUS, np.sqrt(RIM / loss(t, x)))
        ring = np.linspace(0, 1, 9)[:, None] * reach
        t, x = ring * t, ring * x
        points, back = project(t, x, loss(t, x))
        corners = [(slice(0, -1), slice(0, -1)), (slice(1, None), slice(0, -1))]
        corners += [(slice(1, None), slice(1, None)), (slice(0, -1), slice(1, None))]
        patches = np.stack([points[corner] for corner in corners], 2).reshape(-1, 4, 2)
        order = np.argsort(-sum(back[corner] for corner in corners).ravel(), kind="stable")
        middle = sum(loss(t, x)[corner] for corner in corners).ravel() / 4 / RIM
        low, high = np.array(to_rgb(style.BLUE)), np.array([0.93, 0.96, 1.0])
        shade = low + np.sqrt(middle)[:, None] * (high - low)
        self.skin.set_verts(patches[order])
        self.skin.set_facecolor(shade[order])
        self.skin.set_edgecolor(0.75 * shade[order])

        ends = np.array([[-4.5, 0], [4.5, 0], [0, -4.5], [0, 4.5]])
        at, _ = project(ends[:, 0], ends[:, 1], 0)
        self.floor.set_segments([at[:2], at[2:]])
        for text, end in zip(self.ends, 1.09 * at[1::2], strict=True):
            text.set_position(end)
        along = np.linspace(-1, 1, 41) * min(RADIUS, np.sqrt(RIM * c_diff_sign)) / np.sqrt(2)
        crest, _ = project(along, along, loss(along, along))
        self.crest.set_data(*crest.T)
        for mark, (t, x, shape, _), cost in zip(self.marks, CASES, costs, strict=True):
            at, _ = project(np.array(t), np.array(x), min(cost, RIM))
            mark.set_data(at[:1], at[1:])
            mark.set_marker(shape if cost <= RIM else "^")

    def describe(self, now):
        wrong, right = now.costs
        beyond = f" The second lies above the bowl's rim at {RIM:g}." if right > RIM else ""
        return (
            f"With c_diff_sign = {now.c_diff_sign:g} and c_same_sign = {now.c_same_sign:g}, "
            f"predicting −1 for a truth of 1 costs {fixed(wrong, 2)} and predicting 3 costs {fixed(right, 2)}; "
            f"the contour of the second encloses the first.{beyond} The bowl is turned by "
            f"{now.view}°."
        )


HIGHEST, HEADROOM = 12.5, 3  # the largest loss that is drawn; room for words above it


@figure(**constants(4.0, 2.0), t=Slider("truth t", -3.0, 3.0, step=0.5, default=3.0))
class Slice:
    """The turned paraboloid for one truth, its minimum, and the line that a regression learns."""

    X = np.linspace(-3.6, 3.6, 121)
    SLOPE, BIAS = 3.0, 0.5
    Z = np.linspace(-1.5, 1.5, 31)
    TRUTHS = SLOPE * Z + BIAS

    def measure(self, c_diff_sign, c_same_sign, t):
        constants = c_diff_sign, c_same_sign
        kappa = formulas.kappa(*constants)
        return {
            "curve": formulas.elliptic_paraboloid(torch.from_numpy(self.X), t, *constants),
            "best": kappa * t,
            "floor": formulas.elliptic_paraboloid(kappa * t, t, *constants),
            "perfect": formulas.elliptic_paraboloid(t, t, *constants),
            "kappa": kappa,
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(xlabel="prediction x", xlim=(-3.6, 3.6), ylim=(0, HIGHEST + HEADROOM))
        left.set_title("loss; dashed: the truth")
        (self.truth,) = left.plot([], [], color=style.GREY, lw=1.2, ls="--")
        (self.curve,) = left.plot([], [], color=style.BLUE)
        (self.perfect,) = left.plot([], [], "D", color=style.GREY, markersize=8)
        (self.best,) = left.plot([], [], "o", color=style.BLUE, markersize=9)
        self.costs = left.text(0.5, 0.97, "", **top(left))

        right.set(xlabel="input z", xlim=(-1.6, 1.6), ylim=(-5.6, 6.6))
        right.set_title("what a regression learns")
        right.plot(self.Z, self.TRUTHS, ".", color=style.GREY)
        right.text(-1.55, 5.4, "dots: truths 3z + 0.5", color=style.GREY)
        (self.line,) = right.plot([], [], color=style.BLUE)
        self.learnt = right.text(1.55, -5.1, "", ha="right", bbox=PAPER)

    def update(self, now):
        self.truth.set_data([now.t, now.t], [0, HIGHEST])
        self.curve.set_data(self.X, np.where(now.curve <= HIGHEST, now.curve, np.nan))
        for mark, x, cost, kept in (
            (self.best, now.best, now.floor, "o"),
            (self.perfect, now.t, now.perfect, "D"),
        ):
            mark.set_data([x], [min(cost, HIGHEST)])
            mark.set_marker(kept if cost <= HIGHEST else "^")
        self.costs.set_text(
            f"● least: {fixed(now.floor, 2)} at x = {fixed(now.best, 2)}\n"
            f"◆ perfect: {fixed(now.perfect, 2)} at x = {fixed(now.t, 1)}"
        )
        self.line.set_data(self.Z, now.kappa * self.TRUTHS)
        slope, bias = now.kappa * self.SLOPE, abs(now.kappa) * self.BIAS
        self.learnt.set_text(
            f"learnt: {fixed(slope, 2)}·z {'−' if now.kappa < 0 else '+'} {fixed(bias, 2)}"
        )

    def describe(self, now):
        slope, bias = now.kappa * self.SLOPE, now.kappa * self.BIAS
        return (
            f"With c_diff_sign = {now.c_diff_sign:g} and c_same_sign = {now.c_same_sign:g} the loss "
            f"for a truth of {fixed(now.t, 1)} is least, {fixed(now.floor, 2)}, at x = "
            f"{fixed(now.best, 2)}; a perfect prediction costs {fixed(now.perfect, 2)}. From truths "
            f"of slope 3 and bias 0.5 a regression learns slope {fixed(slope, 2)} and bias "
            f"{fixed(bias, 2)}."
        )


TALLEST, STEEPEST, ROOM = 20, 18, 1.25  # what is drawn; room for words above it


@figure(
    loss=Choice("loss", list(formulas.LOSSES), default="(x − t)² + λ·relu(−x·t)"),
    weight=Slider("weight λ", 0.0, 10.0, step=0.5, default=3.0),
    t=Slider("truth t", -2.0, 2.0, step=0.25, default=1.0),
)
class Losses:
    """A loss for one truth and its derivative, beside squared error."""

    # A gap at 0, where losses may jump.
    X = np.concatenate([np.linspace(-4.2, -1e-9, 169), [np.nan], np.linspace(1e-9, 4.2, 169)])

    def measure(self, loss, weight, t):
        """Loss and slope: of squared error and of the loss at all X, and at the two cases.

        The cases are at distance 2 from the truth: towards zero and beyond, and away.
        """
        towards = -2.0 if t >= 0 else 2.0
        cases, truth = (t + towards, t - towards), torch.tensor(t, dtype=torch.float64)

        def chosen(x, t):
            return formulas.LOSSES[loss](x, t, weight) + 0 * x

        def at(x):
            x = torch.as_tensor(x, dtype=torch.float64)
            return chosen(x, truth), formulas.slope(chosen, x, truth)

        squares, curves = ((self.X - t) ** 2, 2 * (self.X - t)), at(self.X)
        least = np.nanargmin(np.where(np.isnan(self.X), np.nan, curves[0]))
        found = {"squares": squares, "curves": curves, "cases": cases, "values": at(cases)}
        return found | {"least": (self.X[least], float(curves[0][least]))}

    def draw(self, canvas):
        panels = canvas.subplots(1, 2)
        left, right = panels
        self.name = left.text(0, 1.03, "", transform=left.transAxes)
        left.set(ylim=(0, ROOM * TALLEST), yticks=range(0, 21, 5), title=" ")
        right.set(ylim=(-1.6 * STEEPEST, 1.6 * STEEPEST), yticks=range(-15, 16, 5))
        right.set_title("its derivative in x")
        right.axhline(0, color=style.GREY, lw=0.8)
        self.lines, self.marks, self.texts = [], [], []
        for panel in panels:
            panel.set(xlabel="prediction x", xlim=(-4.2, 4.2))
            (truth,) = panel.plot([], [], color=style.GREY, lw=1.2, ls="--")
            (square,) = panel.plot([], [], color=style.ORANGE, lw=1.6, ls="-.")
            (curve,) = panel.plot([], [], color=style.BLUE)
            (wrong,) = panel.plot([], [], "s", color=style.VERMILION, markersize=8)
            (right_one,) = panel.plot([], [], "o", color=style.GREEN, markersize=8)
            self.lines.append((truth, square, curve))
            self.marks.append((wrong, right_one))
            self.texts.append(panel.text(0.5, 0.97, "", **top(panel)))
        (self.least,) = left.plot([], [], "D", color=style.BLACK, markersize=7)
        words = "dash-dotted: squared error\ndashed: the truth"
        below = {"ha": "center", "linespacing": 1.4, "transform": right.transAxes}
        right.text(0.5, 0.03, words, **below)

    def update(self, now):
        self.name.set_text(now.loss)
        self.least.set_data(*([value] for value in now.least))
        for i, (low, high) in enumerate(((0, TALLEST), (-STEEPEST, STEEPEST))):
            truth, *curves = self.lines[i]
            truth.set_data([now.t, now.t], [low, high])
            for line, y in zip(curves, (now.squares[i], now.curves[i]), strict=True):
                line.set_data(self.X, np.where((y >= low) & (y <= high), y, np.nan))
            values = now.values[i].tolist()
            for mark, x, value, shape in zip(self.marks[i], now.cases, values, "so", strict=True):
                mark.set_data([x], [np.clip(value, low, high)])
                mark.set_marker("v" if value < low else "^" if value > high else shape)
            word = ("costs", "slope")[i]
            rows = zip("■●", now.cases, values, strict=True)
            said = [f"{sign} {fixed(x, 2)} {word} {fixed(value, 2)}" for sign, x, value in rows]
            said += [f"◆ least at {fixed(now.least[0], 2)}"] * (i == 0)
            self.texts[i].set_text("\n".join(said))

    def describe(self, now):
        costs = [
            f"predicting {fixed(x, 2)} costs {fixed(cost, 2)} with slope {fixed(slope, 2)}"
            for x, cost, slope in zip(now.cases, *now.values, strict=True)
        ]
        return (
            f"The loss {now.loss} with λ = {now.weight:g} and a truth of {fixed(now.t, 2)}: "
            f"{', '.join(costs)}. It is least at {fixed(now.least[0], 2)}."
        )


PULLED, FARTHEST = 160, 42  # the largest slope and the largest change that are drawn


@figure(
    push=Choice("push", list(formulas.PUSHES), default="λ·|t|, from relu(−x·t)"),
    weight=Slider("weight λ", 0, 10, step=1, default=3),
    unit=Choice("count in", [str(unit) for unit in formulas.UNITS], default="10"),
)
class PushByTruth:
    """How steep the loss is just past zero, for each truth, and what a push does to directions."""

    SIDE = np.array([1e-9, *range(1, FARTHEST + 1)])
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
        left.set(xlim=(-FARTHEST, FARTHEST), ylim=(0, 1.3 * PULLED), yticks=range(0, 161, 40))
        left.set(xlabel="truth t: change of the sunspot number")
        left.set_title("slope of the loss just past zero")
        left.plot(self.T, 2 * abs(self.T), color=style.ORANGE, lw=1.6, ls="-.")
        (self.curve,) = left.plot([], [], color=style.BLUE)
        (self.dots,) = left.plot([], [], "o", color=style.VERMILION, markersize=5)
        said = "dots: years with the wrong direction\ndash-dotted: squared error"
        left.text(0.5, 0.97, said, **top(left))
        panel.set(xlabel="weight λ", xlim=(-0.6, 10.6), xticks=range(0, 11, 2))
        panel.set(ylim=(84, 98), yticks=range(84, 98, 2))
        panel.set_title("directions right, of 109", fontsize=style.points(13))
        panel.axhline(88, color=style.ORANGE, lw=1.6, ls="-.")
        (self.counts,) = panel.plot([], [], color=style.BLUE)
        (self.here,) = panel.plot([], [], "o", color=style.BLUE, markersize=9)
        self.readout = panel.text(0.5, 0.97, "", **top(panel))

    def update(self, now):
        for line, x, y in ((self.curve, self.T, now.curve), (self.dots, now.at, now.steep)):
            line.set_data(x, np.where(y <= PULLED, y, np.nan))
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

    def measure(self, points, shape, noise, weight):
        setting = shape, noise, int(points)
        _, error, right = formulas.noisy_scores(*setting)  # each by draw and weight
        change = 100 * (right - right[:, :1])
        lines = formulas.noisy_lines(*setting)[:, weight].numpy()
        slopes = formulas.noisy_scores(*setting)[0].mean(0)
        found = {"lines": lines, "error": error, "change": change, "slopes": slopes}
        return found | {"right": right.mean(0)}

    def draw(self, canvas):
        grid = canvas.add_gridspec(2, 2, height_ratios=[2, 3])
        cloud = canvas.add_subplot(grid[:, 0])
        cloud.set(xlabel="input z", xlim=(-2.1, 2.1), ylim=(-5.5, 8), title=" ")
        self.title = cloud.text(0, 1.03, "", transform=cloud.transAxes)
        cloud.axhline(0, color=style.GREY, lw=0.8)
        self.z = np.linspace(-2, 2, 61)
        (self.points,) = cloud.plot([], [], ".", color="#9A9A9A", markersize=5)
        (self.mean,) = cloud.plot([], [], color=style.BLACK, ls="--", zorder=3)
        self.lines = LineCollection([], colors=style.BLUE, linewidths=1)
        cloud.add_collection(self.lines, autolim=False)
        cloud.text(-1.95, 7.4, "thin: learnt lines\ndashed: true mean", va="top", linespacing=1.4)

        self.bands, self.means, self.here, self.values = [], [], [], []
        limits = (-0.3, 4.2), (self.FALL, self.RISE)
        titles = "squared error, new data", "right signs, against λ = 0"
        for row, (title, ends) in enumerate(zip(titles, limits, strict=True)):
            panel = canvas.add_subplot(grid[row, 1])
            panel.set(xlim=(-0.4, 10.4), ylim=ends, xticks=range(0, 11, 2))
            panel.set_title(title, fontsize=style.points(13))
            panel.tick_params(labelbottom=row == 1)
            looks = {"colors": style.SKY, "linewidths": 8, "capstyle": "butt", "alpha": 0.6}
            self.bands.append(panel.add_collection(LineCollection([], **looks), autolim=False))
            self.means += panel.plot([], [], color=style.BLUE, lw=1.6)
            self.here += panel.plot([], [], "o", color=style.BLUE, markersize=8)
            looks = {"va": "top", "bbox": PAPER, "transform": panel.transAxes}
            self.values.append(panel.text(0.03, 0.96, "", **looks))
        panel.set(xlabel="weight λ", ylabel="points")
        panel.axhline(0, color=style.GREY, lw=0.8)

    def update(self, now):
        z, standard = (sample[0, :100] for sample in formulas.noisy_samples(int(now.points)))
        mean = formulas.SHAPES[now.shape]
        self.title.set_text(f"ten draws of {now.points} points")
        self.points.set_data(z, mean(z) + now.noise * standard)
        self.mean.set_data(self.z, mean(torch.from_numpy(self.z)))
        ends = np.array([-2.0, 2.0])
        heights = now.lines[:, :1] * ends + now.lines[:, 1:]
        self.lines.set_segments([np.stack([ends, y], 1) for y in heights])
        for i, table in enumerate((now.error, now.change)):
            low, high, middle = table.amin(0), table.amax(0), table.mean(0)
            self.bands[i].set_segments([[(w, low[w]), (w, high[w])] for w in formulas.WEIGHTS])
            self.means[i].set_data(formulas.WEIGHTS, middle)
            self.here[i].set_data([now.weight], [middle[now.weight]])
        change = fixed(now.change.mean(0)[now.weight], 1, sign=True)
        self.values[0].set_text(fixed(now.error.mean(0)[now.weight], 2))
        self.values[1].set_text(f"{fixed(100 * now.right[now.weight], 1)} % ({change})")

    def describe(self, now):
        slopes, errors, shares = now.slopes, now.error.mean(0), 100 * now.right
        change = now.change[:, now.weight]
        return (
            f"True mean {now.shape}, noise {now.noise:g}, ten draws of {now.points} points, λ = "
            f"{now.weight}: the learnt slope is {fixed(slopes[now.weight], 2)} (λ = 0: "
            f"{fixed(slopes[0], 2)}), the squared error on new data "
            f"{fixed(errors[now.weight], 2)} ({fixed(errors[0], 2)}) and the share of right signs "
            f"{fixed(shares[now.weight], 1)} % ({fixed(shares[0], 1)} %). The change of the share "
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

    def measure(self, years, weight, against):
        right = {m: formulas.sunspot_right(m, years, weight) for m in formulas.METHODS}
        errors = {m: formulas.sunspot_error(m, years, weight) for m in formulas.METHODS}
        del errors["classifier"]  # its numbers are no sizes
        split = {
            m: formulas.wins_and_losses(right[m], right[against])
            for m in formulas.METHODS
            if m != against
        }
        return {
            "count": {m: int(r.sum()) for m, r in right.items()},
            "split": split,
            "rmse": errors,
        }

    def draw(self, canvas):
        panels = canvas.subplots(1, 3, sharey=True, width_ratios=[3, 4, 3])
        heads = ("right, of 109", "only one is right", "RMSE")
        limits = ((78, 102), (-34, 34), (8, 36))
        for panel, head, ends in zip(panels, heads, limits, strict=True):
            panel.set(xlim=ends, ylim=(len(ROWS) - 0.4, -0.7))
            panel.set_title(head, fontsize=style.points(13))
        panels[0].set_yticks(range(len(ROWS)), ROWS)
        panels[1].axvline(0, color=style.GREY, lw=1.2)
        panels[1].set(xticks=(-30, 0, 30), xticklabels=("30", "0", "30"))
        panels[1].set_xlabel("← only the other   only this →", fontsize=style.points(12))
        looks = {"linewidths": 9, "capstyle": "butt"}
        self.bars = [
            panels[1].add_collection(LineCollection([], colors=colour, **looks), autolim=False)
            for colour in (style.BLUE, style.VERMILION)
        ]
        self.dots = [panels[i].plot([], [], "o", color=style.BLUE)[0] for i in (0, 2)]
        looks = {"fontsize": style.points(12), "ha": "center", "va": "bottom", "bbox": PAPER}
        self.texts = [[p.text(0, row - 0.2, "", **looks) for row in range(5)] for p in panels]
        centre = {"ha": "center", "va": "center", "color": style.GREY}
        panels[2].text(22, ROWS["classifier"], "no size", **centre)

    def update(self, now):
        for i, side in enumerate((1, -1)):
            self.bars[i].set_segments(
                [[(0, ROWS[m]), (side * split[i], ROWS[m])] for m, split in now.split.items()]
            )
        tested = {
            m: f"{won} : {lost}, p = {fixed(formulas.sign_test(won, lost))}"
            for m, (won, lost) in now.split.items()
        }
        places = (now.count, dict.fromkeys(tested, 0), now.rmse)
        words = (now.count, tested, {m: fixed(value, 2) for m, value in now.rmse.items()})
        for texts, place, word in zip(self.texts, places, words, strict=True):
            for text in texts:
                text.set_text("")
            for method, x in place.items():
                texts[ROWS[method]].set(text=word[method], x=x)
        for dots, values in zip(self.dots, (now.count, now.rmse), strict=True):
            dots.set_data(list(values.values()), [ROWS[method] for method in values])

    def describe(self, now):
        parts = []
        for method, count in now.count.items():
            text = f"{method} {count}"
            if method in now.split:
                wins, losses = now.split[method]
                chance = fixed(formulas.sign_test(wins, losses))
                text += f" ({wins} : {losses}, p = {chance})"
            if method in now.rmse:
                text += f", RMSE {fixed(now.rmse[method], 2)}"
            parts.append(text)
        return (
            f"Directions right in the 109 years 1900 to 2008, with {now.years} years known and λ = "
            f"{now.weight}; in brackets the years in which only this method or only “{now.against}” "
            f"is right: {'; '.join(parts)}."
        )
