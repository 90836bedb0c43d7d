"""The predictions of 01_autograd_interfaces, in the order of the page."""

from helpers.teaching.predict import question

__all__ = [  # noqa: RUF022 (the order of the page)
    "rate_without_clearing",
    "doubled_weights",
    "clip_or_add_first",
    "retained_graph",
    "bug_at_the_solution",
    "two_threads",
    "gradient_of_b",
    "never_cleared_on_digits",
]

rate_without_clearing = question(
    "Gradient descent on a bowl, and nobody ever clears .grad. At which learning rate does it come "
    "to rest at the minimum?",
    {
        "at a small enough rate": "A smaller rate helps when each step uses one gradient. Here "
        "each step repeats all gradients so far, and a smaller rate only makes the path swing more "
        "slowly.",
        "at every rate at which the cleared descent does": "At a rate of 0.06 the cleared path has "
        "a loss of 0.007 after 24 calls. The kept one has 4.38 and is still swinging.",
        "at no rate": "Every step repeats all gradients so far. That is momentum without friction: "
        "the path swings forever, or it flies away if the rate is large.",
    },
    right="at no rate",
)

doubled_weights = question(
    "Double the weights wᵢ of all samples. Which of these gradients doubles: that of Σ wᵢ·ℓᵢ, that "
    "of Σ wᵢ·ℓᵢ / n (n samples), that of Σ wᵢ·ℓᵢ / Σ wᵢ?",
    {
        "the first two": "Both are linear in the weights. Only dividing by Σ wᵢ leaves nothing but "
        "the ratios of the weights. So doubled weights can mean steps of double length.",
        "none: only the ratios of weights count": "The ratios alone count where a loss is divided "
        "by Σ wᵢ. A sum or a mean over n knows nothing of Σ wᵢ.",
        "all three": "The third is divided by Σ wᵢ, which doubles as well. The two factors cancel.",
        "the first alone": "A mean divides by n, and n stays the same. So the second doubles, too.",
    },
    right="the first two",
)


clip_or_add_first = question(
    "Three samples' gradients. Clip each to length 1 and add them, or add them and clip the sum to "
    "length 1. What differs?",
    {
        "the length only": "Clipping does keep the direction of whatever it clips. But it takes "
        "most from the longest of the three, so their sum points elsewhere: here it turns by about "
        "40 degrees.",
        "the direction, too": "Clipping a sum only shortens it. Clipping each sample first takes "
        "most from the longest, and that changes the mixture: here the sum turns by about 40 "
        "degrees.",
        "nothing": "The rest of the backward pass is linear, and clipping is not. Here the lengths "
        "are 1.55 and 1, and the directions differ by about 40 degrees.",
    },
    right="the direction, too",
)

retained_graph = question(
    "u′ comes from grad(u.sum(), t). The outer backward then complains of “backward through the "
    "graph a second time”; with retain_graph=True it runs. Where does the descent end?",
    {
        "at the right a: it was a matter of memory": "The error does speak of freed memory, and "
        "retain_graph keeps it. But u′ still comes out as a plain number, so the gradient lacks the "
        "way through u′.",
        "at another a, without an error": "retain_graph keeps the graph of u, but u′ still comes out "
        "as a plain number. The gradient lacks the way through u′ and is zero at −6/11; the minimum "
        "is at −18/29.",
        "in the same error, a step later": "Every step builds a new graph, so nothing is freed "
        "twice. The descent runs to its end.",
    },
    right="at another a, without an error",
)

bug_at_the_solution = question(
    "A network can make u′ + u zero everywhere, which the line could not. Put it exactly on the "
    "solution exp(−t). Which bug moves it away from there: retain_graph inside, or backward inside?",
    {
        "both": "A wrong gradient need not be wrong everywhere. What retain_graph leaves out is "
        "multiplied by u′ + u, so it is zero on the solution.",
        "only retain_graph": "What it leaves out is multiplied by u′ + u, so it is zero on the "
        "solution. The inner backward adds the gradient of Σ u, and this is not zero there.",
        "only the inner backward": "It adds the gradient of Σ u, whatever u′ + u is. What "
        "retain_graph leaves out is multiplied by u′ + u. So it rests on the solution, if it gets "
        "there: fitted to u′ = u, it was still more than 8 away after 300 steps.",
        "neither: where the loss is zero, so is its gradient": "True of the right gradient. The "
        "inner backward leaves the gradient of Σ u in .grad besides.",
    },
    right="only the inner backward",
)

two_threads = question(
    "Two threads. Each calls backward 1000 times, and each call adds 1 to the same .grad. What does "
    "it hold at the end?",
    {
        "2000": "The node that adds to .grad takes a lock, says PyTorch's page on autograd. The "
        "same page still calls this use “technically not safe”.",
        "less, and another number each time": "That happens where two threads read a number before "
        "either of them writes. The node that adds to .grad takes a lock, says PyTorch's page on "
        "autograd.",
        "1000: one thread overwrites the other": "backward adds to what is there, no matter who "
        "left it. All threads share one .grad.",
    },
    right="2000",
)

gradient_of_b = question(
    "One shared .grad. A: backward, step. B: backward. A: clear. B: step. What becomes of B's "
    "gradient?",
    {
        "B's step uses it": "It would if A cleared before B's backward. Here A's clear comes between "
        "B's backward and B's step, and it wipes whatever .grad holds.",
        "it is used twice": "A gradient is used twice if a second step comes before the clear. Here "
        "the clear comes before any step that could use B's gradient.",
        "it is lost": "A's clear wipes whatever .grad holds, B's fresh gradient included. B then "
        "steps along zero, and no error is raised.",
    },
    right="it is lost",
)

never_cleared_on_digits = question(
    "A linear layer can separate these training digits, so the training loss has no lowest point: "
    "it can always fall further. After fifty steps with gradients never cleared, how does it compare "
    "with that of a training that clears them?",
    {
        "it is higher: the path swings, as in the bowl": "In the bowl the path runs through the "
        "lowest point and swings back. Where the loss only falls, there is nothing to swing around: "
        "0.091 in place of 0.606.",
        "it is lower": "0.091 in place of 0.606: where the loss only falls, a sum of all gradients "
        "is a fast descent. The bug looks like a success. On the held-out digits the loss is 0.702 "
        "in place of 0.694 by then, and rising.",
        "it is the same: the same gradients, only added up": "A step along the sum of all gradients "
        "is much longer than a step along one. After fifty of them the loss is 0.091 in place of "
        "0.606.",
    },
    right="it is lower",
)
