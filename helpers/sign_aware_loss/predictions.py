"""The predictions of 04_sign_aware_loss, in the order of the page."""

from helpers.teaching.predict import number, question

__all__ = [  # noqa: RUF022 (the order of the page)
    "wrong_sign_or_too_far",
    "slope_that_is_learnt",
    "slope_of_a_fine",
    "size_of_wrong_years",
    "signs_under_noise",
    "years_of_a_classifier",
]

wrong_sign_or_too_far = question(
    "In the turned bowl, which costs more for a truth of 1: predicting −1, or predicting 3?",
    {
        "−1: the walls rise towards other signs": "They do rise, by the same for both: −1 and 3 lie "
        "equally far from the diagonal. What differs is how far along the diagonal they lie.",
        "it depends on the two constants": "They set by how much 3 costs more: 8 divided by "
        "`c_diff_sign`. That is above 0 for every positive constant.",
        "3, for every pair of positive constants": "Both lie equally far from the diagonal, so the "
        "walls charge them the same. But 3 for 1 lies further along the diagonal, and there the "
        "surface rises as well.",
        "both cost the same, as with squared error": "That is true of the walls: −1 and 3 lie "
        "equally far from the diagonal. But the floor of the valley rises as well, and 3 for 1 lies "
        "higher on it.",
    },
    right="3, for every pair of positive constants",
)

slope_that_is_learnt = number(
    "The truths lie on the line 3z + 0.5, without noise. A line is fitted with the turned bowl at "
    "`c_diff_sign` = 4 and `c_same_sign` = 2. Which slope does it learn?",
    answer=1.0,
    tolerance=0.05,
    because="For each truth t the loss is least at t/3, so the line learns a third of everything: "
    "slope 1, bias 1/6.",
)

slope_of_a_fine = question(
    "Squared error plus a fixed fine of 3 for each wrong sign. At x = −1 and t = 1, how does the fine "
    "change the derivative in x?",
    {
        "it becomes steeper by 3": "The fine raises the loss by 3, at x = −1 and everywhere near it. "
        "A constant has the derivative 0.",
        "not at all": "Near x = −1 the fine is 3 everywhere, and the derivative of a constant is 0. "
        "The fine changes at x = 0 only.",
        "it becomes infinite": "The fine does jump, at x = 0. At x = −1 it is a constant, and the "
        "derivative of a constant is 0.",
    },
    right="not at all",
)

size_of_wrong_years = question(
    "Squared error gets the direction wrong in 38 of the years before 1900. Compare the size |t| of "
    "the change in these years with that in the other years (the medians of both).",
    {
        "about a third as large": "The medians are 5.3 and 16.1. Where the number hardly changes, a "
        "small error is enough to land on the wrong side of zero.",
        "about the same": "The medians are 5.3 and 16.1. Where |t| is small, a small error is enough to "
        "land on the wrong side of zero.",
        "larger: big jumps are hard to foresee": "Big jumps do have big errors. But for a wrong sign "
        "the error must be larger than |t| itself: the medians are 5.3 and 16.1.",
    },
    right="about a third as large",
)

signs_under_noise = question(
    "The truth is z plus noise of standard deviation 1, and a line is fitted to a hundred points. λ "
    "goes from 0 to 10. On new data, what happens to the share of right signs, in the mean of ten "
    "draws?",
    {
        "it rises by several points": "That is what the penalty is meant for. But the best sign at z "
        "is the sign of z, and the plain fit already gives it, nearly.",
        "it falls by several points": "The line does get flatter, from a slope of 0.99 to 0.74. But "
        "a flatter line has the same signs if its zero stays where it is.",
        "it hardly changes": "The best sign at z is the sign of z, and the plain fit already gives "
        "it, nearly. The penalty makes the line flatter, and that alone changes no sign.",
    },
    right="it hardly changes",
)

years_of_a_classifier = question(
    "Squared error gets 88 of the 109 directions since 1900 right. A classifier of the direction is "
    "trained on the same years before 1900, with the same inputs. How many does it get right?",
    {
        "fewer: it never sees how large a change was": "It does throw the sizes away, and that can "
        "cost signs, as you will see. Here it gains more than it loses: 95.",
        "88 as well, give or take one": "Both have three coefficients, but they are after different "
        "things: squared error after the mean change, the classifier after the likelier direction.",
        "more, by five or more": "It gets 95. The mean change is near 0, but in most years the number falls: "
        "few steep rises balance many slow falls. The classifier is after the likelier direction.",
    },
    right="more, by five or more",
)
