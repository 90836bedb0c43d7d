"""The predictions of 05_lrn_backprop, in the order of the page."""

from helpers.teaching.predict import question

__all__ = [  # noqa: RUF022 (the order of the page)
    "output_of_one_channel",
    "who_receives",
    "frozen_at_small_alpha",
    "what_crossmap_does",
    "running_sum_of_zeros",
    "what_backward_keeps",
    "bright_pixels",
    "ten_times_the_input",
]

output_of_one_channel = question(
    "One channel's activation grows and grows, its neighbours stay as they are. With AlexNet's β of "
    "0.75, what does that channel's own output do?",
    {
        "it grows in proportion": "Only as long as the constant k is most of the denominator. The "
        "channel's own square stands in the denominator as well, and soon it is most of it.",
        "it grows, then falls": "The denominator holds the square of the activation to the power "
        "0.75, that is its 1.5th power. In the end it grows faster than the activation itself.",
        "it grows, more and more slowly": "That is what happens for β below ½. At 0.75 the "
        "denominator grows with the activation to the power 1.5, which is faster than the activation.",
        "it levels off": "That is what happens for β = ½, where the denominator grows exactly as "
        "fast as the activation. At 0.75 it grows with the power 1.5, so it wins.",
    },
    right="it grows, then falls",
)

who_receives = question(
    "a = (1, 2, 3, 4), n = 3, α = 1. Only output 2 has an error, 1. Which inputs receive a gradient?",
    {
        "2 only, the error itself": "A layer without parameters still changes what goes through it. "
        "Output 2 is input 2 times a factor, and that factor depends on inputs 1, 2 and 3.",
        "2 only, a smaller one": "Outputs 1 and 3 have no error, but that does not matter. Output 2 "
        "itself depends on inputs 1 and 3, since their squares are in its denominator.",
        "1, 2 and 3, of both signs": "Output 2 grows with input 2. It shrinks when input 1 or 3 "
        "grows, for they are in its denominator. Input 4 is not.",
        "1, 2 and 3, all positive": "A larger input 1 or 3 makes the denominator of output 2 larger, "
        "and so output 2 smaller. Their gradients are negative: −0.048 and −0.144.",
    },
    right="1, 2 and 3, of both signs",
)

frozen_at_small_alpha = question(
    "You test the frozen denominator at n = 5, α = 0.0001 and k = 1, with 1000 rows of eight "
    "standard normal activations. An error of 0.001 is allowed, relative to the row's largest "
    "gradient. In how many rows does the test notice that the formula is wrong?",
    {
        "in no row": "What is missing has the factor 2αβ/n = 0.00003. The error is 0.00007 on "
        "average, and in the worst row half of what is allowed.",
        "in about half of them": "That needs a larger α. What is missing has the factor "
        "2αβ/n = 0.00003, and even in the worst row the error is half of what is allowed.",
        "in nearly all of them": "That is so from α = 0.01 on, where 96 % of the rows fail. At "
        "0.0001 what is missing has the factor 2αβ/n = 0.00003.",
    },
    right="in no row",
)

what_crossmap_does = question(
    "torch has two such layers: nn.LocalResponseNorm and, for pictures, nn.CrossMapLRN2d. With n = 3 "
    "and a = 1, 2, … 7 the squares in the windows sum to 5, 14, 29, 50, 77, 110, 85. The sums of "
    "CrossMapLRN2d are 5, 14, 30, 51, 78, 111, 86. What does it do?",
    {
        "its windows reach one channel further to the left": "Then the third sum would have 1² too "
        "much, but the fourth 2² = 4, the fifth 3² = 9. All of them have 1 too much.",
        "it rounds in another way": "Squares of whole numbers are exact in floating point, and so "
        "are their sums. A difference of 1 in 30 is no rounding.",
        "channel 1 never leaves the window": "From the third channel on each sum has 1² too much. "
        "The first channel's square is added and never taken away again.",
        "it adds k a second time": "Then the first two sums would be too large as well. They are "
        "right, and the others are 1 too large.",
    },
    right="channel 1 never leaves the window",
)

running_sum_of_zeros = question(
    "Six channels in float32, a = (3.3, 10000, 0.1, 0, 0, 0), n = 3, k = 0.001, and a running sum of "
    "squares. What is the scale of the last channel, whose window holds only zeros?",
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

what_backward_keeps = question(
    "A layer keeps arrays from its forward pass for its backward pass. Which of these keeps the "
    "most: (3.4) written down as a closed form; the formula typed in, `a * s**-beta`, with autograd; "
    "or torch's own F.local_response_norm?",
    {
        "the closed form": "It needs a and s, so it keeps two arrays of the size of the input. The "
        "typed formula keeps three, torch's function four.",
        "the typed formula": "It keeps three arrays. torch's function keeps four, since it pads, "
        "pools and divides in separate steps, and autograd stores what each of them needs.",
        "all the same": "Autograd stores what each single step needs. There are four arrays for "
        "torch's function, three for the typed formula and two for the closed form.",
        "torch's own function": "It keeps four arrays, among them the padded squares, the scale and "
        "the denominator. The typed formula keeps three, the closed form two.",
    },
    right="torch's own function",
)

bright_pixels = question(
    "Which share of the pixels reaches a quarter of the largest value of its channel, after LRN "
    "compared to before?",
    {
        "fewer: only winners stay": "Channels do compete, but a strong edge has the largest "
        "denominator of all, its own square in it. It is damped more than a faint one.",
        "many more": "Strong edges have large denominators and are damped most, faint ones hardly. "
        "So the faint ones catch up with the largest.",
        "about as many": "It would be so if all pixels were divided by the same number. Strong "
        "edges are divided by more than faint ones.",
    },
    right="many more",
)

ten_times_the_input = question(
    "Multiply a layer's input by 10. Which of these layers returns (nearly) what it returned before?",
    {
        "LRN": "It divides by s^β. Where k hardly counts, that grows by 10 to the power 1.5, which "
        "is 32, and not by 10.",
        "both": "Batch normalisation does: its standard deviation grows by 10. LRN does not: its s^β "
        "grows by another factor than 10.",
        "neither": "Batch normalisation does. It divides by a standard deviation, and that is 10 "
        "times as large for an input 10 times as large.",
        "batch normalisation": "It divides by a standard deviation, which grows by 10 as well. LRN "
        "divides by s^β, which grows by another factor.",
    },
    right="batch normalisation",
)
