"""The live figures of the notebook about losses that care about the sign."""

import numpy as np
import torch
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgb

from helpers.sign_aware_loss import formulas
from helpers.teaching import style
from helpers.teaching.figure import Choice, Slider, figure

__all__ = [  # noqa: RUF022 (the order of the page)
    "Surface",
    "Slice",
    "Losses",
    "NoisyFit",
    "SunspotDirections",
]

PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5}


def signed(value, digits=2):
    """A number in print, with a true minus sign and no negative zero."""
    return f"{value + 0.0:.{digits}f}".replace("-", "−").replace(
        f"−{0:.{digits}f}", f"{0:.{digits}f}"
    )


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

    def draw(self, canvas):
        canvas.set_layout_engine("none")  # two boxes of the same height, the left one square
        flat = canvas.add_axes((0.085, 0.14, 0.4575, 0.7625))
        bowl = canvas.add_axes((0.565, 0.14, 0.43, 0.7625))
        flat.set(xlabel="truth t", ylabel="prediction x", xlim=(-4, 4), ylim=(-4, 4))
        flat.set_title("lines of equal loss; dashed: x = t")
        flat.plot([-4, 4], [-4, 4], color=style.GREY, lw=1.2, ls="--")
        angle = np.linspace(0, 2 * np.pi, 121)
        self.circle = np.stack([np.cos(angle), np.sin(angle)])
        self.levels = LineCollection([], colors="#B0B0B0", linewidths=1, animated=True)
        self.through = LineCollection(
            [], colors=[case[3] for case in CASES], linestyles=["--", "-"], animated=True
        )
        for lines in (self.levels, self.through):
            flat.add_collection(lines, autolim=False)
        self.labels = []
        for t, x, marker, colour in CASES:
            flat.plot(t, x, marker, color=colour, markersize=8, animated=True, zorder=3)
            label = flat.text(t + 0.35, x, "", va="center", bbox=PAPER, zorder=4)
            label.set_animated(True)
            self.labels.append(label)

        bowl.set(xlim=(-5.2, 5.2), ylim=(-4.4, 6.67))
        bowl.set_axis_off()
        bowl.set_title(f"the surface up to a loss of {RIM:g}")
        self.floor = LineCollection([], colors=style.GREY, linewidths=1.2, animated=True, zorder=1)
        self.skin = PolyCollection([], linewidths=0.4, animated=True, zorder=2)
        for artist in (self.floor, self.skin):
            bowl.add_collection(artist, autolim=False)
        (self.crest,) = bowl.plot([], [], color=style.GREY, lw=1.2, ls="--", animated=True)
        self.marks = [
            bowl.plot([], [], marker, color=colour, markersize=8, animated=True, zorder=4)[0]
            for _, _, marker, colour in CASES
        ]
        self.ends = [bowl.text(0, 0, end, ha="center", va="center") for end in ("t", "x")]
        for end in self.ends:
            end.set(animated=True, zorder=1)  # behind the bowl

    def update(self, c_diff_sign, c_same_sign, view):
        axes = np.sqrt([[c_diff_sign], [c_same_sign]]) * self.circle
        ellipse = np.stack([axes[0] - axes[1], axes[0] + axes[1]], 1) / np.sqrt(2)  # (t, x)
        costs = formulas.two_cases(c_diff_sign, c_same_sign)
        self.levels.set_segments([np.sqrt(level) * ellipse for level in LEVELS])
        self.through.set_segments([np.sqrt(cost) * ellipse for cost in costs])
        for label, (t, x, *_), cost in zip(self.labels, CASES, costs, strict=True):
            label.set_text(f"{signed(x, 0)} for {t}: {cost:.2f}")
        self._bowl(c_diff_sign, c_same_sign, view, costs)

    def _bowl(self, c_diff_sign, c_same_sign, view, costs):
        """Project the bowl (parallel rays) and paint its patches from back to front."""
        turn, tilt = np.radians(view), np.radians(28)

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

    def describe(self, c_diff_sign, c_same_sign, view):
        wrong, right = formulas.two_cases(c_diff_sign, c_same_sign)
        beyond = f" The second lies above the bowl's rim at {RIM:g}." if right > RIM else ""
        return (
            f"With c_diff_sign = {c_diff_sign:g} and c_same_sign = {c_same_sign:g}, predicting −1 "
            f"for a truth of 1 costs {wrong:.2f} and predicting 3 costs {right:.2f}; the contour of "
            f"the second encloses the first.{beyond} The bowl is turned by {view}°."
        )


