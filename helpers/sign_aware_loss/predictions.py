"""The predictions of 04_sign_aware_loss, in the order of the page."""

from helpers.teaching.predict import number, question

__all__ = [  # noqa: RUF022 (the order of the page)
    "wrong_sign_or_too_far",
    "slope_that_is_learnt",
    "slope_of_a_fine",
    "signs_under_noise",
    "years_that_differ",
    "loss_at_zero",
]

wrong_sign_or_too_far = question(
    "In the turned paraboloid, which costs more for a truth of 1: predicting −1, or predicting 3?",
    {
        "3, for every pair of positive constants": "Both lie equally far from the diagonal, so the "
        "walls charge them the same. But 3 for 1 lies further along the diagonal, and there the "
        "surface rises on both sides of the origin.",
        "−1: the walls rise towards other signs": "They do rise, by the same for both: −1 and 3 lie "
        "equally far from the diagonal. What differs is how far along the diagonal they lie.",
        "both cost the same, as with squared error": "The walls do charge them the same. But 3 for 1 "
        "lies further along the diagonal, and there the surface rises as well.",
        "it depends on the constants": "They set by how much 3 costs more: 8 divided by "
        "c_diff_sign. That is above 0 for every positive constant.",
    },
    right="3, for every pair of positive constants",
)

slope_that_is_learnt = number(
    "The truths lie on the line 3z + 0.5, without noise. A line is fitted with the turned paraboloid "
    "at c_diff_sign = 4 and c_same_sign = 2. Which slope does it learn?",
    answer=1.0,
    tolerance=0.05,
    because="For each truth t the loss is least at t/3, so the line learns a third of everything: "
    "slope 1, bias 1/6.",
)

slope_of_a_fine = question(
    "Squared error plus a fine of 3 for a wrong sign. At x = −1 and t = 1, how does the fine change "
    "the derivative in x?",
    {
        "the slope becomes steeper by 3": "The fine raises the loss by 3, at x = −1 and everywhere "
        "near it. A constant has the derivative 0.",
        "not at all": "Near x = −1 the fine is 3 everywhere, and the derivative of a constant is 0. "
        "The fine changes at x = 0 only.",
        "it becomes infinite": "The fine does jump, at x = 0. At x = −1 it is a constant, and the "
        "derivative of a constant is 0.",
    },
    right="not at all",
)

signs_under_noise = question(
    "The truth is z plus noise of standard deviation 1, and a line is fitted to a hundred points. λ "
    "goes from 0 to 10. On new data, what happens to the share of right signs, in the mean of ten "
    "draws?",
    {
        "it rises by several points": "That is what the penalty is meant for. But the best sign at z "
        "is the sign of z, and the plain fit already gives it.",
        "it falls by several points": "The line does get flatter, from a slope of 0.99 to 0.74. But "
        "a flatter line has the same signs if its zero stays where it is.",
        "it hardly changes": "The best sign at z is the sign of z, and the plain fit already gives "
        "it. The penalty makes the line flatter, and that alone changes no sign.",
    },
    right="it hardly changes",
)

years_that_differ = number(
    "Squared error and the turned paraboloid (4, 2) each predict a direction for 109 years. In how "
    "many years do they differ?",
    answer=0,
    tolerance=0.5,
    because="By (2.2) the paraboloid's prediction is a third of the other. A third has the same sign.",
)

loss_at_zero = question(
    "(x − t)²·(1 + 3·[x·t < 0]): squared error, four times as much where the sign is wrong. The "
    "truth is 2, and x grows from −1 to 1. What does this loss do at x = 0?",
    {
        "it falls smoothly": "Squared error alone does, and it is 4 at x = 0. But just left of 0 it "
        "counts four times, and from 0 on once.",
        "it jumps, from 16 down to 4": "Just left of 0 the squared error of 4 counts four times, and "
        "from 0 on once. A convex function can't jump, so this loss is not convex.",
        "it has a kink, as with relu(−x·t)": "At a kink two pieces meet: relu(−x·t) is 0 at x = 0 "
        "from both sides. Here the factor falls from 4 to 1 where the squared error is 4.",
    },
    right="it jumps, from 16 down to 4",
)
