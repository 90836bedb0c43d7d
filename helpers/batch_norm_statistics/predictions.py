"""The predictions of 12_batch_norm_statistics, in the order of the page."""

from helpers.teaching.predict import question

__all__ = [  # noqa: RUF022
    "under_no_grad",
    "two_hundred_times",
    "slope_of_the_first",
    "batch_of_two",
    "good_in_train_mode",
    "flat_and_inverted",
]

under_no_grad = question(
    "A batch norm layer is in training mode. A batch goes through it inside `with torch.no_grad():`. "
    "What changes in the layer?",
    {
        "nothing: no_grad switches learning off": "no_grad switches gradients off. The running "
        "statistics never needed any: the layer reads them off the batch.",
        "the running mean and variance": "They are read off the batch in every forward pass in "
        "training mode. Gradients have no part in it.",
        "weight and bias": "These two move only when an optimiser makes a step.",
        "all four": "Running mean and variance do. Weight and bias wait for a step of the optimiser, "
        "and there is none.",
    },
    right="the running mean and variance",
)

two_hundred_times = question(
    "The batch 1, 2, 3, 10 is fed 200 times, with momentum 0.1. In training mode the number 10 becomes "
    "1.697. What does it become now in evaluation mode?",
    {
        "1.697, up to rounding": "The running mean has arrived at the batch's mean. But the running "
        "variance arrives at another variance than the one that the layer divides by.",
        "more than 1.697: 200 batches are not enough": "After 200 batches the starting values have a "
        "weight of 0.9²⁰⁰, which is less than 10⁻⁹. So the running statistics have arrived.",
        "less than 1.697, for ever": "What is remembered divides by N − 1 and is larger: 16.67 in "
        "place of 12.5. So the output is smaller.",
        "less than 1.697, but a smaller momentum cures it": "The momentum says how fast the statistics "
        "arrive, and not where.",
    },
    right="less than 1.697, for ever",
)

slope_of_the_first = question(
    "The batch 1, 2, 3, 10 in training mode. The loss is the first output alone. Which of the four "
    "numbers have a gradient that is not 0?",
    {
        "the first alone": "The first output contains the mean and the variance of the batch, and "
        "these contain all four numbers.",
        "all four, of one sign": "Adding 1 to all four numbers changes no output. So the four "
        "gradients add up to 0, and have different signs.",
        "none: a constant in front has no gradient": "A constant that is added to *all* numbers "
        "has none. A single number does change the output.",
        "all four, and they add up to 0": "All four are part of mean and variance. Adding 1 to all of "
        "them changes nothing, so the sum is 0.",
    },
    right="all four, and they add up to 0",
)

batch_of_two = question(
    "A batch of two: the numbers are −3 and 250. What are the normalised outputs in training mode?",
    {
        "−1 and 1": "With two numbers each is as far from their mean as the other. That distance is "
        "also the standard deviation.",
        "about −0.01 and 1": "Dividing by the larger number is another way to scale. Here the mean "
        "is subtracted first, and both are then equally far from 0.",
        "−0.71 and 0.71": "That would be so with the variance over N − 1. The layer divides by N when "
        "it normalises.",
        "it depends on their distance": "The distance cancels: it is divided by a standard deviation "
        "that grows with it. Only ε is left of it.",
    },
    right="−1 and 1",
)

good_in_train_mode = question(
    "After 20 steps with momentum 0.01 a network is right on 80 % of 797 unseen digits in training "
    "mode, and on 68 % *of the same digits* in evaluation mode (means of five trainings). Why?",
    {
        "it overfits": "Overfitting shows between training data and unseen data. Here both numbers are "
        "for the same unseen images.",
        "evaluation mode is always a little worse": "Wait for more steps: the gap closes. And with "
        "another momentum it is much smaller at the same step.",
        "labels leak in training mode": "No label goes into the network, in either mode.",
        "its running statistics are still near their start": "At momentum 0.01 the starting values 0 "
        "and 1 still have 82 % of the weight after 20 steps.",
    },
    right="its running statistics are still near their start",
)

flat_and_inverted = question(
    "A new camera gives images of 0.3 times the contrast. Another one gives inverted images, black for "
    "white. The running statistics are estimated again from 797 new images, without labels. Whose "
    "accuracy comes back?",
    {
        "both": "New statistics shift and scale each unit. They can't turn a sign round, and "
        "inverting does that.",
        "that of the low contrast alone": "Low contrast shifts and scales each unit by a positive "
        "factor, and the new statistics undo just that. Inverting also turns its sign.",
        "that of the inverted images alone": "Inverted images have the same spread as before. But "
        "each unit has the opposite sign, and statistics don't repair a sign.",
        "neither: without labels nothing can be learnt": "Nothing is learnt here. Mean and "
        "variance of a unit need no label.",
    },
    right="that of the low contrast alone",
)