HIGHEST, HEADROOM = 12.5, 3  # the largest loss that is drawn; room for words above it


@figure(**constants(4.0, 2.0), t=Slider("truth t", -3.0, 3.0, step=0.5, default=3.0))
class Slice:
    """The turned paraboloid for one truth, its minimum, and the line that a regression learns."""

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2)
        left.set(xlabel="prediction x", xlim=(-3.6, 3.6), ylim=(0, HIGHEST + HEADROOM))
        left.set_title("loss; dashed: the truth")
        self.x = np.linspace(-3.6, 3.6, 121)
        (self.truth,) = left.plot([], [], color=style.GREY, lw=1.2, ls="--", animated=True)
        (self.curve,) = left.plot([], [], color=style.BLUE, animated=True)
        (self.perfect,) = left.plot([], [], "D", color=style.GREY, markersize=8, animated=True)
        (self.best,) = left.plot([], [], "o", color=style.BLUE, markersize=9, animated=True)
        self.costs = left.text(0.5, 0.97, "", ha="center", va="top", transform=left.transAxes)
        self.costs.set(animated=True, bbox=PAPER, linespacing=1.4)

        right.set(xlabel="input z", xlim=(-1.6, 1.6), ylim=(-5.6, 6.6))
        right.set_title("what a regression learns")
        right.plot(formulas.LINE_Z, formulas.line_truths(), ".", color=style.GREY)
        right.text(-1.55, 5.4, "dots: truths 3z + 0.5", color=style.GREY)
        (self.line,) = right.plot([], [], color=style.BLUE, animated=True)
        self.learnt = right.text(1.55, -5.1, "", ha="right", animated=True, bbox=PAPER)

    def update(self, c_diff_sign, c_same_sign, t):
        curve = formulas.elliptic_paraboloid(torch.from_numpy(self.x), t, c_diff_sign, c_same_sign)
        best, floor = formulas.paraboloid_minimum(t, c_diff_sign, c_same_sign)
        perfect = 2 * t**2 / c_diff_sign
        self.truth.set_data([t, t], [0, HIGHEST])
        self.curve.set_data(self.x, np.where(curve <= HIGHEST, curve, np.nan))
        for mark, x, cost, kept in ((self.best, best, floor, "o"), (self.perfect, t, perfect, "D")):
            mark.set_data([x], [min(cost, HIGHEST)])
            mark.set_marker(kept if cost <= HIGHEST else "^")
        self.costs.set_text(
            f"● least: {signed(floor)} at x = {signed(best)}\n"
            f"◆ perfect: {signed(perfect)} at x = {signed(t, 1)}"
        )
        _, kappa = formulas.completed_square(c_diff_sign, c_same_sign)
        self.line.set_data(formulas.LINE_Z, kappa * formulas.line_truths())
        sign = "−" if kappa < 0 else "+"
        self.learnt.set_text(
            f"learnt: {signed(kappa * formulas.SLOPE)}·z {sign} {abs(kappa) * formulas.BIAS:.2f}"
        )

    def describe(self, c_diff_sign, c_same_sign, t):
        best, floor = formulas.paraboloid_minimum(t, c_diff_sign, c_same_sign)
        _, kappa = formulas.completed_square(c_diff_sign, c_same_sign)
        slope, bias = kappa * formulas.SLOPE, kappa * formulas.BIAS
        return (
            f"With c_diff_sign = {c_diff_sign:g} and c_same_sign = {c_same_sign:g} the loss for a "
            f"truth of {signed(t, 1)} is least, {signed(floor)}, at x = {signed(best)}; a perfect "
            f"prediction costs {signed(2 * t**2 / c_diff_sign)}. From truths of slope 3 and bias 0.5 "
            f"a regression learns slope {signed(slope)} and bias {signed(bias)}."
        )


TALLEST, STEEPEST, ROOM = 20, 18, 1.25  # what is drawn; room for words above it


