"""The predictions of 13_variational_bounds, in the order of the page."""

from helpers.teaching.predict import question

__all__ = ["where_the_gap_closes", "both_averaged", "more_weight", "widest_maximum", "more_samples"]  # noqa: RUF022

where_the_gap_closes = question(
    "You may choose any normal q. For which one is the ELBO equal to ln p(x)?",
    {
        "for the prior: then the KL term is 0": "That makes one of the two terms best. The other one, "
        "E ln p(x|z), suffers: most z from the prior do not explain this x.",
        "for a very narrow q at the best z: then E ln p(x|z) is highest": "That makes the other term "
        "best. But a narrow q is far from the prior, and the KL term grows without end.",
        "for the posterior": "The gap is the divergence of q from p(z|x), and it is 0 just there.",
        "for none: a bound is never reached": "It is reached whenever q can be the posterior, as "
        "here, where the posterior is normal. For a real decoder it is usually not reached.",
    },
    right="for the posterior",
)

both_averaged = question(
    "64 pixels, 8 latents. Both terms are averaged over everything, with `.mean()`. How much does "
    "the KL term weigh beside the reconstruction, where 1 is the ELBO?",
    {
        "1: both are averaged": "Both are divided, but by different numbers: the errors by 64 a "
        "picture, the divergences by 8.",
        "⅛": "The errors are divided by more, so that it is *they* which become small.",
        "8": "The errors are divided by 64 for each picture and the divergences by 8. Beside the "
        "errors the KL then weighs 64/8.",
        "it depends on the batch size": "Both terms are divided by the batch size, so it cancels.",
    },
    right="8",
)

more_weight = question(
    "A VAE on digits is trained with β = 0, 0.3, 1 and 8. Samples are decoded from z that are drawn "
    "from the prior. For which β are they nearest to real digits?",
    {
        "8: then q is nearest to the prior": "q is then the prior for every digit, so that z says "
        "nothing. The decoder draws one picture for every z.",
        "0: then nothing disturbs the reconstructions": "The decoder has then never met most of the z "
        "that the prior gives. A little weight brings them together.",
        "only 1: that is the ELBO": "1 is good. But 0.3 is enough to bring the z of the digits and "
        "those of the prior together.",
        "0.3 and 1, nearly alike": "Some weight brings the z of the digits and those of the prior "
        "together, and 0.3 is enough. Too much, and z says nothing any more.",
    },
    right="0.3 and 1, nearly alike",
)

widest_maximum = question(
    "K = 50 samples. q has the right mean, 0.8, and only its width is trained. The posterior has the "
    "width 0.45. Which width is best for the bound L, and which for the posted objective?",
    {
        "0.45 for both": "There the two have the same value, which makes them look alike. But elsewhere "
        "the posted one is higher: it has another maximum.",
        "0.45 for L, and far more for the posted one": "A wide q makes the weights unequal, and the "
        "posted objective rewards that. It is best near 14.",
        "0.45 for L, and far less for the posted one": "A narrow q makes the weights unequal as well, and "
        "gains a little. A wide one gains far more.",
        "far more for both: with 50 samples q may be careless": "L hardly falls for a wider q, but it "
        "falls: its best width is the posterior's.",
    },
    right="0.45 for L, and far more for the posted one",
)

more_samples = question(
    "In the solvable model q is N(0.5, 0.6²), near the posterior N(0.8, 0.447²). Its mean is trained by "
    "the bound with K = 100 in place of K = 1. What happens to the gradient, compared with its "
    "noise?",
    {
        "it is clearer: 100 samples average the noise out": "The noise falls. But the gradient itself "
        "falls faster: with 100 samples the bound hardly depends on q any more.",
        "it is less clear": "With many samples the bound is nearly ln p(x) for every such q, so that the "
        "gradient falls faster than its noise.",
        "it is the same: only the value of the bound changes": "The bound is nearly flat in q for large "
        "K. See how little the solid curve of section 4 falls for K = 50.",
    },
    right="it is less clear",
)
