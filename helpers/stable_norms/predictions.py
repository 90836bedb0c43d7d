"""The predictions of 11_stable_norms, in the order of the page."""

from helpers.teaching.predict import question

__all__ = [  # noqa: RUF022
    "gradient_of_inf",
    "descent_on_the_logarithm",
    "tiny_norm",
    "slope_with_epsilon",
    "far_outlier",
    "clipped_row",
]

gradient_of_inf = question(
    "d = (3·10²⁰, 4·10²⁰) in float32. `loss = (d * d).sum()` prints `inf`. What does "
    "`loss.backward()` leave in `d.grad`?",
    {
        "inf": "The derivative of d₁² is 2·d₁. Autograd computes this from d itself, not from the "
        "loss, and 6·10²⁰ fits into float32.",
        "NaN": "NaN comes from ∞ − ∞, 0·∞ or ∞/∞. None of them occurs here: the gradient is 2·d.",
        "(6·10²⁰, 8·10²⁰)": "The gradient is 2·d. The rule for a square needs d, and not the value of the loss.",
        "0: a constant loss has no slope": "Autograd does not look at how the printed value "
        "changes. It applies the rule for a square, and that gives 2·d.",
    },
    right="(6·10²⁰, 8·10²⁰)",
)

descent_on_the_logarithm = question(
    "Gradient descent with rate 0.1 starts at d = (3, 4). The loss is `logsumexp(2·log|d|)`, which "
    "is ln |d|². What becomes of the distance |d| in 200 steps?",
    {
        "it falls to practically 0: |d|² and its logarithm have the same minimum": "They have. But the "
        "logarithm falls to −∞ there, and its slope grows as d gets smaller. The steps become too "
        "long.",
        "it stays near 4: the logarithm is flat, so the steps are short": "Far away they are short. Closer "
        "to 0 they grow: a step has the length 0.2/|d|.",
        "it comes close to 0 again and again, and is thrown out": "A step has the length 0.2/|d|. At "
        "|d| = 0.01 that is 20.",
    },
    right="it comes close to 0 again and again, and is thrown out",
)

tiny_norm = question(
    "`torch.linalg.vector_norm` of (3·10⁻³⁰, 4·10⁻³⁰) in float32, with torch 2.13 on a CPU. "
    "(float32 keeps numbers down to about 10⁻⁴⁵.) What does it return?",
    {
        "0": "It squares the entries as they are. 9·10⁻⁶⁰ is rounded to 0, and so is the norm.",
        "5·10⁻³⁰": "That is the norm, and float32 could hold it. But the squares on the way cannot "
        "be held.",
        "NaN": "Nothing is divided, and no logarithm is taken. The squares are rounded to 0.",
    },
    right="0",
)

slope_with_epsilon = question(
    "To be safe at 0, somebody writes √(|d|² + 10⁻⁸) for the norm. The errors are about 10⁻⁶. The "
    "slope of |d| itself is 1. What is the slope now?",
    {
        "1, as 10⁻⁸ is tiny": "It stands beside |d|², which is 10⁻¹² here. So ε is ten thousand times "
        "larger than the square.",
        "0.99": "That would need |d|² to be about fifty times ε. Here |d|² is 10⁻¹².",
        "0.01": "The slope is |d|/√(|d|² + ε), and √ε = 10⁻⁴. So 10⁻⁶/10⁻⁴.",
        "NaN": "That is the slope at 0 without an ε. With it the root is never 0.",
    },
    right="0.01",
)

far_outlier = question(
    "Five measurements: 1, 1.2, 0.9, 1.1 and 9. Huber's loss with δ = 1 puts their centre at 1.30. Now "
    "the 9 was really a 9000. Where is the centre then?",
    {
        "about 1800": "That is about the mean, which the squared error gives. Huber's loss pulls with "
        "at most δ.",
        "1.30, as before": "Beyond δ the slope is δ, wherever the point lies. So nothing changes.",
        "1.05, the mean of the four: so far away it is ignored": "Huber's slope does not go back to 0 "
        "far away. The point still pulls with δ = 1.",
    },
    right="1.30, as before",
)

clipped_row = question(
    "442 patients, one row is 10¹² times too large, every step uses all rows. The gradient is "
    "shortened to length 1 by a norm that does not overflow. Does the model learn from the 441 others?",
    {
        "yes: clipping limits what a single row can do": "It limits the length of the step. The "
        "direction is that of the whole gradient, and the one row outweighs all others in it.",
        "no: it takes steps, but all along the spoiled row": "Before clipping, that row's part of "
        "the gradient is far larger than the rest. Its direction is all that is left.",
        "no: the weights become NaN": "That is what happens without clipping. A step of length 0.1 "
        "can't overflow.",
    },
    right="no: it takes steps, but all along the spoiled row",
)