@figure(
    loss=Choice("loss", list(formulas.LOSSES), default="(x − t)² + λ·relu(−x·t)"),
    weight=Slider("weight λ", 0.0, 10.0, step=0.5, default=3.0),
    t=Slider("truth t", -2.0, 2.0, step=0.25, default=1.0),
)
class Losses:
    """A loss for one truth and its derivative, beside squared error."""

    def draw(self, canvas):
        self.panels = canvas.subplots(1, 2)
        below, above = np.linspace(-4.2, -1e-9, 211), np.linspace(1e-9, 4.2, 211)
        self.x = np.concatenate([below, [np.nan], above])  # a gap at 0, where losses may jump
        for panel, title in zip(self.panels, ("", "its derivative in x"), strict=True):
            panel.set(xlabel="prediction x", xlim=(-4.2, 4.2), title=title or " ")
        self.name = self.panels[0].text(0, 1.03, "", transform=self.panels[0].transAxes)
        self.name.set_animated(True)
        self.panels[0].set(ylim=(0, ROOM * TALLEST), yticks=range(0, 21, 5))
        self.panels[1].set(ylim=(-1.6 * STEEPEST, 1.6 * STEEPEST), yticks=range(-15, 16, 5))
        self.panels[1].axhline(0, color=style.GREY, lw=0.8)
        self.truths, self.squares, self.curves, self.wrong, self.right, self.texts = (
            [] for _ in range(6)
        )
        for panel in self.panels:

            def line(*args, panel=panel, **looks):
                return panel.plot([], [], *args, animated=True, **looks)[0]

            self.truths.append(line(color=style.GREY, lw=1.2, ls="--"))
            self.squares.append(line(color=style.ORANGE, lw=1.6, ls="-."))
            self.curves.append(line(color=style.BLUE))
            self.wrong.append(line("s", color=style.VERMILION, markersize=8))
            self.right.append(line("o", color=style.GREEN, markersize=8))
            text = panel.text(0.5, 0.97, "", ha="center", va="top", transform=panel.transAxes)
            text.set(animated=True, bbox=PAPER, linespacing=1.4)
            self.texts.append(text)
        self.panels[1].text(
            0.5,
            0.03,
            "dash-dotted: squared error\ndashed: the truth",
            ha="center",
            linespacing=1.4,
            transform=self.panels[1].transAxes,
        )

    def _at(self, loss, weight, t, x):
        """Loss and derivative, and those of squared error, at the predictions x."""
        x, t = torch.as_tensor(x, dtype=torch.float64), torch.tensor(t, dtype=torch.float64)

        def chosen(x, t):
            return formulas.LOSSES[loss](x, t, weight) + 0 * x

        return (chosen(x, t), formulas.slope(chosen, x, t)), ((x - t) ** 2, 2 * (x - t))

    def _cases(self, t):
        """Two predictions at distance 2 from the truth: towards zero and beyond, and away."""
        towards = -2.0 if t >= 0 else 2.0
        return t + towards, t - towards

    def update(self, loss, weight, t):
        curves, squares = self._at(loss, weight, t, self.x)
        (costs, slopes), _ = self._at(loss, weight, t, self._cases(t))
        self.name.set_text(loss)
        words = ("costs", "slope")
        for i, limits in enumerate(((0, TALLEST), (-STEEPEST, STEEPEST))):
            self.truths[i].set_data([t, t], limits)
            for line, y in ((self.curves[i], curves[i]), (self.squares[i], squares[i])):
                drawn = (y >= limits[0]) & (y <= limits[1])
                line.set_data(self.x, np.where(drawn, y, np.nan))
            values = (costs, slopes)[i]
            for mark, x, value, shape in zip(
                (self.wrong[i], self.right[i]), self._cases(t), values, "so", strict=True
            ):
                mark.set_data([x], [np.clip(float(value), limits[0], limits[1])])
                mark.set_marker("v" if value < limits[0] else "^" if value > limits[1] else shape)
            self.texts[i].set_text(
                "\n".join(
                    f"{sign} {signed(x)} {words[i]} {signed(float(value))}"
                    for sign, x, value in zip("■●", self._cases(t), values, strict=True)
                )
            )

    def describe(self, loss, weight, t):
        (costs, slopes), _ = self._at(loss, weight, t, self._cases(t))
        (a, b), (cost_a, cost_b), (slope_a, slope_b) = self._cases(t), costs, slopes
        return (
            f"The loss {loss} with λ = {weight:g} and a truth of {signed(t)}: predicting "
            f"{signed(a)} costs {signed(float(cost_a))} with slope {signed(float(slope_a))}, "
            f"predicting {signed(b)} costs {signed(float(cost_b))} with slope "
            f"{signed(float(slope_b))}."
        )


