"""The live figures of 13_variational_bounds."""

import numpy as np

from helpers.teaching import style
from helpers.teaching.figure import Choice, LogSlider, Slider, figure
from helpers.teaching.parts import set_dots, set_heights, set_lines, ticks
from helpers.teaching.words import brief, fixed
from helpers.variational_bounds import formulas, vae

__all__ = ["BoundAndGap", "WeightYouGet", "PriceOfTheKL", "SamplesAndBounds", "WeightsThatMove"]  # noqa: RUF022

EVIDENCE = fixed(formulas.log_evidence())  # ln p(x) of the solvable model


@figure(
    mu=Slider("mean of q", -0.5, 2.0, step=0.1, default=0.2),
    sigma=Slider("standard deviation of q", 0.2, 1.5, step=0.05, default=0.8),
)
class BoundAndGap:
    """The solvable model: a q beside the true posterior, the two terms of the ELBO, and the gap."""

    Z = np.linspace(-2.5, 3.5, 300)

    def measure(self, mu, sigma):
        likelihood, prior = formulas.likelihood_term(mu, sigma), formulas.normal_kl(mu, sigma)
        return {
            "likelihood": likelihood,
            "prior": prior,
            "elbo": likelihood - prior,
            "gap": formulas.normal_kl(mu, sigma, *formulas.POSTERIOR),
        }

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[1, 1.15])
        left.set(title="densities of z", xlabel="z", xlim=(-2.5, 3.5), ylim=(0, 2.3))
        left.plot(self.Z, formulas.density(self.Z, 0, 1), color=style.GREY, lw=1.2, label="prior")
        posterior = formulas.density(self.Z, *formulas.POSTERIOR)
        left.plot(self.Z, posterior, color=style.BLUE, label="posterior")
        (self.q,) = left.plot([], [], "--", color=style.VERMILION, label="q")
        left.legend(loc="upper right")
        right.set(title="nats", xlim=(-0.6, 2.6), ylim=(-11, 2.6))
        right.set_xticks(range(3), ["E ln p(x|z)", "−KL(q‖prior)", "ELBO"])
        right.axhline(0, color=style.GREY, lw=0.8)
        right.axhline(formulas.log_evidence(), color=style.BLUE, lw=1.5)
        right.text(-0.55, 0.25, f"blue: ln p(x) = {EVIDENCE}", va="bottom")
        colours = [style.SKY, style.ORANGE, style.GREEN]
        self.bars = right.bar(range(3), [-1] * 3, width=0.5, color=colours)
        (self.gap,) = right.plot([], [], color=style.VERMILION, lw=4, solid_capstyle="butt")
        self.numbers = [right.text(k, 0, "", ha="center", va="top") for k in range(3)]
        self.readout = right.text(2.6, 1.5, "", ha="right", va="bottom")

    def update(self, now):
        self.q.set_data(self.Z, formulas.density(self.Z, now.mu, now.sigma))
        for k, value in enumerate((now.likelihood, -now.prior, now.elbo)):
            self.bars[k].set_height(value)
            self.numbers[k].set(text=fixed(value, 2), y=min(value, 0) - 0.15)
        self.gap.set_data([2.35, 2.35], [now.elbo, now.elbo + now.gap])
        self.readout.set_text(f"gap (red): {fixed(now.gap, 3)}")

    def describe(self, now):
        return (
            f"q has mean {fixed(now.mu, 1)} and standard deviation {fixed(now.sigma, 2)}: "
            f"E ln p(x|z) {fixed(now.likelihood)}, KL from the prior {fixed(now.prior)}, "
            f"ELBO {fixed(now.elbo)}; the gap to ln p(x) = {EVIDENCE} is {fixed(now.gap)}."
        )


def mosaic(weight):
    """Six test digits, their reconstructions and six samples, three rows of one picture."""
    rows = np.concatenate([formulas.originals()[None], formulas.kept_pictures(weight)])
    tiles = np.pad(rows, ((0, 0), (0, 0), (1, 1), (1, 1)))
    return tiles.transpose(0, 2, 1, 3).reshape(30, 60)


def show_digits(axes):
    """An empty mosaic in `axes`, to be filled by set_data."""
    axes.grid(False)
    ticks(axes, x=[], y={5: "digits", 15: "rebuilt", 25: "samples"})
    return axes.imshow(np.zeros((30, 60)), cmap="gray_r", vmin=0, vmax=1, aspect="equal")


