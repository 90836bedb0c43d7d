"""The predictions of 05_lrn_backprop, in the order of the page."""

from helpers.teaching.predict import question

__all__ = [  # noqa: RUF022 (the order of the page)
    "output_of_one_channel",
    "who_receives",
    "frozen_at_small_alpha",
    "right_for_odd_sizes",
    "running_sum_of_zeros",
    "differentiated_again",
    "another_winner",
]

output_of_one_channel = question(
    "The middle one of five activations grows and grows, the others stay as they are. With β = 0.75, "
    "what does its own output do?",
    {
        "it grows in proportion": "Only as long as the constant k is most of the scale. The "
        "channel's own square stands in the scale as well, and soon it is most of it.",
        "it grows, then falls": "The scale holds the square of the activation, and its power 0.75 is "
        "the activation to the power 1.5. In the end that grows faster than the activation itself.",
        "it grows, more and more slowly": "That is what happens for β below ½. At 0.75 the "
        "denominator grows with the activation to the power 1.5, which is faster than the activation.",
        "it levels off": "That is what happens for β = ½, where the denominator grows as fast as "
        "the activation. At 0.75 it grows with the power 1.5, so it wins.",
    },
    right="it grows, then falls",
)

who_receives = question(
    "a = (1, 2, 3, 4), n = 3, α = 1. Only output 2 has an error: ∂L/∂b is (0, 1, 0, 0). Which inputs "
    "receive a gradient?",
    {
        "2 only, the error itself": "A layer without parameters still changes what goes through it. "
        "Output 2 is input 2 times a factor, and that factor depends on inputs 1, 2 and 3.",
        "2 only, a smaller one": "Outputs 1 and 3 have no error, but that does not matter. Output 2 "
        "itself depends on inputs 1 and 3, since their squares are in its scale.",
        "1, 2 and 3, all positive": "A larger input 1 or 3 makes the scale of output 2 larger, and "
        "so output 2 smaller. Their gradients are negative.",
        "1, 2 and 3, of both signs": "Output 2 grows with input 2. It shrinks when input 1 or 3 "
        "grows, for they are in its scale. Input 4 is not.",
    },
    right="1, 2 and 3, of both signs",
)

frozen_at_small_alpha = question(
    "You test the frozen denominator at n = 5, α = 0.0001 and k = 1, with 1000 rows of eight "
    "standard normal activations. An error of 0.001 is allowed, relative to the row's largest "
    "gradient. In how many rows does the test notice that the formula is wrong?",
    {
        "in no row": "What is missing has the factor 2αβ/n = 0.00003. The error is 0.00007 on "
        "average, and in the worst row half of what is allowed. The tolerance is too coarse.",
        "in about half of them": "That needs larger activations, or a larger α. What is missing has "
        "the factor 2αβ/n = 0.00003, and even in the worst row the error is half of what is allowed.",
        "in nearly all of them": "With activations ten times as large it would be 96 % of the rows. "
        "Here what is missing has the factor 2αβ/n = 0.00003.",
    },
    right="in no row",
)

right_for_odd_sizes = question(
    "My backward pass agrees with torch's to 15 digits, at n = 3 and at n = 5, α = 1, in float64. "
    "Which of these mistakes can still be in it?",
    {
        "none: 15 digits are no accident": "They are none, at odd sizes. But an odd window is its own "
        "mirror image, and an even one is not.",
        "a frozen denominator": "At α = 1 that is off by a third of the largest gradient, and 15 "
        "digits would not agree.",
        "each input hears only of its own output": "At n = 3 that is off by a third of the largest "
        "gradient. Only at n = 1 it would not show.",
        "for even n, the sum runs over the wrong neighbours": "An odd window reaches as far to the "
        "left as to the right, so that its mirror image is the same window. At n = 4 it would show.",
    },
    right="for even n, the sum runs over the wrong neighbours",
)

running_sum_of_zeros = question(
    "Six channels in float32, a = (3.3, 10000, 0.1, 0, 0, 0), n = 3, α = 1, k = 0.001, and a running "
    "sum of squares. What is the scale of the last channel, whose window holds only zeros?",
    {
        "a negative number": "Beside 100 000 000 the 0.01 of channel 3 is rounded away when it "
        "enters. When it leaves, 0.01 is subtracted all the same: 0.001 − 0.01/3.",
        "0.001": "This is the exact value. In float32 numbers near 100 000 000 are 8 apart, so the "
        "0.01 of channel 3 changes nothing when it enters. It is subtracted when it leaves.",
        "a little more than 0.001": "A rest of 0.01 would be left if it had been added and not taken "
        "away. It is the other way round: beside 100 000 000 it was lost when it was added.",
    },
    right="a negative number",
)

differentiated_again = question(
    "This class passes gradcheck. A gradient penalty differentiates its backward pass once more. What "
    "comes out?",
    {
        "the right second derivative": "It would be if s were computed from a in the backward pass. "
        "Here s was saved, though it is no input and no output of forward: for torch it is a "
        "constant.",
        "zeros": "The a in front of the sum is differentiated, so something is left. What depends on "
        "a by way of s is missing.",
        "an error": "Nothing tells torch that s once came from a. It differentiates what it sees, "
        "and it sees a constant.",
        "a wrong number, without a warning": "The saved s is no input and no output of forward. For "
        "torch it is a constant, so all that depends on a by way of s is missing.",
    },
    right="a wrong number, without a warning",
)

another_winner = question(
    "At each pixel one of the eight orientations is the strongest. After LRN with n = 5 and α = 0.01, "
    "in how many pixels is it another one?",
    {
        "in none: neighbours share a scale": "They would if all eight were in every window. With "
        "n = 5 each channel has a window of its own, and its own scale.",
        "in a few, below 5 %": "That is right for α = 0.0005. At 0.01 the scales differ by more: an "
        "end channel has only three channels in its window, so its scale is often much smaller.",
        "in more than a quarter": "Each channel has its own window. A weaker one with quiet "
        "neighbours, or with few, is divided by less, and overtakes.",
    },
    right="in more than a quarter",
)
