"""The predictions of 01_autograd_interfaces, in the order of the page."""

from helpers.teaching.predict import question

__all__ = [  # noqa: RUF022 (the order of the page)
    "three_calls",
    "rate_without_clearing",
    "never_cleared_on_digits",
    "eight_batches",
    "clip_or_add_first",
    "retained_graph",
    "other_equation",
    "gradient_of_b",
]

three_calls = question(
    "x = 3, and the loss is x², so its gradient is 6. Three lines run: `(x**2).backward()`, then "
    "`g = grad(x**2, x)[0]`, then `(x**2).backward()`. What is in `x.grad` now?",
    {
        "6: each call writes its gradient there": "A second `backward` does not replace what the "
        "first one left. It adds its 6.",
        "18: each call adds its gradient": "`backward` does add. But `grad` returns its gradient and "
        "leaves `x.grad` alone.",
        "12: the two calls of backward add": "Each `backward` adds 6. `grad` returns its 6 and "
        "writes nothing.",
        "None: grad takes it away": "`grad` leaves `x.grad` as it finds it: it neither writes to it "
        "nor clears it.",
    },
    right="12: the two calls of backward add",
)

rate_without_clearing = question(
    "Gradient descent on the bowl x1² + 5·x2², and nobody ever clears `.grad`. At which rate does it "
    "come to rest at the lowest point?",
    {
        "at a small enough rate": "A smaller rate helps when each step uses one gradient. Here each "
        "step repeats all gradients so far. A smaller rate only makes the path swing more slowly.",
        "at every rate at which the cleared descent does": "At a rate of 0.06 the cleared path has a "
        "loss of 0.007 after 24 calls. The other one has 4.38, and is still swinging.",
        "at no rate": "Every step repeats all gradients so far. That is momentum without friction: "
        "the path swings forever, or it flies away if the rate is large.",
    },
    right="at no rate",
)

never_cleared_on_digits = question(
    "A linear classifier of digits is trained with all 1000 digits in each step, and nobody clears "
    "`.grad`. Beside it runs the right training. After 50 steps, whose loss on the training digits is lower?",
    {
        "the right one's: the other path swings, as in the bowl": "In the bowl the path runs through "
        "the lowest point and swings back. On these digits the loss can fall for a long time, so the "
        "sum of all gradients is a fast way down: 0.091 in place of 0.606.",
        "the one that never clears": "It is 0.091 in place of 0.606. On these digits the loss can "
        "fall for a long time, and the sum of all gradients is a fast way down.",
        "both are about equal": "A step along the sum of all gradients is much longer than a step "
        "along the last one. After 50 steps the loss is 0.091 in place of 0.606.",
    },
    right="the one that never clears",
)

eight_batches = question(
    "1000 pictures do not fit into memory. So they go through the network in 8 batches of 125. Each "
    "batch's mean loss calls `backward`, and after the last one there is one step of gradient descent. How "
    "does it compare with a step on all 1000 at once?",
    {
        "eight times as long": "Each batch adds the gradient of its own mean. The mean over all is "
        "the mean of these eight, and here they are added up.",
        "the same: a mean is a mean": "The mean over all pictures is the mean of the eight means. "
        "`backward` adds them up instead, so that is eight times as much.",
        "an eighth as long": "That would be so if something divided by 8 once too often. `backward` "
        "divides nothing: it adds.",
        "it follows the last batch only": "It would if `backward` replaced what is in `.grad`. It "
        "adds, so all eight batches count.",
    },
    right="eight times as long",
)

clip_or_add_first = question(
    "Three samples have the gradients (1.52, 0.76), (1.00, 2.00) and (0.74, −4.44), of lengths 1.7, "
    "2.2 and 4.5. Either you clip each one to length 1 and add them, or you add them and clip the "
    "sum to length 1. What differs?",
    {
        "the length only": "Clipping keeps the direction of what it clips. But it takes most from the "
        "longest of the three, so their sum points elsewhere: here it turns by about 40 degrees.",
        "the length and the direction": "Clipping a sum only shortens it. Clipping each one first "
        "takes most from the longest, and that changes the mixture: here the sum turns by about 40 "
        "degrees.",
        "nothing": "That would be so if each were multiplied by the same factor. Here the "
        "lengths are 1.55 and 1, and the directions differ by about 40 degrees.",
    },
    right="the length and the direction",
)

retained_graph = question(
    "The loss contains u′, which comes from `grad(u.sum(), t)`. The outer `backward` stops with the "
    "error “Trying to backward through the graph a second time”. With `retain_graph=True` it runs. "
    "Where does the descent end?",
    {
        "at the right a: it was only about memory": "The error does speak of freed memory, and "
        "`retain_graph` keeps it. But u′ still comes out as a plain number, so the gradient lacks "
        "the way through u′.",
        "at another a, without an error": "`retain_graph` keeps the graph of u. But u′ still comes "
        "out as a plain number, so the gradient lacks the way through u′. It is zero at −6/11; the "
        "lowest point is at −18/29.",
        "in the same error, a step later": "Every step builds a new graph, so nothing is freed twice. "
        "The descent runs to its end.",
    },
    right="at another a, without an error",
)

other_equation = question(
    "A small network is fitted to u′ = −u with the `retain_graph` slip. After 300 steps it is within "
    "0.1 of the solution. Now the same program is to fit u′ = +u. What happens?",
    {
        "it comes as near, since the loss is 0 on the solution there as well": "On the solution the "
        "wrong gradient is 0 as well, for both equations. But it need not lead there. Here it leads "
        "somewhere else: after 300 steps the network is 9 away.",
        "it is far from the solution": "On the solution the wrong gradient is 0 for both equations. "
        "For u′ = −u it also leads there. For u′ = +u it leads away: after 300 steps the network is 9 away.",
        "it stops with an error": "The slip raises no error for either equation: `retain_graph` "
        "removed it.",
    },
    right="it is far from the solution",
)

gradient_of_b = question(
    "Two workers share one `.grad`. A: `backward`, step. B: `backward`. A: clear. B: step. What "
    "becomes of B's gradient?",
    {
        "it is lost": "A's clear takes whatever `.grad` holds, B's new gradient included. B then has "
        "nothing to step along, and no error says so.",
        "B's step uses it": "It would if A cleared before B's `backward`. Here A's clear comes "
        "between B's `backward` and B's step, and it takes whatever `.grad` holds.",
        "it is used twice": "A gradient is used twice if a second step comes before the clear. Here "
        "the clear comes before any step that could use B's gradient.",
    },
    right="it is lost",
)
