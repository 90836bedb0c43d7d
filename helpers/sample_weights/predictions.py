"""The predictions of 15_sample_weights, in the order of the page."""

from helpers.teaching.predict import number, question

__all__ = [  # noqa: RUF022 (the order of the page)
    "doubled_weights",
    "batches_on_average",
    "sampler_or_weights",
    "balanced_outputs",
    "as_good_as",
    "price_and_remedy",
]

doubled_weights = question(
    "Double the weights of all samples. Which of these gradients doubles: that of Σwℓ, that of "
    "Σwℓ/n (n samples), that of Σwℓ/Σw?",
    {
        "none: only the ratios of weights count": "The ratios alone count where a loss is divided "
        "by Σw. In a sum or a mean over n, nothing divides by Σw.",
        "all three": "The third is divided by Σw, which doubles as well. The two factors cancel.",
        "the first two": "Both are linear in the weights. Only dividing by Σw leaves nothing but "
        "the ratios of the weights. So doubled weights can mean steps of double length.",
        "the first alone": "A mean divides by n, and n stays the same. So the second doubles, too.",
    },
    right="the first two",
)

batches_on_average = question(
    "Eight samples have the losses 1, 4, 9, …, 64. The last one has weight 10, each other one 1. The "
    "loss of each batch of two is divided by the weights of that batch. What is the mean over all 28 "
    "batches, compared with the weighted loss of all eight?",
    {
        "equal: each batch is a fair weighted mean": "Each is fair for its own two samples. But the "
        "weight 10 is cancelled by a divisor of 11 in the batches that hold the last sample.",
        "too high: the heavy sample is in many batches": "It is in 7 of 28 batches, just as often as "
        "each other sample. And its weight stands in the divisor of just these.",
        "too low: the heavy sample loses weight": "In the batches that hold it, the divisor is 11 in "
        "place of 2. So it can't count ten times. The mean is 30.00 in place of 45.88.",
    },
    right="too low: the heavy sample loses weight",
)

sampler_or_weights = question(
    "Of 1000 samples, ten have weight 100, and the model is far off on these ten. Batches of 32, "
    "either drawn evenly with the weights in the loss, or drawn by WeightedRandomSampler. Whose "
    "single batch is nearer to the true weighted gradient, as a rule?",
    {
        "the sampler's": "Both are right on average. But seven of ten even batches hold none of the "
        "ten samples, and the others overshoot. With the samples below their spread is "
        "eleven times the sampler's.",
        "that with the weights in the loss": "These weights are exact, and the mean over all "
        "batches is right. But the ten samples are missing from seven of ten batches, and in the "
        "others they count too much.",
        "neither: the two are equivalent": "They agree on average only. The spread of a single "
        "batch is 7.18 with the weights in the loss and 0.63 with the sampler.",
    },
    right="the sampler's",
)

balanced_outputs = question(
    "One person in ten is sick. A model is trained with weight 9 for the sick. For some person its "
    "output is 0.5. How many of 100 such people are sick?",
    {
        "50": "That is what an output of a model without weights would mean. With weight 9 the "
        "training saw a world in which the sick are nine times as common.",
        "about 90: the weight makes it careful": "The weight raises the outputs, so an output is "
        "worth less, not more.",
        "10": "In the weighted world the odds are nine times the true ones. Odds of 1 : 1 there are "
        "1 : 9 in truth, so 10 of 100 are sick. The output can be corrected.",
        "one can't say": "One can, for a model that fits: only the shares of the two classes were "
        "changed, and by how much is known.",
    },
    right="10",
)

as_good_as = number(
    "500 people come from one population, and are weighted to stand for another one, whose mean lies "
    "two standard deviations further right. We estimate a mean risk. About how many people of the "
    "new population would give as precise an estimate? (Within 20 is right.)",
    answer=24,
    tolerance=20,
    because="Few of the 500 lie where the new population is. One of them often has a tenth of the "
    "whole weight. Over 400 tries the estimates spread as those of 24 new people.",
)

price_and_remedy = question(
    "One tumour in ten is malignant, and a miss costs as much as 20 false alarms. Which is cheapest: "
    "a model trained with weight 9 for the malignant ones, which calls malignant what is above ½; "
    "one trained without weights, above ½; or that one above a threshold that fits the price?",
    {
        "without weights, the threshold by the price": "It costs 615 for "
        "1000 tumours. Above ½, training with weights costs 748, and without them 1638. The price sets the threshold; the rarity alone does not.",
        "with weights, above ½": "The weights help much: 748 in place of 1638. But weight 9 acts as "
        "if a miss cost nine false alarms, and here it costs 20.",
        "without weights, above ½": "That is the dearest, with 1638 for 1000 tumours: it misses "
        "four of five malignant ones.",
        "the two trainings are equal if the threshold is ½": "At the same threshold they differ "
        "most: 748 with weights and 1638 without.",
    },
    right="without weights, the threshold by the price",
)
