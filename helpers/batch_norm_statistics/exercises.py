"""The exercises of 12_batch_norm_statistics, in the order of the page."""

import torch

from helpers.teaching.cases import normal, tensor, uniform
from helpers.teaching.exercise import exercise

__all__ = [  # noqa: RUF022 (the order of the page)
    "diagnose",
    "batch_norm",
    "updated_statistics",
    "batch_norm_backward",
    "fold_into_linear",
]

single = torch.float32


def given(*parts, dtype=torch.float64):
    """Lists of numbers, or of rows, as tensors; tensors of this dtype; and a number as it is."""
    made = (tensor(*part) if isinstance(part, list) else part for part in parts)
    return tuple(part.to(dtype) if isinstance(part, torch.Tensor) else part for part in made)


def state(weight=1.5, bias=-0.5, mean=4.0, var=2.0, batches=7):
    """A layer of two features as a dict: these numbers, and fixed ones for the second feature."""
    return {
        "weight": tensor(weight, 0.7),
        "bias": tensor(bias, 0.2),
        "running_mean": tensor(mean, -1.0),
        "running_var": tensor(var, 3.0),
        "num_batches_tracked": torch.tensor(batches),
    }


@exercise(
    cases={
        "values": {
            "the mean stays": lambda: (state(), state(var=2.5, batches=8)),
            "everything moved": lambda: (state(), state(1.4, -0.3, 4.1, 2.2, 9)),
            "only the first two moved": lambda: (state(), state(weight=1.4, bias=-0.45)),
            "nothing moved": lambda: (state(), state()),
            "both statistics moved": lambda: (state(), state(mean=4.2, var=2.5, batches=8)),
            "the variance stays": lambda: (state(), state(mean=4.4, batches=12)),
            "the bias alone moved": lambda: (state(), state(bias=-0.4)),
            "the weight alone moved": lambda: (state(), state(weight=1.6)),
            "a small step": lambda: (state(), state(1.5 + 1e-9, -0.5 - 1e-9)),
            "a small momentum": lambda: (state(), state(mean=4 + 1e-9, var=2 + 1e-9, batches=8)),
            "a step, and the variance": lambda: (state(), state(1.4, -0.3, var=2.5, batches=8)),
            "the bias, and the mean": lambda: (state(), state(bias=-0.3, mean=4.3, batches=8)),
        },
    },
    hints=[
        "Two questions decide: did a parameter move, and did a buffer move? Each pair of answers "
        "has its own word.",
        "`torch.equal(a, b)` says whether two tensors hold the same numbers. A small step is a "
        "step, too, so allow no tolerance.",
        "A buffer may stay while another one moves. `num_batches_tracked` counts every batch.",
    ],
    level=1,
    minutes=6,
)
def diagnose(before, after):
    """What happened to a batch norm layer between two of its state dicts?

    before, after: dicts of five tensors: "weight", "bias", "running_mean",
    "running_var" and "num_batches_tracked". Returns one of four words.
    "trained": a step changed the layer, and it saw batches in training mode.
    "trained in eval": a step, but no such batch. "only watched": such batches,
    but no step. "nothing": neither.
    Example: only running_mean, running_var and the count differ →
    "only watched".
    """

    def moved(*names):
        return any(not torch.equal(before[name], after[name]) for name in names)

    stepped = moved("weight", "bias")
    watched = moved("running_mean", "running_var", "num_batches_tracked")
    if stepped:
        return "trained" if watched else "trained in eval"
    return "only watched" if watched else "nothing"


