"""The predictions of 06_dropout_scaling, in the order of the page."""

from helpers.teaching.predict import number, question

__all__ = [  # noqa: RUF022 (the order of the page)
    "mean_of_the_sum",
    "mean_of_the_relu",
    "dropped_sigmoid",
    "scaled_twice",
    "smaller_step",
    "accuracy_scaled_twice",
]

mean_of_the_sum = question(
    "Rate 0.2, inputs of both signs. Where does the mean of the sum over all masks lie?",
    {
        "nearer to 0, since the signs partly cancel": "Signs cancel within the sum, with dropout and "
        "without it. What dropout does to a term does not depend on the term's sign.",
        "further from 0: the factor 1.25 blows it up": "The factor makes a term 1.25 times as large "
        "in four of five draws, and in the fifth the term is missing. Together that is 1.",
        "on S = −1": "Each term is multiplied by mask/(1 − rate), a number whose mean is 1. The "
        "term's sign never enters.",
    },
    right="on S = −1",
)

mean_of_the_relu = question(
    "Rate 0.5, then a ReLU. The sum's mean is −1. What is the mean of the ReLU's output?",
    {
        "above 0": "The output is never below 0, and some masks leave a positive sum. Over all 16 "
        "the mean is 0.2125.",
        "0, as without dropout": "The ReLU of the mean is 0. But some masks leave a positive sum, "
        "and no mask makes the output negative to balance that.",
        "below 0": "The sum's mean is below 0, but a ReLU never returns less than 0. So the mean of "
        "its outputs can't be below 0 either.",
    },
    right="above 0",
)

dropped_sigmoid = question(
    "A dropout stands before a sigmoid. What does a unit send on when it is dropped?",
    {
        "0": "The dropout sends 0, but to the sigmoid. What the unit sends on is the sigmoid of 0.",
        "0.5": "Dropout sets the sum to 0, and the sigmoid of 0 is 0.5. A “dropped” unit still sends "
        "a signal.",
        "what it sends otherwise, divided by 1 − rate": "Only units that are kept are divided by "
        "1 − rate. The sum of a dropped one is set to 0 before the sigmoid sees it.",
    },
    right="0.5",
)

scaled_twice = question(
    "Scaled twice, rate 0.2. The networks are a little too sure: one of them is right for 95 % of the "
    "held-out digits and gives its answers 97 % on average. What happens to their mean cross-entropy?",
    {
        "it doubles": "It does at rate 0.5, from 0.246 to 0.520. At 0.2 the factor is 0.8, which "
        "makes the networks a little less sure, and they were too sure before.",
        "it gets a little worse": "A slip need not make a number worse. Hidden units of 0.8 times "
        "the size make the answers less sure, and these networks were too sure before.",
        "it stays as it is": "The accuracy does, to four digits. Cross-entropy also counts how sure "
        "an answer is, and smaller hidden units make it less sure.",
        "it gets better": "It is 0.204 in place of 0.236. The networks are too sure, and smaller "
        "hidden units damp that. At rate 0.5 it is 0.520 in place of 0.246.",
    },
    right="it gets better",
)

smaller_step = question(
    "gradcheck compares backward with a difference quotient, (f(x + h) − f(x − h)) / 2h. For an f "
    "with F.dropout in it, the largest gap in 24 calls is 57 at h = 0.01. What is it at h = 10⁻⁶?",
    {
        "more than 100 000": "The two evaluations draw different masks, so they differ by a fixed "
        "amount however small h is. That amount is divided by 2h.",
        "near 57": "A gap that stays would come from a wrong factor in backward. Here the two "
        "evaluations draw different masks, and their difference is divided by a smaller 2h.",
        "near 0": "The quotient's own error does shrink with h. But the two evaluations draw "
        "different masks, and that difference does not shrink before it is divided by 2h.",
    },
    right="more than 100 000",
)

accuracy_scaled_twice = number(
    "Rate 0.5, scaled once: accuracy 0.938 on held-out digits. And scaled twice?",
    answer=0.935,
    tolerance=0.01,
    because="A common factor on a ReLU layer passes to the logits nearly unchanged (biases aside) and "
    "hardly alters which is largest. The cross-entropy doubles: 0.520 against 0.246.",
)
