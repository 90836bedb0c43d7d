"""The predictions of 10_angles_and_cosines, in the order of the page."""

from helpers.teaching.predict import question

__all__ = [  # noqa: RUF022
    "blurred_pictures",
    "twice_as_long",
    "a_short_arrow",
    "more_rows",
    "farther_off",
    "at_a_high_rate",
]

blurred_pictures = question(
    "Some pictures are so blurred that 350° and 10° can't be told apart; both are equally frequent. "
    "A network gives one number and is trained with the squared error. What does it learn to answer "
    "for these pictures?",
    {
        "0°, which lies between them": "On the circle, yes. But the squared error sees the numbers "
        "350 and 10, and 0 is as far from 350 as a number can be.",
        "180°, the opposite direction": "The squared error is lowest at the mean of the numbers: "
        "(350 + 10)/2. As a direction that is as wrong as can be.",
        "350° or 10°, by chance": "It can't know which one is true, and the squared error punishes "
        "a guess that is far off in half of the cases: the mean costs half as much.",
        "nothing: such pictures have no gradient": "Each picture has a gradient. These cancel where "
        "the answer is the mean of the two numbers.",
    },
    right="180°, the opposite direction",
)

twice_as_long = question(
    "Two logits (2, 2) go through a tanh and into a cosine loss, and the target is 20°. With (4, 4) "
    "the output points the same way, and the loss is the same. How long is the gradient by the "
    "logits there, beside the one at (2, 2)?",
    {
        "the same length": "The loss is the same, but a gradient asks what a small change does. A "
        "tanh hardly changes at 4.",
        "half as long": "That is what happens without the tanh. The tanh multiplies by its own slope, "
        "which is 0.071 at 2 and 0.0013 at 4.",
        "about 50 times shorter": "The slope of a tanh falls like e to the power −2z, so every "
        "further unit makes it about 7 times smaller.",
        "twice as long": "Longer logits need longer steps to turn, so the gradient gets shorter, "
        "not longer.",
    },
    right="about 50 times shorter",
)

a_short_arrow = question(
    "An output z has the length 0.001 and stands at a right angle to its target. One step of "
    "gradient descent at the rate 1, with the loss 1 − cos. How long is z then?",
    {
        "still about 0.001: the loss does not depend on the length": "The loss does not, and so the "
        "gradient stands at a right angle to z. A long step in that direction still makes z longer.",
        "about 1, as long as the step's rate": "That would be so for z of length 1. The gradient is "
        "longer the shorter z is.",
        "about 1000": "To turn by an angle, a short arrow needs a tiny movement only. So the "
        "gradient has the length 1/|z|, which is 1000.",
        "NaN": "That can happen at exactly 0, if the formula has no guard. Here all is finite.",
    },
    right="about 1000",
)

more_rows = question(
    "Three rows of positive numbers. `mixed_cosine` compares each row with itself, so the right "
    "answer is 1 for each. What does it return?",
    {
        "1, three times": "For that, each length would have to come from its own row. Look at what "
        "`a @ a.T` holds besides its diagonal.",
        "less than 1, three times": "A sum over a row of `a @ a.T` holds the products with all "
        "three rows. Here all of them are positive, so each length is too large.",
        "more than 1, three times": "For that, a length would have to be too small. Products of "
        "positive rows only add to it.",
        "NaN, three times": "A root is NaN if the sum below it is negative. Products of positive "
        "rows are not.",
    },
    right="less than 1, three times",
)

farther_off = question(
    "A histogram has one narrow bump. One prediction has the bump 6 bins too far right, another "
    "one 10 bins. A twentieth of each histogram is spread evenly over all bins, so that none is "
    "empty. Which loss says clearly that the second is worse? (A cumulative sum is the share of a "
    "bin and of all bins to its left.)",
    {
        "all of these": "Three of them compare each bin with itself. Where the bumps do not overlap, "
        "they see the same at 6 bins as at 10.",
        "the cross-entropy": "It asks how much the prediction gives to the bins that are filled. That "
        "is the even share and next to nothing more, both times.",
        "1 − cosine": "The bumps don't overlap, so the cosine is near 0 both times.",
        "the squared error of the bins": "Each bin is compared with itself. A full bin where an empty "
        "one belongs costs the same wherever it is.",
        "the squared difference of cumulative sums": "The sums disagree in every bin between the two "
        "bumps. So it grows with the distance.",
    },
    right="the squared difference of cumulative sums",
)

at_a_high_rate = question(
    "Networks learn the turned 3s and 4s with Adam, at the high rate 0.1. Which output and loss have "
    "the smallest mean error, on the 3s and on the 4s?",
    {
        "tanh, cosine": "The first steps throw the logits out, and the tanh is flat there. Most of "
        "these predictions stick in corners.",
        "tanh, MSE": "Often recommended. But at this rate the first steps throw the logits out as "
        "well, and the tanh is flat there with any loss.",
        "linear, MSE": "Often the safe choice. But at this rate some of these networks give the same "
        "answer for every picture.",
        "linear, cosine": "Without a tanh there are no corners. The outputs get long, and their "
        "directions still move.",
    },
    right="linear, cosine",
)
