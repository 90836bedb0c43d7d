"""The predictions of 09_backprop_by_hand, in the order of the page."""

from helpers.teaching.predict import question

__all__ = [  # noqa: RUF022
    "hidden_delta",
    "repeated_batch",
    "descent_on_the_slip",
    "cured_by_a_smaller_rate",
    "six_points_without_b",
    "numpy_beside_torch",
]

hidden_delta = question(
    "In the network above w₂ is set to 0. The target is 1, and the output is ½. What is the delta "
    "of the hidden unit, δ₁?",
    {
        "−½: the error is passed back": "It is passed back through w₂, and w₂ is 0.",
        "−⅛, so the error times ¼": "The slope of a sigmoid is at most ¼, but it is not the only "
        "factor: w₂ stands there as well.",
        "0": "Whatever the hidden unit does, w₂ = 0 keeps it from the output. So the loss does not "
        "change with z₁, although the output is far off.",
        "it can't be known without x": "x sets a₁ and its slope. Here another factor decides.",
    },
    right="0",
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
    "The last cell's second line now counts: gradient descent goes down on *this* cost. After many "
    "steps, where are the nine outputs?",
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
    "Four programs: one is right and has a rate of 0.01, which is too large. One has both signs "
    "wrong, one only the sign of b, and one uses a prediction that is always 3. Which of them "
    "converge if the rate is small enough?",
    {
        "all four": "A small step uphill is still uphill. It only takes longer.",
        "the first one": "Too long a step is the only fault that lies in the rate.",
        "the first one, and the one with the wrong sign of b": "Its error falls at first, so it "
        "looks cured. Then it grows, at each rate that we tried.",
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
    "They start from the same weights, in float64, and make 50 steps. How far apart are the weights?",
    {
        "far: torch's optimiser does more than subtract the gradient": "`torch.optim.SGD` without "
        "momentum subtracts rate times gradient, and nothing else.",
        "they agree to two or three digits": "Both compute the same derivatives, with 16 digits.",
        "they agree to about 12 digits or more": "Only the order of additions differs, and so the "
        "last digits.",
    },
    right="they agree to about 12 digits or more",
)