@figure(
    reconstruction=Choice("errors", list(formulas.REDUCTIONS), default="mean"),
    divergence=Choice("KL", list(formulas.REDUCTIONS), default="mean"),
    batch=Choice("batch size", ["16", "32", "64", "100", "200"], default="100"),
)
class WeightYouGet:
    """The weight that two reductions amount to, and what a training at such a weight gives."""

    def measure(self, reconstruction, divergence, batch):
        beta = formulas.effective_beta(reconstruction, divergence, int(batch))
        near = formulas.nearest(beta)
        return {"beta": beta, "near": near, "mosaic": mosaic(near)}

    def draw(self, canvas):
        top, bottom = canvas.subplots(2, 1, height_ratios=[1, 2.6])
        top.set(title="effective β, logarithmic", xscale="log", xlim=(2e-4, 4e4))
        top.set(ylim=(0, 1), yticks=[])
        top.axvline(1, color=style.BLUE, lw=1.5)
        top.plot(vae.WEIGHTS[1:], [0.14] * (len(vae.WEIGHTS) - 1), "|", color=style.GREY, ms=12)
        (self.dot,) = top.plot([], [], "o", color=style.VERMILION, markersize=11)
        self.readout = top.text(3e4, 0.9, "", ha="right", va="top")
        self.words = top.text(2.5e-4, 0.9, "", va="top")
        self.digits = show_digits(bottom)

    def update(self, now):
        self.dot.set_data([now.beta], [0.14])
        self.words.set_text(f"{now.reconstruction} / {now.divergence}, B = {now.batch}")
        self.readout.set_text(f"β = {brief(now.beta, 4)} (shown: {brief(now.near, 4)})")
        self.digits.set_data(now.mosaic)

    def describe(self, now):
        return (
            f"Errors reduced by {now.reconstruction}, KL by {now.divergence}, batches of "
            f"{now.batch}: effective β {brief(now.beta, 4)}. Below, six digits, their "
            f"reconstructions, and six samples of a training at β = {brief(now.near, 4)}, the "
            f"nearest that is stored."
        )


PRICES = [weight for weight in vae.WEIGHTS if weight <= 8]


def kept(name, weight):
    """One measure of what the KL term costs and buys at this weight, the mean of the trainings."""
    return formulas.kept("weights", weight, name).mean()


@figure(beta=Choice("β", [f"{weight:g}" for weight in PRICES], default="0.01"))
class PriceOfTheKL:
    """One weight of the KL term: what it costs, what it buys, and which latents are used."""

    def measure(self, beta):
        weight = float(beta)
        measures = ("reconstruction", "divergence", "spread", "distance")
        found = {name: kept(name, weight) for name in measures}
        return {**found, "latents": formulas.kept_latents(weight), "mosaic": mosaic(weight)}

    def draw(self, canvas):
        grid = canvas.add_gridspec(2, 2, width_ratios=[1, 1.35])
        left, low = canvas.add_subplot(grid[0, 0]), canvas.add_subplot(grid[1, 0])
        right = canvas.add_subplot(grid[:, 1])
        left.set(title="KL of each latent, nats", xlim=(-0.6, 7.6), ylim=(0, 10), xticks=[])
        self.bars = left.bar(range(8), [1] * 8, width=0.7, color=style.ORANGE)
        low.set(title="by β (dots: this one)", xlim=(-0.5, len(PRICES) - 0.5), ylim=(0, 29))
        errors = [kept("reconstruction", weight) for weight in PRICES]
        distances = [kept("distance", weight) for weight in PRICES]
        low.plot(errors, color=style.BLUE, label="error, nats")
        low.plot(distances, "--", color=style.VERMILION, label="pixels off")
        ticks(low, x={0: "0", 5: "1", 10: "8"})
        low.legend(loc="upper left", handlelength=1.2, borderaxespad=0.1)
        dot = {"marker": "o", "ls": "", "markersize": 9}
        self.dots = [low.plot([], [], color=c, **dot)[0] for c in (style.BLUE, style.VERMILION)]
        self.digits = show_digits(right)
        self.readout = right.text(0, -0.06, "", va="top", transform=right.transAxes)

    def update(self, now):
        set_heights(self.bars, now.latents)
        at = PRICES.index(float(now.beta))
        set_dots(self.dots, at, (now.reconstruction, now.distance))
        self.digits.set_data(now.mosaic)
        self.readout.set_text(
            f"β = {now.beta}: KL {brief(now.divergence)} nats\n"
            f"spread of the rebuilt {brief(now.spread, 2)}"
        )

    def describe(self, now):
        used = int((now.latents > 0.01).sum())
        return (
            f"β = {now.beta}: reconstruction error {fixed(now.reconstruction, 2)} nats, KL "
            f"{brief(now.divergence)} nats, {used} of 8 latents used; reconstructions vary by "
            f"{brief(now.spread, 2)} from digit to digit; samples differ from the nearest training "
            f"digit in {fixed(now.distance, 2)} of 64 pixels."
        )