diagnose.slips(r"""
    looks_at_the_mean_only: "running_mean", "running_var", "num_batches_tracked" → "running_mean"
    # The running mean may stay while the variance moves. Look at all buffers, or at the count.
    looks_at_the_variance_only: "running_mean", "running_var", "num_batches_tracked"
        → "running_var"
    # The running variance may stay while the mean moves. Look at all buffers, or at the count.
    looks_at_the_weight_only: "weight", "bias" → "weight"
    # The bias may move alone. Look at both parameters.
    allows_a_tolerance: torch.equal(before[name], after[name])
        → torch.allclose(before[name], after[name])
    # A small step is taken for none, as `allclose` does. Ask whether the numbers are the same.
    any_move_is_training: if stepped:\n        return "trained" if watched else "trained in eval"
        → if stepped or watched:\n        return "trained"
    # Buffers move without any optimiser. Only weight and bias tell of a step.
    buffers_for_parameters: if stepped:\n        return "trained" if watched
        → if watched:\n        return "trained" if stepped; return "only watched" if watched
        → return "only watched" if stepped
    # Parameters and buffers are swapped: a step moves weight and bias, a batch moves the others.
    all_must_move: any(not → all(not
    # It is enough that one of the tensors moved.
    all_entries_must_move: not torch.equal(before[name], after[name])
        → (before[name] != after[name]).all()
    # Here every entry of a tensor has to move. One feature is enough.
    every_step_is_training: if watched else "trained in eval" →
    # A step in evaluation mode leaves the buffers as they are. It has a word of its own.
    batches_hide_the_step: if stepped: → if stepped and not watched:
    # Where the buffers moved, this no longer asks for a step. Both may have happened.
    both_must_move: moved("weight", "bias") → moved("weight") and moved("bias")
    # You ask that weight and bias both moved. A step may change one of them alone.
    always_trained: not torch.equal(before[name], after[name]) → before[name] is not after[name]
    # This says “trained” whatever moved. Compare the numbers before and after, not the objects.
""")


@exercise(
    cases={
        "values": {
            "four samples, three features": lambda: given(
                [[1.0, 0.5, -2], [2, 0.1, 4], [3, 0.4, 0], [10, -0.2, 1]],
                [2.0, -1, 0.5],
                [0.3, 1, -2],
                0.1,
            ),
            "two images of two channels": lambda: given(
                normal(2, 2, 2, 3, seed=1) + 2, [1.5, -0.5], [0.2, 0.7], 0.05
            ),
        },
        "shapes": {
            "float32": lambda: given(
                3 * normal(6, 2, seed=2), [1.2, 0.8], [0.1, -0.3], 1e-5, dtype=single
            ),
            "one channel": lambda: given(normal(3, 1, 4, 4, seed=3), [2.0], [-1.0], 1e-3),
            "two samples": lambda: given([[3.0, -1], [250, 4]], [1.0, 2], [0.5, -0.5], 1e-5),
        },
        "edges": {
            "a variance near ε": lambda: given(
                [[1.0, 1], [1.002, 2], [1.001, 3]], [1.0, 2], [0.0, 1], 1e-5
            ),
            "a constant feature": lambda: given(
                [[2.0, 1], [2, 4], [2, 0]], [3.0, 2], [0.4, 1], 1e-5
            ),
        },
    },
    hints=[
        "A feature of (N, C) is a column: mean and variance run over dimension 0. A channel of "
        "(N, C, H, W) has all its pixels in all samples: dimensions 0, 2 and 3.",
        "What is subtracted and divided by must spread over x again: `keepdim=True`. γ and β need "
        "the shape (1, C) or (1, C, 1, 1).",
        "In this mode the variance divides by the number of values, `correction=0`, and ε stands "
        "under the root.",
    ],
    level=2,
    minutes=8,
)
def batch_norm(x, gamma, beta, eps):
    """Batch normalisation in training mode.

    x: float tensor (N, C), or images (N, C, H, W); gamma and beta: (C,), scale
    and shift of each feature or channel; eps: a float above 0, added to the
    variance. Returns a tensor of x's shape.
    Example: x = [[1.], [3.]], gamma = [2.], beta = [5.], eps = 1e-8 →
    [[3.], [7.]], to eight digits.
    """
    dims = [0, *range(2, x.ndim)]
    mean = x.mean(dims, keepdim=True)
    var = x.var(dims, correction=0, keepdim=True)
    shape = [1, -1] + [1] * (x.ndim - 2)
    return gamma.view(shape) * (x - mean) / (var + eps).sqrt() + beta.view(shape)