@figure(
    shape=Choice("true mean", list(formulas.SHAPES), default="straight"),
    noise=Slider("noise σ", 0.0, 1.5, step=0.25, default=1.0),
    weight=Slider("weight λ", 0, 10, step=1, default=3),
)
class NoisyFit:
    """Lines fitted to noisy truths with a penalty on the sign, and what it buys on new data."""

    QUANTITIES = (
        ("learnt slope", (-0.15, 2), "{:.2f}"),
        ("mean squared error, new data", (-0.3, 4.2), "{:.2f}"),
        ("share of signs right", (0.45, 1.05), "{:.3f}"),
    )

    def draw(self, canvas):
        grid = canvas.add_gridspec(3, 2)
        cloud = canvas.add_subplot(grid[:, 0])
        cloud.set(xlabel="input z", xlim=(-2.1, 2.1), ylim=(-5.5, 8), title="ten draws")
        cloud.axhline(0, color=style.GREY, lw=0.8)
        self.z = np.linspace(-2, 2, 61)
        (self.points,) = cloud.plot([], [], ".", color="#9A9A9A", markersize=5, animated=True)
        (self.mean,) = cloud.plot([], [], color=style.BLACK, ls="--", animated=True, zorder=3)
        self.lines = LineCollection([], colors=style.BLUE, linewidths=1, animated=True)
        cloud.add_collection(self.lines, autolim=False)
        cloud.text(-1.95, 7.1, "thin: learnt lines\ndashed: true mean", va="top", linespacing=1.4)

        self.bands, self.medians, self.here, self.values = [], [], [], []
        for row, (title, limits, _) in enumerate(self.QUANTITIES):
            panel = canvas.add_subplot(grid[row, 1])
            panel.set(xlim=(-0.4, 10.4), ylim=limits, xticks=range(0, 11, 2))
            panel.set_title(title, fontsize=style.points(13))
            panel.tick_params(labelbottom=row == 2)
            band = LineCollection(
                [], colors=style.SKY, linewidths=8, capstyle="butt", alpha=0.6, animated=True
            )
            panel.add_collection(band, autolim=False)
            self.bands.append(band)
            (mean,) = panel.plot([], [], color=style.BLUE, lw=1.6, animated=True)
            (here,) = panel.plot([], [], "o", color=style.BLUE, markersize=8, animated=True)
            value = panel.text(1, 1.05, "", ha="right", transform=panel.transAxes)
            value.set_animated(True)
            self.medians.append(mean)
            self.here.append(here)
            self.values.append(value)
        panel.set_xlabel("weight λ")
        for shape in formulas.SHAPES:
            for noise in formulas.NOISES:
                formulas.noisy_scores(shape, noise)

    def update(self, shape, noise, weight):
        z, standard = (sample[0] for sample in formulas.noisy_samples())
        mean = formulas.SHAPES[shape]
        self.points.set_data(z, mean(z) + noise * standard)
        self.mean.set_data(self.z, mean(torch.from_numpy(self.z)))
        at = list(formulas.SHAPES).index(shape), formulas.NOISES.index(noise)
        lines = formulas.noisy_lines()[at][:, weight].numpy()
        ends = np.array([-2.0, 2.0])
        heights = lines[:, :1] * ends + lines[:, 1:]
        self.lines.set_segments([np.stack([ends, y], 1) for y in heights])
        table = formulas.noisy_scores(shape, noise)
        weights = np.array(formulas.WEIGHTS)
        for i, (_, _, form) in enumerate(self.QUANTITIES):
            low, high, middle = table[i].amin(0), table[i].amax(0), table[i].mean(0)
            self.bands[i].set_segments(
                [[(w, a), (w, b)] for w, a, b in zip(weights, low, high, strict=True)]
            )
            self.medians[i].set_data(weights, middle)
            self.here[i].set_data([weight], [middle[weight]])
            self.values[i].set_text(form.format(float(middle[weight])))

    def describe(self, shape, noise, weight):
        table = formulas.noisy_scores(shape, noise)
        slope, error, right = table[..., weight].mean(1).tolist()
        plain = table[..., 0].mean(1).tolist()
        low, high = table[2, :, weight].min(), table[2, :, weight].max()
        return (
            f"True mean {shape}, noise {noise:g}, λ = {weight}: over ten draws the learnt slope is "
            f"{slope:.2f} (λ = 0: {plain[0]:.2f}), the squared error on new data {error:.2f} "
            f"({plain[1]:.2f}) and the share of right signs {right:.3f} ({plain[2]:.3f}), "
            f"from {low:.3f} to {high:.3f}."
        )


