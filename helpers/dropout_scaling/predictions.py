"""The predictions of 06_dropout_scaling, in the order of the page."""

from helpers.teaching.predict import question

__all__ = [  # noqa: RUF022 (the order of the page)
    "units_thrown_away",
    "mean_of_the_sum",
    "mean_of_the_relu",
    "dropped_sigmoid",
    "never_scaled",
    "smaller_step",
]

units_thrown_away = question(
    "Networks learn 1000 digits until nearly all of them are right. Now each hidden unit is dropped "
    "with probability 0.3 in training. What happens to the loss, measured with all units there?",
    {
        "it rises on both: the network has lost information": "Units are only missing while it "
        "trains. When we measure, all of them are there, and they had to learn to do without each "
        "other.",
        "it falls on both: dropout trains better": "The digits that are trained on are fitted a "
        "little less well: dropout disturbs the fit. It helps on new digits.",
        "it rises on the trained digits and falls on new ones": "The fit gets a little worse, and "
        "the loss on new digits is 0.235 in place of 0.290. Fitting the trained digits perfectly was "
        "not what the new ones needed.",
        "nothing changes on average, since the factor makes up for what is missing": "Sums "
        "differ from mask to mask, whatever the factor is. The loss depends on that as well.",
    },
    right="it rises on the trained digits and falls on new ones",
)

mean_of_the_sum = question(
    "Rate 0.2, inputs of both signs. Where does the mean of the sum over all masks lie?",
    {
        "nearer to 0, since the signs partly cancel": "Signs cancel within the sum, with dropout and "
        "without it. What dropout does to a term does not depend on the term's sign.",
        "on S = −1": "Each term is multiplied by mask/(1 − rate), a number whose mean is 1. The "
        "term's sign does not matter.",
        "further from 0: the factor 1.25 blows it up": "The factor makes a term 1.25 times as large "
        "in four of five draws, and in the fifth the term is missing. On average that is 1.",
    },
    right="on S = −1",
)

mean_of_the_relu = question(
    "The four inputs again, rate 0.5, then a ReLU. The sum's mean is −1. What is the mean of the "
    "ReLU's output over all masks?",
    {
        "0, as without dropout": "The ReLU of the mean is 0. But some masks leave a positive sum, "
        "and no mask makes the output negative to balance that.",
        "above 0": "The output is never below 0, and some masks leave a positive sum. Over all 16 "
        "the mean is 0.2125.",
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

never_scaled = question(
    "A network for digits was trained with Adam and masks at rate 0.5, but without the factor. In "
    "evaluation nothing is scaled either. What do its answers look like, beside those of a network "
    "with the factor?",
    {
        "as right and as sure: it has learnt the size that it needs": "It has learnt sums of half "
        "the units. In evaluation all units are there, so the sums are about twice as large, in each "
        "hidden layer again.",
        "about as often right, but not sure enough": "In evaluation more units arrive than in "
        "training, so the scores grow. Larger scores make the answers more sure.",
        "about as often right, but far too sure": "All units arrive where half of them did in "
        "training. The scores are several times too large: their order hardly changes, but wrong "
        "answers are given with certainty. The loss is about three times as large.",
        "mostly wrong": "A common factor on the hidden units changes the size of the scores far more "
        "than their order. About 92 % of the answers stay right.",
    },
    right="about as often right, but far too sure",
)

smaller_step = question(
    "gradcheck compares backward with a difference quotient, (f(x + h) − f(x − h)) / 2h. For an f "
    "with F.dropout in it, the largest gap in 24 calls is 57 at h = 0.01. What is it at h = 10⁻⁶?",
    {
        "near 57": "A gap that stays would come from a wrong factor in backward. Here the two "
        "evaluations draw different masks, and their difference is divided by a smaller 2h.",
        "near 0": "The quotient's own error does shrink with h. But the two evaluations draw "
        "different masks, and that difference does not shrink before it is divided by 2h.",
        "more than 100 000": "The two evaluations draw different masks, so they differ by a fixed "
        "amount however small h is. That amount is divided by 2h.",
    },
    right="more than 100 000",
)