batch_norm.slips(r"""
    unbiased_variance: correction=0 → correction=1
    # This divides by N − 1 in the variance. Normalising uses N; N − 1 is for what is remembered.
    eps_outside_the_root: (var + eps).sqrt() → (var.sqrt() + eps)
    # ε belongs under the root, beside the variance. Where the variance is small it matters.
    without_eps: (var + eps) → var
    # ε is missing. A feature that is constant in the batch gives 0/0.
    over_the_batch_only: [0, *range(2, x.ndim)] → [0]
    # Each pixel has a mean of its own here. A channel's mean runs over samples and pixels.
    over_the_features: [0, *range(2, x.ndim)] → list(range(1, x.ndim))
    # Each sample has its own mean here, as in layer norm. Take a feature of all samples together.
    over_everything: [0, *range(2, x.ndim)] → list(range(x.ndim))
    # One mean for all features. Each feature, or channel, has its own.
    over_the_pixels_only: [0, *range(2, x.ndim)] → [0] if x.ndim == 2 else [2, 3]
    # Each image has a mean of its own here: an instance norm. Take the samples together.
    divides_by_the_variance: (var + eps).sqrt() → (var + eps)
    # Divide by the standard deviation: the root of variance and ε.
    without_gamma: gamma.view(shape) * (x - mean) → (x - mean)
    # The scale γ is missing.
    without_beta: + beta.view(shape) →
    # The shift β is missing.
    not_centred: (x - mean) → x
    # The mean is not subtracted.
    shifted_before_scaled: gamma.view(shape) * (x - mean) → gamma.view(shape) * ((x - mean);
        + beta.view(shape) → + beta.view(shape))
    # γ multiplies the normalised value alone. β is added at the end.
    fresh_running_statistics: gamma.view(shape) * (x - mean) / (var + eps).sqrt()
        → gamma.view(shape) * x / (1 + eps) ** 0.5
    # Mean 0 and variance 1 are those of a fresh layer in eval mode. Use the batch's own.
    channels_mixed: … → rows = x.reshape(-1, x.shape[1])\n    y = (rows - rows.mean(0)) /
        (rows.var(0, correction=0) + eps).sqrt()\n    return (gamma * y + beta).reshape(x.shape)
    # reshape(-1, C) mixes the channels: it cuts x into pieces of C. Take dimensions 0, 2 and 3.
""")


@exercise(
    cases={
        "values": {
            "four samples, two features": lambda: given(
                [0.5, -1], [1.0, 2], [[1.0, 0], [2, 5], [3, -4], [10, 2]], 0.1
            ),
            "a large momentum": lambda: given(
                [2.0, 0, 1], [4.0, 1, 0.5], 3 * normal(5, 3, seed=1) + 1, 0.7
            ),
        },
        "shapes": {
            "float32": lambda: given([0.5], [1.5], normal(6, 1, seed=2), 0.1, dtype=single),
            "as many samples as features": lambda: given(
                normal(3, seed=3), uniform(3, seed=4), normal(3, 3, seed=5), 0.3
            ),
        },
        "edges": {
            "two samples": lambda: given([0.0, 1], [1.0, 3], [[0.0, 4], [2, -2]], 0.1),
            "momentum 1": lambda: given([3.0, -2], [1.0, 5], normal(4, 2, seed=6), 1.0),
            "momentum 0": lambda: given([3.0, -2], [1.0, 5], normal(4, 2, seed=7), 0.0),
        },
    },
    hints=[
        "In PyTorch the momentum is the weight of the *new* value. The old one keeps the rest.",
        "What is remembered is the variance of the batch that divides by N − 1.",
        "Make new tensors: `running_mean.lerp(mean, momentum)`, for example.",
    ],
    level=2,
    minutes=5,
)
def updated_statistics(running_mean, running_var, x, momentum):
    """The running statistics after one more batch in training mode.

    running_mean, running_var: float tensors (C,), which stay as they are; x:
    float tensor (N, C), N at least 2; momentum: a float from 0 to 1, as
    PyTorch's layers have it. Returns two new tensors (C,): mean, variance.
    Example: [0.], [1.], x = [[1.], [3.]], momentum 0.1 → [0.2], [1.1].
    """
    mean, var = x.mean(0), x.var(0)
    new_mean = (1 - momentum) * running_mean + momentum * mean
    new_var = (1 - momentum) * running_var + momentum * var
    return new_mean, new_var


