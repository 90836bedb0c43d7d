"""The predictions of 09_backprop_by_hand, in the order of the page."""

from helpers.teaching.predict import question

__all__ = [  # noqa: RUF022
    "half_squared_delta",
    "repeated_batch",
    "descent_on_the_slip",
    "cured_by_a_smaller_rate",
    "six_points_without_b",
    "numpy_beside_torch",
]

half_squared_delta = question(
    "With the cross-entropy, the loss of logistic regression, the delta of the output here is a₂ − y "
    "= −0.645. Now the loss is half the squared error, (a₂ − y)²/2, and the network stays as it is. "
    "What is the delta of the output?",
    {
        "−0.645: the derivative of the new loss is a₂ − y": "That is its derivative by a₂. A delta is "
        "one by z₂, so it holds the slope of the sigmoid too.",
        "−1.29, twice as much": "The ½ takes the 2 of the square away. And a slope is missing, that "
        "of the sigmoid.",
        "−0.148, less than a quarter of that": "The derivative by a₂ is −0.645. From z₂ to a₂ the sigmoid has the slope 0.229, and "
        "the delta is their product.",
        "0.208, half of the squared error": "That is the loss. A delta is a derivative of it.",
    },
    right="−0.148, less than a quarter of that",
)

repeated_batch = question(
    "X has 2 features and 3 examples, one example a column. A program computes "
    "`dW = dZ @ X.T / X.shape[0]`. Now the batch holds the same three examples four times, twelve "
    "columns. What happens to dW?",
    {
        "nothing: the mean over copies is the mean": "It would be so if it were divided by the "
        "number of columns. `X.shape[0]` is 2 before and after.",
        "it is 4 times as large": "The product adds over twelve columns, and `X.shape[0]` is still 2.",
        "it is a quarter": "The product adds over the columns, so more columns make a larger sum.",
        "NumPy complains about the shapes": "dZ has twelve columns as well, so that the product fits.",
    },
    right="it is 4 times as large",
)

descent_on_the_slip = question(
    "Now gradient descent minimises the posted cost, the one with the wrong sign. After many steps, "
    "where are the nine outputs?",
    {
        "near their labels: a sign in the cost is only a number on the screen": "The descent takes "
        "the gradient of this very cost, and its second term has the wrong sign.",
        "all at ½, since the two terms cancel": "They do not cancel: both terms have a gradient that "
        "pushes the output up.",
        "nearly all at 1, whatever the label": "A 1 asks for a large output as usual. A 0 now asks "
        "for a large output as well, and is paid for it without end.",
        "each at the wrong label": "The zeros are turned round, and the ones are not.",
    },
    right="nearly all at 1, whatever the label",
)

cured_by_a_smaller_rate = question(
    "Four programs. The first is right, but its rate, 0.01, is too large. The second has a minus for "
    "the plus in both steps, the third only in the step of b. The fourth has 3 in place of the "
    "prediction `w * x + b`. Which of them converge if the rate is small enough?",
    {
        "all four": "A small step uphill is still uphill. It only takes longer.",
        "the first one": "Too long a step is the only fault that lies in the rate.",
        "the first and the third": "The third one's error falls at first, so it looks "
        "cured. Then it grows, at each rate that we tried.",
        "none of them": "The right program does: below a rate of 0.0065 its error dies out.",
    },
    right="the first one",
)

six_points_without_b = question(
    "Six points, x = 0.2, 0.5, 0.8, 1.3, 1.6 and 1.9. Those above 1 have the label 1. A unit "
    "σ(w·x) without a bias says 1 where its output is above ½. How many of the six can it get right, "
    "with the best w?",
    {
        "six, with a large w": "A large w makes the curve steep, but it stays at x = 0.",
        "five": "All six have a positive x, so that w·x has the same sign for all of them.",
        "three": "All six x are positive, so that w·x has one sign, and the unit gives one answer.",
        "none": "With w > 0 it says 1 for all six, and three of them are ones.",
    },
    right="three",
)

numpy_beside_torch = question(
    "A network in numpy with a backward pass by hand, and the same one in torch with autograd. "
    "They start from the same weights, in float64, and make 50 steps at rate 0.5. How far apart are "
    "the weights?",
    {
        "far: torch's optimiser does more than subtract the gradient": "`torch.optim.SGD` without "
        "momentum subtracts rate times gradient, and nothing else.",
        "they agree to two or three digits": "Both compute the same derivatives, with 16 digits.",
        "they agree to about 12 digits or more": "Only the order of additions differs, and so the "
        "last digits.",
    },
    right="they agree to about 12 digits or more",
)
