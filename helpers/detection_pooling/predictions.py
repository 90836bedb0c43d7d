"""The predictions of 14_detection_pooling, in the order of the page."""

from helpers.teaching.predict import number, question

__all__ = [  # noqa: RUF022
    "shape_without_relu",
    "average_for_sum",
    "sum_of_credit",
    "share_of_own_half",
    "who_gets_gradient",
    "other_digit_hidden",
]

shape_without_relu = question(
    "Two linear units of one number x, each with a weight and a bias of its own. There is no ReLU, "
    "and their outputs are added. Which graphs can the sum have, as a function of x?",
    {
        "any graph with up to two corners": "Each corner would need a ReLU: a linear unit has the "
        "same slope everywhere, and so has the sum of two.",
        "a V or a roof, if the weights differ in sign": "The slopes just add: 3 and −2 make 1, at "
        "every x. For a V the slope would have to change somewhere.",
        "a straight line, nothing else": "The sum is (w₁ + w₂)·x + (b₁ + b₂): again one weight and "
        "one bias.",
        "a parabola as well": "That needs x times x. Adding never multiplies two outputs.",
    },
    right="a straight line, nothing else",
)

average_for_sum = question(
    "A network adds up groups of 4 units, and in the end all 400. Adam trains it at the usual rate "
    "0.001, to targets of 0 and 100. In a second network both sums are replaced by averages; all else stays, and the random "
    "weights are drawn in the same way. What happens to its accuracy after 25 epochs?",
    {
        "nothing much: an average is a sum times a constant, and the weights adapt": "They could "
        "adapt, but they have a long way to go: the output starts at nearly 0, and Adam moves each "
        "weight by about the rate in a step.",
        "it is better: averages keep the numbers small, and training is more stable": "The targets "
        "are 0 and 100, so small outputs are no help here. It stays far behind.",
        "it stays far behind": "The averages make the output more than 1000 times smaller. "
        "Adam's steps stay as short as before.",
        "it diverges": "Smaller outputs give smaller slopes. Nothing explodes; it is slow.",
    },
    right="it stays far behind",
)

sum_of_credit = number(
    "A ReLU unit has the weights (2, −1) and the bias −0.25. At x = (0.5, −0.5) its output is 1.25. "
    "The credit of each input is the gradient times the input. What do the two credits add up to?",
    answer=1.5,
    tolerance=0.01,
    because="The gradient is (2, −1), so the credits are 1 and 0.5. They share out w·x. The bias of "
    "−0.25, which belongs to the output as well, is left over.",
)

share_of_own_half = question(
    "A picture shows a 2 beside a 7, and the network says rightly that there is a digit from 0 to 3. "
    "The zᴮ rule shares out its output among the pixels: no credit is negative, and all add up to the "
    "output. How much of it goes to the half with the 2?",
    {
        "nearly all: the network would say no without the 2": "So one would hope. The rule also "
        "credits each white pixel of the 7's half where ink would have spoken against.",
        "about three quarters": "It is less here. Blank paper gets credit, too, and the other half has as "
        "much of it.",
        "a little more than half": "On average 56 to 58 %, in the three networks of this page. Half "
        "would be the share of a map that knows nothing.",
        "less than half: the 7 is the larger digit": "In nearly every picture it is more than half, "
        "so the map does know something.",
    },
    right="a little more than half",
)

who_gets_gradient = question(
    "Four linear units give 3, −1, 2 and −5. A ReLU follows, and then the four are added. The "
    "gradient of the loss by the sum is 1. What arrives at the four linear units?",
    {
        "1, 1, 1, 1: a sum hands its gradient to everyone": "To everyone in the sum, and that is "
        "behind the ReLU. The ReLU stops it for the two units below 0.",
        "1, 0, 1, 0": "The sum gives 1 to each, and the ReLU lets it through where a unit is on.",
        "1, 0, 0, 0: only the largest counts": "That is max pooling.",
        "0.6, 0, 0.4, 0: in proportion to what each gave": "So relevance is shared out. A gradient "
        "asks how the sum changes if a unit changes, and that is 1 for each unit that is on.",
    },
    right="1, 0, 1, 0",
)

other_digit_hidden = question(
    "Again a picture with a 2 beside a 7. The relevance of the 7's half is positive, and less than "
    "half of the output. Now the 7 is wiped out: its half becomes white. What does the output do?",
    {
        "it falls by the relevance of that half": "This would be so if relevance said what each half "
        "adds. It says how one number is shared out, and no share can be negative.",
        "it falls a little: the 2 is still there": "For most pictures it rises.",
        "it stays: the network looks for digits from 0 to 3": "It also uses what speaks against: the "
        "strokes of a 7 lower the output.",
        "it rises": "The strokes of the 7 held the output down. A map without negative numbers can't "
        "show this.",
    },
    right="it rises",
)