updated_statistics.slips(r"""
    stores_the_biased_variance: x.var(0) → x.var(0, correction=0)
    # This remembers the variance that divides by N. PyTorch remembers the other one, over N − 1.
    corrected_twice: x.var(0) → x.var(0) * len(x) / (len(x) - 1)
    # `var` divides by N − 1 already. The factor N/(N − 1) comes in twice.
    momentum_swapped: + momentum * → + (1-momentum) * ; (1 - momentum) → momentum
    # The momentum weighs the old value here, as in Keras. In PyTorch it weighs the new one.
    standard_deviation: x.var(0) → x.std(0)
    # A standard deviation is averaged here; the running *variance* is asked for.
    adds_without_fading: (1 - momentum) * →
    # The old value must fade: its weight is 1 − momentum. Otherwise the sum grows.
    only_the_new_batch: (1 - momentum) * running_mean + momentum * mean → mean;
        (1 - momentum) * running_var + momentum * var → var
    # Only the last batch is left. The old statistics keep the weight 1 − momentum.
    over_the_features: x.mean(0), x.var(0) → x.mean(1), x.var(1)
    # These are statistics of each sample. A feature is a column: dimension 0.
    over_everything: x.mean(0), x.var(0) → x.mean().expand(x.shape[1]), x.var().expand(x.shape[1])
    # One mean for all features. Each has its own.
    around_the_old_mean: x.var(0) → (x - running_mean).square().sum(0) / (len(x) - 1)
    # The variance is taken around the running mean. Take it around the batch's own mean.
    around_the_new_mean: x.var(0)
        → (x - running_mean.lerp(x.mean(0), momentum)).square().sum(0) / (len(x) - 1)
    # The variance is taken around the new running mean. Take it around the batch's own mean.
    not_centred: x.var(0) → x.square().mean(0)
    # This is the mean of the squares. A variance is taken around the mean.
    adds_the_spread_of_the_means: momentum * var
        → momentum * (var + (1 - momentum) * (mean - running_mean).square())
    # This is the variance of old and new values together. PyTorch only averages the variances.
    not_centred_unbiased: x.var(0) → x.square().sum(0) / (len(x) - 1)
    # The mean is not subtracted before squaring. A variance is taken around the mean.
    corrects_the_old_as_well: x.var(0) → x.var(0, correction=0); return new_mean, new_var
        → return new_mean, new_var * len(x) / (len(x) - 1)
    # N/(N − 1) enlarges the old variance too. Only the batch's own variance gets this factor.
    in_place: … → running_mean.lerp_(x.mean(0), momentum)
        \n    running_var.lerp_(x.var(0), momentum)\n    return running_mean, running_var
    # You write into the tensors that you were given. Make new ones: the caller may need the old.
""")


@exercise(
    cases={
        "values": {
            "four samples, two features": lambda: given(
                [[1.0, 0.5], [-1, 2], [0.5, 0], [2, -1]],
                [[1.0, 0], [2, 5], [3, -4], [10, 2]],
                [2.0, -0.5],
                0.1,
            ),
            "the loss sees one sample": lambda: given(
                [[1.0], [0], [0], [0]], [[1.0], [2], [3], [10]], [1.5], 0.01
            ),
        },
        "shapes": {
            "three features": lambda: given(
                normal(6, 3, seed=1) + 1, 3 * normal(6, 3, seed=2) - 2, [1.0, 2, -1], 1e-5
            ),
            "float32": lambda: given(
                normal(5, 2, seed=3), normal(5, 2, seed=4), [0.7, 1.3], 1e-3, dtype=single
            ),
            "as many samples as features": lambda: given(
                normal(3, 3, seed=5), normal(3, 3, seed=6), [1.0, -2, 0.5], 1e-2
            ),
        },
        "edges": {
            "one gradient for all": lambda: given(
                torch.ones(4, 2, dtype=torch.float64), normal(4, 2, seed=7), [2.0, 3], 1e-5
            ),
            "two samples": lambda: given([[1.0], [-2]], [[0.0], [2]], [1.0], 0.5),
            "a variance near ε": lambda: given(
                [[1.0], [2], [-1]], [[1.0], [1.002], [1.001]], [1.0], 1e-5
            ),
        },
    },
    hints=[
        "β is added to every sample, so its gradient is a sum over the samples. γ multiplies the "
        "normalised value: the same sum, weighted with it.",
        "A number of x acts in three ways: by itself, through the mean, and through the variance. "
        "(3.1) has a term for each. Times g, summed over the outputs, they leave three terms.",
        "With y for the normalised values: `gamma / scale * (g - g.mean(0) - y * (g * y).mean(0))`.",
    ],
    level=3,
    minutes=12,
    without_autograd=True,
)
def batch_norm_backward(grad_output, x, gamma, eps):
    """The gradients of batch normalisation in training mode, without autograd.

    The output is gamma · (x − mean)/√(var + eps) + beta, with mean and
    variance (over N) of each column. grad_output: float tensor (N, C), the
    loss's gradient by that output; x: (N, C); gamma: (C,); eps: a float above
    0. Returns three tensors: the gradients by x (N, C), gamma (C,), beta (C,).
    Example: grad_output all 1 → zeros for x and gamma, and N for beta.
    """
    scale = (x.var(0, correction=0) + eps).sqrt()
    y = (x - x.mean(0)) / scale
    grad_gamma = (grad_output * y).sum(0)
    grad_beta = grad_output.sum(0)
    through = grad_output - grad_beta / len(x) - y * grad_gamma / len(x)
    return gamma / scale * through, grad_gamma, grad_beta


