"""The predictions of 07_minibatch_gradients, in the order of the page."""

from helpers.teaching.predict import question

__all__ = [  # noqa: RUF022
    "mean_of_three_gradients",
    "lowest_loss",
    "half_of_the_points",
    "long_run_of_single_points",
    "hundred_times_more",
    "low_at_forty",
]

mean_of_three_gradients = question(
    "Batches of 3, 3 and 1 points: the mean of their three gradients is …",
    {
        "the gradient of the mean over all seven": "That would be so with equal batches, or if "
        "each gradient were weighted by its batch's size. Here the last point counts three times.",
        "a multiple of it: the same direction, another length": "A sum in place of a mean would "
        "change the length alone. Here one point weighs more than the others, and it pulls in a "
        "direction of its own.",
        "a vector of another direction": "The lone last point counts as much as three others "
        "together. It lies far from the line, and pulls the mean towards its own gradient.",
    },
    right="a vector of another direction",
)

lowest_loss = question(
    "64 noisy points, one parameter, rate 0.05 for all. Batch sizes 1, 2, 4, … 64. Which size has the "
    "lowest loss after 3 epochs, and which after 300?",
    {
        "1, both times": "1 makes the most steps, but its steps scatter. By the third epoch the "
        "scatter is larger than the error that is left at size 4.",
        "64, both times": "After 300 epochs, yes. But after 3 epochs a batch of all points has made "
        "only 3 steps, and is still far away.",
        "1 after 3, and 64 after 300": "At a smaller rate it is so, as at 0.02. At 0.05 three epochs "
        "are enough for size 4 to arrive, and it scatters less than 1.",
        "one in between after 3, and 64 after 300": "After 3 epochs size 4 has made enough steps, and "
        "scatters less than 1. After 300 all have made enough, and only the scatter is left.",
    },
    right="one in between after 3, and 64 after 300",
)

half_of_the_points = question(
    "The gradients of 64 single points have the variance 19. Batches of 32 different points are "
    "drawn. What is the variance of the batch's gradient, about?",
    {
        "0.3": "19/32 is 0.6, and drawing without replacement halves it here: the factor is "
        "(64 − 32)/63.",
        "0.6": "19/32 would hold if a point could be drawn twice. A batch of 32 different points has "
        "seen half of all there is, so it varies less.",
        "3.4": "That is 19/√32. The root of B belongs to the standard deviation; the variance falls "
        "by B at least.",
        "19": "Averaging makes a difference: in a mean of 32 the points that are too large and those "
        "that are too small cancel in part.",
    },
    right="0.3",
)

long_run_of_single_points = question(
    "Batches of one point, a constant rate, noisy points, and as much time as you like. How far above "
    "the lowest loss does the training end, on average?",
    {
        "not at all: it only takes long": "At the best w the 64 gradients add up to 0, but each of "
        "them is not 0. So each step leaves the best w again.",
        "at a level that the rate doesn't change": "A step leaves the best w by the rate times a "
        "point's gradient. A smaller rate scatters less.",
        "at a level of which half is left at half the rate": "Each step adds noise in proportion to "
        "the rate squared, and takes error away in proportion to the rate. So the level goes with the "
        "rate, as long as it is small.",
        "it runs away from the lowest loss": "That takes a rate that is too large. With a small one "
        "the pull back to the best w is stronger than the noise, beyond some distance.",
    },
    right="at a level of which half is left at half the rate",
)

hundred_times_more = question(
    "The weights of a layer are random. They are drawn once for each batch. A batch of 1000 samples "
    "takes the place of one of 10. The variance of the gradient, over repeated draws of the weights, "
    "becomes …",
    {
        "a hundred times smaller": "That holds for noise that each sample has for itself. These "
        "samples share one draw, and a mean over them doesn't remove it.",
        "ten times smaller": "√100 is for the standard deviation of independent noise. Here all "
        "samples share one draw.",
        "not much smaller: it doesn't go to 0": "All samples see the same wrong weights. However many "
        "there are, they agree on a gradient that belongs to these weights.",
        "larger": "The mean over samples does not add to the noise: the part that they share stays, "
        "and the part that they don't share falls.",
    },
    right="not much smaller: it doesn't go to 0",
)

low_at_forty = question(
    "A network with 32 hidden units is trained on 40 images for 20 epochs, with `batch_size=200`. It "
    "is right on 31 % of these same 40 images. What is the reason?",
    {
        "too few updates: 20": "200 is more than 40, so an epoch is one batch, and 20 epochs are 20 "
        "updates. With 1000 updates the same network is right on all 40.",
        "the network is too small: high bias": "It has more than 2000 weights for 40 images. Given "
        "1000 updates it is right on all 40.",
        "40 images are too few to learn from": "Few images make it hard to be right on *other* "
        "images. The 40 themselves are the easier to learn, the fewer they are.",
        "a batch is too large to find the minimum": "A batch of all images has an exact gradient. It "
        "arrives, if it may make enough steps.",
    },
    right="too few updates: 20",
)
