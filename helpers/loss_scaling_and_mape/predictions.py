"""The predictions of 03_loss_scaling_and_mape, in the order of the page."""

from helpers.teaching.predict import question

__all__ = [  # noqa: RUF022
    "unit_free_metric",
    "best_constant",
    "who_feels_the_unit",
    "loss_times_five",
    "log_taken_back",
    "lower_mape",
    "trusted_report",
]

unit_free_metric = question(
    "Truths and forecasts are multiplied by 0.5, and then 40 is added to both. Which metrics keep "
    "their value?",
    {
        "MAPE and R²: both are pure numbers": "R² does. MAPE divides by the true number, and the 40 "
        "makes every true number larger without changing the difference.",
        "MAPE only": "The factor cancels in it. But MAPE divides by the true number itself, and "
        "that gets 40 more.",
        "R² only": "It divides squared errors by squared differences of truths. The factor cancels "
        "in the quotient, and the 40 cancels in each difference.",
        "none: the forecasts are other numbers now": "RMSE, MAE and MAPE do change. In R² the "
        "factor cancels in the quotient, and the 40 cancels in each difference.",
    },
    right="R² only",
)

best_constant = question(
    "You may forecast one number for all 108 years. Their mean is 61, their median 47. Which number "
    "has the smallest MAPE?",
    {
        "about 61, the mean": "The mean has the smallest *squared* error. Its MAPE is 2.46: in "
        "quiet years it is many times the truth.",
        "about 47, the median": "The median has the smallest mean absolute error. Its MAPE is "
        "1.92: in quiet years it is many times the truth.",
        "about 9": "A year with the number 3 has a vote twenty times as strong as a year with 60. "
        "The 11 quietest years outvote the 97 others.",
        "0: a forecast of nothing can't be more than 100 % wrong": "A forecast of 0 is exactly "
        "100 % wrong each year. The number 8.6 costs 81 %.",
    },
    right="about 9",
)

who_feels_the_unit = question(
    "The target is multiplied by 1000, and the forecasts are divided by 1000 at the end. Everything "
    "else stays as it is, the rate as well. Which model forecasts as before?",
    {
        "a linear model that starts at 0, by plain gradient descent": "Its weights are 1000 times as "
        "large after each step, and so are its forecasts. The factor cancels at the end.",
        "a network with one hidden layer by plain gradient descent": "Its two layers multiply each "
        "other, so the slopes grow faster than the weights. It overflows.",
        "a network by Adam: it adapts to any scale": "Adam adapts to the scale of the *gradient*. "
        "Its steps are about as long as the rate, and the way is now 1000 times as long.",
        "all three: a factor changes no information": "That is true of the data. But a rate decides "
        "how far a step goes, and two of these three models have steps that do not fit the new unit.",
    },
    right="a linear model that starts at 0, by plain gradient descent",
)

loss_times_five = question(
    "A training with Adam runs at rate 0.01. The loss is multiplied by 5. Which training without "
    "the factor takes the same steps?",
    {
        "the one with rate 0.05": "That is true of plain gradient descent. Adam divides the mean "
        "gradient by the root of the mean square, and both have the 5.",
        "the one with rate 0.01": "Adam divides the mean gradient by the root of the mean square. "
        "The 5 stands in both and cancels.",
        "the one with rate 0.002: steeper means smaller steps": "Nothing in Adam asks for shorter "
        "steps where the loss is steeper. It divides the factor away, no more and no less.",
        "none: the minimum has moved": "A factor above 0 moves no minimum. And Adam divides it away "
        "before each step.",
    },
    right="the one with rate 0.01",
)

log_taken_back = question(
    "A line is fitted to log(1 + y), and its forecasts are taken back by `expm1`. Over the years "
    "that it was fitted to, these forecasts are on average …",
    {
        "as high as the numbers: `expm1` undoes `log1p`": "It undoes it for a single number. A mean "
        "of logarithms that is taken back is not the mean of the numbers.",
        "too low": "The few very large numbers lift the mean, and the logarithm makes them small. "
        "Three years ahead the forecasts have 0.84 of the mean.",
        "too high: the exponential makes errors larger": "It makes the noise of the *numbers* "
        "larger, and so it lifts their mean. The fitted line has no noise.",
    },
    right="too low",
)

lower_mape = question(
    "Three years ahead, on the new years, the log fit has an RMSE of 37 and the straight line one "
    "of 29. Which of the two has the lower MAPE?",
    {
        "the log fit": "Its MAPE is 0.62, that of the line 0.99. The quiet years decide MAPE, and "
        "there the log fit is less wrong. The RMSE is decided in the busy years.",
        "the straight line: the better forecast has the smaller percentages": "Its MAPE is 0.99, "
        "that of the log fit 0.62. Each metric has years of its own that decide: the quiet ones for "
        "MAPE, the busy ones for RMSE.",
        "they are about equal": "The MAPE of the log fit is 0.63 times that of the line, and the "
        "95 % interval goes from 0.53 to 0.94.",
    },
    right="the log fit",
)

trusted_report = question(
    "Three reports on forecasts one year ahead, for the years 1901 to 2008. The standard deviation "
    "of their numbers is 47.4. “Lead” is the MAE minus that of last year's number. Which report do "
    "you trust?",
    {
        "A: RMSE 0.50, MAPE 1.01, R² 0.864, lead −0.25 (−0.34 to −0.15)": "An R² of 0.864 makes the RMSE "
        "√0.136 ≈ 0.37 of the standard deviation, which is 17.5. The 0.50 is in another unit, and "
        "nobody says in which.",
        "B: RMSE 29.6, MAPE 0.50, R² 0.61, lead −0.2 (−2.1 to 2.0)": "Its MAPE is the lowest, since "
        "it guesses low: these are the forecasts of C times 0.7. The interval of its lead holds 0.",
        "C: RMSE 17.5, MAPE 0.56, R² 0.864, lead −8.6 (−12.0 to −5.2)": "RMSE, R² and the spread of "
        "the numbers fit together, and the whole interval of the lead lies below 0.",
    },
    right="C: RMSE 17.5, MAPE 0.56, R² 0.864, lead −8.6 (−12.0 to −5.2)",
)