batch_norm_backward.slips(r"""
    frozen_statistics: grad_output - grad_beta / len(x) - y * grad_gamma / len(x) → grad_output
    # Mean and variance are constants here, as in eval mode. In training mode they depend on x.
    frozen_variance: - y * grad_gamma / len(x) →
    # The way through the variance is missing: x also acts on the scale.
    frozen_mean: - grad_beta / len(x) →
    # The way through the mean is missing: each x moves the mean of all.
    without_gamma: gamma / scale → 1 / scale
    # γ stands between x and the output, so it multiplies the gradient by x.
    means_for_sums: return gamma / scale * through, grad_gamma, grad_beta
        → return gamma / scale * through, grad_gamma / len(x), grad_beta / len(x)
    # γ and β act on every sample: their gradients are sums over the samples, not means.
    gamma_twice: through, grad_gamma, grad_beta → through, gamma * grad_gamma, gamma * grad_beta
    # γ belongs to the gradient by x. The gradients by γ and β don't contain it.
    sums_for_means: grad_beta / len(x) → grad_beta; y * grad_gamma / len(x) → y * grad_gamma
    # In the gradient by x both sums are divided by N: a number moves the mean by 1/N only.
    gamma_by_x_itself: (grad_output * y).sum(0) → (grad_output * x).sum(0)
    # γ multiplies the normalised value, not x.
    unbiased_variance: correction=0 → correction=1
    # The variance here divides by N, as in the forward pass.
    eps_outside_the_root: (x.var(0, correction=0) + eps).sqrt()
        → (x.var(0, correction=0).sqrt() + eps)
    # ε belongs under the root, beside the variance.
    variance_term_added: - y * grad_gamma → + y * grad_gamma
    # The sign of the last term: a number far out enlarges the scale, which pulls all outputs in.
    divides_by_the_variance: gamma / scale → gamma / scale.square()
    # The gradient by x is divided by the root once: the input was.
    last_factor_missing: y * grad_gamma / len(x) → grad_gamma / len(x)
    # The last term lacks the number's own normalised value: how much it moves the scale.
    half_forgotten: - y * grad_gamma → - 2 * y * grad_gamma
    # The last term is twice what it should be: the root has the derivative 1/(2√…).
    own_output_only: grad_output - grad_beta / len(x) - y * grad_gamma / len(x)
        → grad_output * (1 - 1 / len(x) - y * y / len(x))
    # Only the number's own output is counted. It moves all outputs of its column: sum over them.
    centred_not_normalised: y * grad_gamma / len(x)
        → (x - x.mean(0)) * (grad_output * (x - x.mean(0))).sum(0) / len(x)
    # The last term needs the normalised values. These are only centred.
    gamma_alone_by_x: through, grad_gamma, grad_beta → through, (grad_output * x).sum(0), grad_beta
    # The gradient by γ has x itself in it. γ multiplies the normalised value.
    as_layer_norm_does: … → scale = (x.var(1, correction=0, keepdim=True) + eps).sqrt()
        \n    y, g = (x - x.mean(1, keepdim=True)) / scale, gamma * grad_output
        \n    through = g - g.mean(1, keepdim=True) - y * (g * y).mean(1, keepdim=True)
        \n    return through / scale, (grad_output * y).sum(0), grad_output.sum(0)
    # Means and variance run over a sample's features, as in layer norm. Take dimension 0 here.
""")


