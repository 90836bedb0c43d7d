"""The predictions of 07_minibatch_gradients, in the order of the page."""

from helpers.teaching.predict import number, question

__all__ = [
    "mean_of_three_gradients",
    "weight_of_kl",
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

weight_of_kl = number(
    "The reconstruction is the mean over 128 images and their 784 pixels, and the KL term is the "
    "sum over all images and latents. How many times too heavy is the KL term, compared with a "
    "loss that sums each term over its own dimensions and averages both over the images?",
    answer=100352,
    tolerance=1000,
    because="784·128 = 100,352. The mean over pixels makes the reconstruction 784 times too light, "
    "and the sum over images makes the KL term 128 times too heavy.",
    unit="times",
)
