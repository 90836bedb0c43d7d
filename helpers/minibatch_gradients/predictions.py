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
    "Batches of 3, 3 and 1 points: compared with the gradient of all seven, the mean of their "
    "three gradients is …",
    {
        "the same": "That would be so with equal batches, or if each gradient were weighted by its "
        "batch's size. Here the last point counts three times.",
        "shorter": "The size of a batch has no say in a plain mean. The "
        "last point alone counts as much as three others together.",
        "longer": "The last point counts as much as three others together, and its gradient is the "
        "longest.",
    },
    right="longer",
)

lowest_loss = question(
    "64 noisy points, one parameter, rate 0.05 for all. Batch sizes 1, 2, 4, … 64. Which sizes have "
    "the lowest loss after 3 epochs, and which after 300?",
    {
        "small ones, both times": "After 3 epochs, yes: they have made more steps. But their steps "
        "scatter, and after 300 epochs only that is left.",
        "large ones, both times": "After 300 epochs, yes. But after 3 epochs a batch of all points has "
        "made only 3 steps, and is still far away.",
        "small ones after 3, and large ones after 300": "After 3 epochs small batches have made enough "
        "steps: size 4 is lowest, since 1 and 2 scatter more. After 300 all have made enough, and "
        "only the scatter is left.",
        "large ones after 3, and small ones after 300": "It is the other way round. Few epochs are "
        "few steps for a large batch. And many epochs don't end the scatter of a small one.",
    },
    right="small ones after 3, and large ones after 300",
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
    "Batches of one point, each drawn afresh, a small constant rate, noisy points, and as much time as "
    "you like. How far above the lowest loss does the training end, on average?",
    {
        "not at all: it only takes long": "At the best w the 64 gradients add up to 0, but each of "
        "them is not 0. So each step leaves the best w again.",
        "at a level that the rate doesn't change": "A step leaves the best w by the rate times a "
        "point's gradient. A smaller rate scatters less.",
        "at a level that halves if the rate is halved": "Each step adds noise in proportion to "
        "the rate squared, and takes error away in proportion to the rate. So the level goes with the "
        "rate, as long as it is small.",
        "it runs away from the lowest loss": "That takes a rate that is too large. With a small one "
        "the pull back to the best w is stronger than the noise, beyond some distance.",
    },
    right="at a level that halves if the rate is halved",
)

hundred_times_more = question(
    "The weights of a layer are random. They are drawn once for each batch. Each of 10 samples is "
    "copied a hundred times, so the batch has 1000. What happens to the variance of the gradient over "
    "repeated draws of the weights?",
    {
        "it falls to a hundredth": "That is so if each sample has a draw of its own. These samples "
        "share one draw, and a mean over them doesn't remove it.",
        "it falls to a tenth": "√100 is for the standard deviation of independent noise. Here all "
        "samples share one draw.",
        "it stays": "All samples see the same drawn weights, so in each draw a copy has the gradient "
        "of its original. The mean over 1000 is the mean over 10.",
        "it grows": "The sum over the samples grows, but the gradient is their mean. A copy has the "
        "gradient of its original, so the mean stays.",
    },
    right="it stays",
)

low_at_forty = question(
    "A network with 32 hidden units is trained on 40 images for 20 epochs, with `batch_size=200`. It "
    "is right on 31 % of these same 40 images. What is the reason?",
    {
        "too few updates": "200 is more than 40, so an epoch is one batch, and 20 epochs are 20 "
        "updates, at a small rate. With 1000 updates the same network is right on all 40.",
        "the network is too small: high bias": "It has more than 2000 weights for 40 images. Given "
        "1000 updates it is right on all 40.",
        "40 images are too few to learn from": "Few images make it hard to be right on *other* "
        "images. The 40 themselves are the easier to learn, the fewer they are.",
        "a batch is too large to find the minimum": "A batch of all images has an exact gradient. It "
        "arrives, if it may make enough steps.",
    },
    right="too few updates",
)