@exercise(
    cases={
        "values": {
            "three inputs, three outputs": lambda: given(
                [[1.0, 2, -1], [0, 0.5, 3], [-2, 1, 1]],
                [0.5, -1, 2],
                [1.5, -0.5, 2],
                [0.1, 1, -2],
                [0.3, -2, 1],
                [4.0, 0.5, 2],
                0.1,
            ),
            "four inputs, two outputs": lambda: given(
                normal(2, 4, seed=1), [1.0, -0.5], [2.0, 0.7], [-1.0, 0.4], [0.5, 3], [0.2, 5], 1e-3
            ),
        },
        "shapes": {
            "one output": lambda: given(
                normal(1, 3, seed=2), [0.3], [1.2], [0.5], [-1.0], [2.0], 1e-5
            ),
            "float32": lambda: given(
                normal(3, 2, seed=3),
                *(normal(3, seed=s) for s in (4, 5, 6, 7)),
                uniform(3, seed=8) + 0.5,
                1e-5,
                dtype=single,
            ),
        },
        "edges": {
            "a variance near ε": lambda: given(
                [[1.0, 2], [3, -1]], [0.0, 1], [1.0, 2], [0.0, 1], [0.1, 0.2], [1e-5, 1], 1e-5
            ),
            "a unit switched off": lambda: given(
                [[1.0, 2], [3, -1]], [0.5, 1], [0.0, 2], [0.7, 1], [0.1, 0.2], [1.0, 1], 1e-5
            ),
        },
    },
    hints=[
        "Write the two layers as one line, y = γ·(Wx + b − mean)/√(var + ε) + β, and collect what "
        "multiplies x.",
        "With s = γ/√(var + ε), one number for each output: y = s·W·x + s·(b − mean) + β.",
        "An output is a row of W, so each *row* is scaled: `s[:, None] * weight`.",
    ],
    level=2,
    minutes=8,
)
def fold_into_linear(weight, bias, gamma, beta, mean, var, eps):
    """One linear layer that does what a linear layer and batch norm do in
    evaluation mode.

    weight: float tensor (C, D) and bias (C,), as nn.Linear has them; the other
    tensors (C,) are those of the batch norm behind it, and mean and var are
    its running statistics; eps: a float above 0. Returns weight (C, D) and
    bias (C,) of the layer that replaces both.
    Example: weight [[2.]], bias [1.], gamma [3.], beta [5.], mean [1.],
    var [3.], eps 1.0 → [[3.]], [5.].
    """
    scale = gamma / (var + eps).sqrt()
    return scale[:, None] * weight, scale * (bias - mean) + beta


fold_into_linear.slips("""
    scales_the_inputs: scale[:, None] * weight → scale * weight
    # This scales the columns, which are the inputs. Batch norm scales outputs: the rows.
    bias_not_scaled: scale * (bias - mean) → bias - scale * mean
    # The bias goes through the batch norm as well, so it is scaled.
    bias_left_alone: scale * (bias - mean) + beta → bias
    # The bias goes through the batch norm as well: subtract the mean, scale, add β.
    mean_not_scaled: scale * (bias - mean) → scale * bias - mean
    # First the mean is subtracted, then all is scaled. The mean is scaled as well.
    bias_lost: (bias - mean) → -mean
    # The linear layer's own bias is lost. It is scaled like everything else.
    mean_lost: (bias - mean) → bias
    # The running mean is not subtracted.
    beta_scaled: scale * (bias - mean) + beta → scale * (bias - mean + beta)
    # β is added behind the scaling, so it is not scaled.
    without_gamma: gamma / → 1 /
    # γ is missing in the scale.
    eps_outside_the_root: (var + eps).sqrt() → (var.sqrt() + eps)
    # ε belongs under the root, beside the variance.
    weight_left_alone: scale[:, None] * weight → weight
    # The weights are scaled as well: batch norm scales the whole output.
    mean_added: (bias - mean) → (bias + mean)
    # The running mean is subtracted, not added.
    without_eps: (var + eps) → var
    # ε is missing beside the variance.
    gamma_only_for_the_weight: scale * (bias - mean) → (bias - mean) / (var + eps).sqrt()
    # γ multiplies what comes of the bias and the mean as well.
    divides_by_the_variance: (var + eps).sqrt() → (var + eps)
    # Divide by the root of variance and ε.
    without_beta: (bias - mean) + beta → (bias - mean)
    # The shift β is missing.
    multiplies_by_the_root: gamma / (var → gamma * (var
    # Divide by the root: batch norm makes a large spread smaller.
    batch_norm_in_front: scale[:, None] * weight, scale * (bias - mean) + beta
        → scale * weight, bias + weight @ (beta - scale * mean)
    # This folds a batch norm in front of the linear layer. Yours stands behind: scale its outputs.
    normalises_the_weights: scale[:, None] * weight
        → scale[:, None] * (weight - mean[:, None]) + beta[:, None]
    # You normalise the weights themselves. Scale their rows; the mean and β go into the bias.
""")
