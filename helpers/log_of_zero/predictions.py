"""The predictions of 02_log_of_zero."""

from helpers.teaching.predict import number, question

__all__ = [  # noqa: RUF022 (the order of the page)
    "push_through_relu",
    "sure_and_wrong",
    "first_to_break",
    "lowest_loss",
    "accuracy_of_lowest_loss",
    "gradient_behind_where",
]

push_through_relu = question(
    "At a = −0.5 the ReLU hands the loss the row (0, 1, 1). Which losses still push a up?",
    {
        "the raw logarithm: it is infinitely steep at 0": "Its slope at 0 is infinite, but the "
        "ReLU is flat for every a below 0. Its backward pass puts a 0 in place of that slope.",
        "those with an ε inside the logarithm: they are finite and steep": "Behind the ReLU their "
        "slope is −1/ε, which is −10⁷. The ReLU passes none of it on: the push on a is 0.",
        "only the one that is computed from the score a itself": "It has no ReLU and no clip in "
        "front, and pushes with 0.8996. A ReLU is flat below 0, and a clip below its limit.",
        "all of them: each loss is far too large": "The size of a loss is not its slope. Five of "
        "the six cost 15.42 or more here, and their push on a is 0.",
    },
    right="only the one that is computed from the score a itself",
)

sure_and_wrong = question(
    "float32. The truth is 0, the probability p is exactly 1, and p is clipped to "
    "[ε, 1 − ε] with ε = 10⁻⁸. The loss −ln(1 − p) is …",
    {
        "0": "That is the cost of p = 1 where the truth is 1. Here the logarithm is taken of 1 − p.",
        "about 16": "That is so for ε = 10⁻⁷, where the loss is 15.94. From 2.98·10⁻⁸ down, "
        "float32 rounds 1 − ε to 1, and the clip has no upper limit any more.",
        "18.42, which is −ln 10⁻⁸": "That is the cost of the mirrored error, p = 0 where the "
        "truth is 1. Near 1 float32 is coarser than near 0, and rounds 1 − 10⁻⁸ to 1.",
        "infinite": "The upper limit 1 − 10⁻⁸ is rounded to 1 in float32. So p stays 1, and the "
        "loss is −ln 0.",
    },
    right="infinite",
)

first_to_break = question(
    "float32, two scores. The true class falls further and further behind. What goes wrong first "
    "in −log(softmax)?",
    {
        "the loss: the softmax is rounded to 0, and −log 0 is infinite": "That happens at a gap of "
        "104. The gradient is NaN from 89 on, where the loss is still right.",
        "its gradient: the loss still looks right then": "The gradient contains 1/p, which is "
        "infinite from a gap of 89 on. The loss becomes infinite only at 104: float32 holds "
        "numbers down to 10⁻⁴⁵, but none above 3·10³⁸.",
        "both at the same gap: one is computed from the other": "Backward uses 1/p, forward uses "
        "log p. float32 holds numbers down to 10⁻⁴⁵, but none above 3·10³⁸, so 1/p fails earlier: "
        "at a gap of 89, not 104.",
    },
    right="its gradient: the loss still looks right then",
)

lowest_loss = number(
    "33 % of the answers are right, and each answer is one token. What is the lowest mean loss, "
    "in nats, that any softmax can have?",
    answer=0.4644,
    tolerance=0.005,
    because="A wrong answer gives the true class ½ at most, and so costs at least ln 2 = 0.6931. "
    "A right one may cost nearly nothing. 0.67 · 0.6931 = 0.4644.",
)

accuracy_of_lowest_loss = question(
    "After 200 steps, the copy that prints the lowest loss of the seven gets how many of the 797 "
    "digits right?",
    {
        "about 10 %, like a guess": "The logarithm of an output above 1 is positive. Without a "
        "clip the loss falls below 0 as soon as all outputs grow, whatever the digit is.",
        "about 60 %": "That is the accuracy of “normalise, clip” from start 2, 57.5 %. But the "
        "loss that it prints is NaN, which is not the lowest.",
        "about 97 %": "97 % is what the scores without a ReLU reach, with a loss of 0.013. The "
        "lowest printed loss is negative, because outputs above 1 count as probabilities there.",
    },
    right="about 10 %, like a guess",
)

gradient_behind_where = question(
    "`y = torch.where(x > 0, x.log(), 0.0)`, at x = 0. The value is 0. The gradient is …",
    {
        "0: the chosen branch is a constant": "The chosen branch does give 0. But autograd adds "
        "what comes from the other branch, and there it multiplies 0 by 1/x = ∞.",
        "NaN": "`where` sends a 0 back into the branch that it did not choose, and `log` "
        "multiplies it by 1/x = ∞. 0 · ∞ is NaN.",
        "infinite: that is the slope of log x at 0": "The slope of `log` is infinite, but `where` "
        "sends a 0 into that branch. The product 0 · ∞ is NaN.",
    },
    right="NaN",
)