@figure(
    samples=Choice("K", [str(k) for k in formulas.SAMPLES], default="10"),
    sigma=LogSlider("standard deviation of q", -0.7, 1.3, per_decade=20, default=2.0),
)
class SamplesAndBounds:
    """The K-sample bound and the posted objective, against the width of q."""

    def measure(self, samples, sigma):
        curves = formulas.curves()[int(samples)]
        at = min(range(len(formulas.WIDTHS)), key=lambda k: abs(formulas.WIDTHS[k] - sigma))
        bound, posted, size = curves[at]
        return {"curves": curves, "bound": bound, "posted": posted, "size": size}

    def draw(self, canvas):
        left, right = canvas.subplots(1, 2, width_ratios=[1.6, 1])
        left.set(title="nats", xlabel="standard deviation of q", xscale="log")
        left.set(xlim=(0.19, 21), ylim=(-6, 3))
        ticks(left, x=[0.2, 0.5, 2, 5, 20])
        left.axhline(formulas.log_evidence(), color=style.GREY, lw=1.2, label="ln p(x)")
        self.lines, self.dots = [], []
        for name, colour, dash in (("bound", style.BLUE, "-"), ("posted", style.VERMILION, "--")):
            self.lines += left.plot([], [], dash, color=colour, label=name)
            self.dots += left.plot([], [], "o", color=colour, markersize=8)
        self.here = left.axvline(2, color=style.GREY, lw=1, linestyle=":")
        left.legend(loc="lower left")
        right.set(title="effective samples", xlim=(-0.6, 0.6), ylim=(0, 1.15))
        ticks(right, x=[], y={0: "0", 0.5: "K/2", 1: "K"})
        (self.bar,) = right.bar([0], [1], width=0.5, color=style.GREEN)
        self.size = right.text(0, 0, "", ha="center", va="bottom")

    def update(self, now):
        set_lines(self.lines, formulas.WIDTHS, now.curves[:, :2].T)
        set_dots(self.dots, now.sigma, (now.bound, now.posted))
        self.here.set_xdata([now.sigma, now.sigma])
        share = now.size / int(now.samples)
        self.bar.set_height(share)
        self.size.set(text=f"{fixed(now.size, 1)} of {now.samples}", y=share + 0.01)

    def describe(self, now):
        return (
            f"K = {now.samples}, q with mean 0.8 and standard deviation {brief(now.sigma)}: bound "
            f"{fixed(now.bound)}, posted objective {fixed(now.posted)}, effective sample size "
            f"{fixed(now.size, 1)}; ln p(x) is {EVIDENCE}."
        )


@figure(
    second=Slider("second log-weight", -6.0, 6.0, step=0.5, default=-1.0),
    third=Slider("third log-weight", -6.0, 6.0, step=0.5, default=-3.0),
)
class WeightsThatMove:
    """Three log-weights, the first 0: how two objectives pull at each of them."""

    def measure(self, second, third):
        right, posted = formulas.gradients_of_weights(np.array([0.0, second, third]))
        return {"right": right, "posted": posted}

    def draw(self, canvas):
        panels = canvas.subplots(1, 2, sharey=True)
        titles = ("the bound (or weights detached)", "weights not detached")
        self.bars, self.numbers = [], []
        for axes, title, colour in zip(panels, titles, (style.BLUE, style.VERMILION), strict=True):
            axes.set(title=title, xlim=(-0.6, 2.6), ylim=(-0.55, 1.65))
            axes.axhline(0, color=style.GREY, lw=0.8)
            axes.set_xticks(range(3), ["first", "second", "third"])
            self.bars += axes.bar(range(3), [1] * 3, width=0.5, color=colour)
            self.numbers += [axes.text(k, 0, "", ha="center", va="bottom") for k in range(3)]

    def update(self, now):
        values = np.concatenate([now.right, now.posted])
        set_heights(self.bars, values)
        for number, value in zip(self.numbers, values, strict=True):
            number.set(text=fixed(value, 3), y=value + 0.02 if value >= 0 else value - 0.12)

    def describe(self, now):
        parts = [", ".join(fixed(g, 3) for g in row) for row in (now.right, now.posted)]
        logs = f"(0, {fixed(now.second, 1)}, {fixed(now.third, 1)})"
        return (
            f"Log-weights {logs}: the bound's gradient is ({parts[0]}), that of the weighted sum "
            f"with weights that are not detached ({parts[1]})."
        )
