"""The predictions of 08_logits_and_probabilities, in the order of the page."""

from helpers.teaching.predict import number, question

__all__ = ["who_is_pushed", "floor_of_ten", "after_training", "surest_pixel", "which_error"]  # noqa: RUF022

who_is_pushed = question(
    "Three scores, (2, −1, 0.5), are themselves the parameters. They go through a sigmoid and then into "
    "`nll_loss`. Class 2 is true. Which of them does a step of gradient descent change?",
    {
        "all three: the true one up, the wrong ones down": "That is what cross-entropy does. Here "
        "`nll_loss` looks at one output, and a sigmoid makes that output from one score.",
        "only the two wrong ones, down": "The loss never reads the outputs of the wrong classes, so "
        "it cannot lower them.",
        "only the true one, up": "`nll_loss` reads the output of the true class and no other. A "
        "sigmoid makes this output from its own score alone.",
        "none: a sigmoid in front of this loss has no gradient": "The slope of a sigmoid is small "
        "far from 0, but it is not 0 here: the true score is pushed by 0.235.",
    },
    right="only the true one, up",
)

floor_of_ten = number(
    "Ten classes. The outputs of a softmax go into `cross_entropy`. All answers are right, and the "
    "network is completely sure. What is the loss?",
    answer=1.46,
    tolerance=0.1,
    because="The loss takes the outputs 1, 0, 0, … for scores. Its own softmax makes e/(e + 9) of "
    "the 1, which is 0.232. Minus the logarithm of that is 1.461.",
)

after_training = question(
    "This network is trained by line a, and the loss comes close to its lowest value, −1. What are its "
    "ten outputs for a new digit?",
    {
        "near 1 for the right class, near 0 for the nine others": "Nothing asks for low ones: the "
        "loss of a “3” does not read the output of “8”. Such outputs would cost −1 as well, but the "
        "training does not lead there.",
        "all ten near 1": "Each digit raises its own class, and no digit asks for a low output.",
        "all ten near 0.1, since the network guesses": "Outputs of 0.1 would cost −0.1 each. Sigmoids "
        "need not add up to 1, and a loss of −1 asks for an output of 1.",
    },
    right="all ten near 1",
)

surest_pixel = question(
    "Five classes for every pixel, a sigmoid behind the last layer, then `cross_entropy`. The scores "
    "are as good as can be. Which probability can the true class get from the softmax in the loss?",
    {
        "nearly 100 %": "For this, the true score would have to lie far above the others. Behind a "
        "sigmoid it is at most 1 above them.",
        "about 73 %": "That is the limit for two classes, e/(e + 1). With five there are three more "
        "in the sum.",
        "about 40 %": "At best the sigmoids are 1, 0, 0, 0, 0. The softmax makes e/(e + 4) of that.",
        "20 %": "That is what five equal outputs give. The sigmoids can differ, by up to 1.",
    },
    right="about 40 %",
)

which_error = question(
    "The labels of ten points overlap: some zeros lie right of some ones. For which error does the "
    "best curve become a vertical step?",
    {
        "the log-loss": "A step is sure of everything. Each point on its wrong side then costs "
        "infinitely much, so the log-loss holds the curve back.",
        "the squared error": "It is bounded, but between 0 and 1 it still prefers a compromise: its "
        "best slope here is 0.95.",
        "the absolute error": "In a place with mixed labels, it is cheapest to side with the "
        "majority entirely. So the slope grows without end.",
        "none of them: the points overlap, so every best slope is finite": "That is true for the "
        "log-loss. Look at the bar of the absolute error while you raise b1.",
    },
    right="the absolute error",
)
