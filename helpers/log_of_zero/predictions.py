"""The predictions of 02_log_of_zero."""

from helpers.teaching.predict import number, question

__all__ = [  # noqa: RUF022 (the order of the page)
    "push_through_relu",
    "far_behind",
    "first_to_break",
    "lowest_loss",
    "after_the_nan",
    "gradient_behind_where",
]

push_through_relu = question(
    "The outputs before the ReLU are (−0.5, 1, 1), so the loss gets (0, 1, 1), and the first class "
    "is true. Which losses still push the −0.5 up?",
    {
        "the raw logarithm: it is infinitely steep at 0": "Its slope at 0 is infinite, but the "
        "ReLU is flat for every number below 0. Its backward pass puts a 0 in place of that slope.",
        "those with an ε inside the logarithm: they are finite and steep": "At 0 log(p + ε) has a slope "
        "of −10⁷; the clips are flat there, with a slope of 0. The ReLU passes on neither.",
        "only the one that is computed from the numbers before the ReLU": "It has no ReLU and no clip in "
        "front, and pushes with 0.8996. A ReLU is flat below 0, and a clip below its limit.",
        "all of them: each loss is far too large": "The size of a loss is not its slope. Five of "
        "the six cost 15.42 or more here, and their push is 0.",
    },
    right="only the one that is computed from the numbers before the ReLU",
)

far_behind = question(
    "The scores are (−20, 0, 0) and the first class is true. Without an ε the push on its score is "
    "1.00. How large is it if the loss is −log(softmax + 10⁻⁷)?",
    {
        "about 1: an ε of 10⁻⁷ is too small to matter": "It is small beside most probabilities. "
        "But here p is 10⁻⁹, a hundredth of ε, so the logarithm hardly sees p.",
        "about 10⁷: the logarithm is steep near ε": "Its slope by p is nearly 1/ε. But p itself "
        "changes with the score by p(1 − p), which is only 10⁻⁹.",
        "about 0.01": "The slope of the logarithm is nearly 1/ε = 10⁷, and p changes with the "
        "score by 10⁻⁹. The product is 0.01.",
        "exactly 0": "A clip would do that. A sum has some slope everywhere: 1/(p + ε) is 10⁷, "
        "and p changes with the score by 10⁻⁹.",
    },
    right="about 0.01",
)

first_to_break = question(
    "float32 in PyTorch on a CPU, as it comes; two scores. The true class falls further and further behind. What goes wrong first "
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
    "33 % of the answers are right, and each answer is one token. What is the lowest mean loss "
    "that any softmax can have?",
    answer=0.4644,
    tolerance=0.005,
    because="A wrong answer gives the true class ½ at most, and so costs at least ln 2 = 0.6931. "
    "A right one may cost nearly nothing. 0.67 · 0.6931 = 0.4644.",
)

after_the_nan = question(
    "A network with a ReLU at its end, Keras's formula written in PyTorch. At step 22 the printed "
    "loss is NaN for the first time. What does the next step do?",
    {
        "nothing: a loss of NaN has no gradient": "The NaN belongs to some rows only, those whose "
        "ten outputs are all 0. All other rows have a finite loss, and push.",
        "it makes all weights NaN": "That happens on TensorFlow without XLA. torch's ReLU writes a "
        "0 over the NaN gradient, so that all weights stay finite.",
        "it moves the weights, and they stay finite": "The NaN belongs to rows whose ten outputs "
        "are all 0, and torch's ReLU writes a 0 over their gradient. The other rows push. Those "
        "rows themselves push no more.",
    },
    right="it moves the weights, and they stay finite",
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