@figure(
    lags=Slider("years known", 2, 12, step=1, default=2),
    weight=Slider("weight λ", 0, 10, step=1, default=3),
    against=Choice("difference to", ["squared error", "as last year"], default="squared error"),
)
class SunspotDirections:
    """Direction and size of the next year's change of the sunspot number, 1900 to 2008."""

    def draw(self, canvas):
        self.panels = canvas.subplots(1, 3, sharey=True)
        self.rows = dict(zip(formulas.METHODS, range(len(formulas.METHODS)), strict=True))
        heads = ("direction right, %", "difference, points", "RMSE")
        limits = ((65, 100), (-16, 26), (10, 36))
        self.bars, self.dots, self.texts = [], [], []
        for panel, head, ends in zip(self.panels, heads, limits, strict=True):
            panel.set(xlim=ends, ylim=(len(self.rows) - 0.4, -0.7))
            panel.set_title(head, fontsize=style.points(13))
            bars = LineCollection([], colors=style.BLUE, linewidths=2.5, animated=True)
            panel.add_collection(bars, autolim=False)
            (dots,) = panel.plot([], [], "o", color=style.BLUE, animated=True)
            self.bars.append(bars)
            self.dots.append(dots)
            texts = [panel.text(0, row - 0.2, "", ha="center", va="bottom") for row in range(5)]
            for text in texts:
                text.set(
                    animated=True,
                    fontsize=style.points(12),
                    bbox=PAPER if panel is self.panels[1] else None,
                )
            self.texts.append(texts)
        self.panels[0].set_yticks(range(len(self.rows)), self.rows)
        self.panels[1].axvline(0, color=style.GREY, lw=1.2, ls="--")
        self.panels[2].text(
            23, self.rows["classifier"], "no size", ha="center", va="center", color=style.GREY
        )
        for arguments in (("signs",), ("signs", "as last year"), ("rmse",)):
            formulas.sunspot_scores(*arguments)

    @staticmethod
    def _scores(lags, weight, against):
        """Per panel: method → (value, low, high), shares in per cent."""

        def percent(score):
            return tuple(100 * value for value in score)

        shares = {
            method: percent(formulas.sunspot_score(method, "signs", lags, weight))
            for method in formulas.METHODS
        }
        differences = {
            method: percent(formulas.sunspot_score(method, "signs", lags, weight, against))
            for method in formulas.METHODS
            if method != against
        }
        sizes = {
            method: formulas.sunspot_score(method, "rmse", lags, weight)
            for method in formulas.METHODS
            if method != "classifier"
        }
        return shares, differences, sizes

    def update(self, lags, weight, against):
        for bars, dots, texts, scores, digits in zip(
            self.bars,
            self.dots,
            self.texts,
            self._scores(lags, weight, against),
            (1, 1, 2),
            strict=True,
        ):
            rows = [self.rows[method] for method in scores]
            bars.set_segments(
                [
                    [(low, row), (high, row)]
                    for row, (_, low, high) in zip(rows, scores.values(), strict=True)
                ]
            )
            dots.set_data([score[0] for score in scores.values()], rows)
            for text in texts:
                text.set_text("")
            for row, (value, _, _) in zip(rows, scores.values(), strict=True):
                texts[row].set_text(signed(value, digits))
                texts[row].set_x(value)

    def describe(self, lags, weight, against):
        shares, differences, sizes = self._scores(lags, weight, against)
        parts = []
        for method, (share, _, _) in shares.items():
            text = f"{method} {share:.1f} %"
            if method in differences:
                text += " (difference {}, from {} to {})".format(
                    *(signed(value, 1) for value in differences[method])
                )
            if method in sizes:
                text += f", RMSE {sizes[method][0]:.2f}"
            parts.append(text)
        return (
            f"Directions right in 1900 to 2008 with {lags} years known and λ = {weight}, the "
            f"difference to “{against}” with its 95 % interval: {'; '.join(parts)}."
        )
