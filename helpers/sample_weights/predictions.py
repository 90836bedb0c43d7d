"""The predictions of 15_sample_weights, in the order of the page."""

from helpers.teaching.predict import question

__all__ = ["doubled_weights", "sampler_or_weights"]

doubled_weights = question(
    "Double the weights wᵢ of all samples. Which of these gradients doubles: that of Σ wᵢ·ℓᵢ, that "
    "of Σ wᵢ·ℓᵢ / n (n samples), that of Σ wᵢ·ℓᵢ / Σ wᵢ?",
    {
        "the first two": "Both are linear in the weights. Only dividing by Σ wᵢ leaves nothing but "
        "the ratios of the weights. So doubled weights can mean steps of double length.",
        "none: only the ratios of weights count": "The ratios alone count where a loss is divided "
        "by Σ wᵢ. In a sum or a mean over n, nothing divides by Σ wᵢ.",
        "all three": "The third is divided by Σ wᵢ, which doubles as well. The two factors cancel.",
        "the first alone": "A mean divides by n, and n stays the same. So the second doubles, too.",
    },
    right="the first two",
)

sampler_or_weights = question(
    "Of 1000 samples, ten have weight 100. Batches of 32, either drawn evenly with the weights in "
    "the loss, or drawn by WeightedRandomSampler. Whose single batch is nearer to the true weighted "
    "gradient, as a rule?",
    {
        "the sampler's": "Both are right on average. But seven of ten even batches hold none of the "
        "ten samples, and the others overshoot. With these samples their spread is eleven times "
        "the sampler's.",
        "that with the weights in the loss": "These weights are exact, and the mean over all "
        "batches is right. But the ten samples are missing from seven of ten batches, and in the "
        "others they count too much.",
        "neither: the two are equivalent": "They agree on average only. The spread of a single "
        "batch is 7.18 with the weights in the loss and 0.63 with the sampler.",
    },
    right="the sampler's",
)
