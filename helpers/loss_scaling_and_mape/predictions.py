"""The predictions of 03_loss_scaling_and_mape."""

from helpers.teaching.predict import number, question

__all__ = [  # noqa: RUF022 (the order of the page)
    "unit_free_metric",
    "best_constant",
    "raw_target",
    "log_taken_back",
    "where_guessing_low_wins",
]

unit_free_metric = question(
    "Targets and predictions are multiplied by s, and then c is added to both. Which metric keeps "
    "its value?",
    {
        "RMSE": "The added c cancels in each error, but the errors are s times as large. So is "
        "their root mean square.",
        "MAPE: it is a percentage": "The factor s cancels. But MAPE divides by the target itself, "
        "which c changes.",
        "R²": "It divides squared errors by squared differences of targets. s cancels in the "
        "quotient, and c cancels in each difference.",
        "none of them": "RMSE and MAPE do change. R² divides squared errors by squared "
        "differences of targets, and keeps its value for every s except 0 and every c.",
    },
    right="R²",
)

best_constant = number(
    "Which constant has the smallest MAPE over the targets 1, 2 and 10?",
    answer=1,
    tolerance=0.01,
    because="The target 1 has the weight 1/1, the other two have 1/2 + 1/10 = 0.6 together: they "
    "are outvoted. The median is 2, the mean 4.33.",
)

raw_target = question(
    "A small ReLU network is trained by SGD with rate 0.01. On the standardised target its error "
    "is 56.8, in the original unit. And on the raw target, from 25 to 346?",
    {
        "there is no number: it overflows": "Targets of 150 make gradients of a few hundred, and "
        "the steps overshoot further each time. A learning rate has a unit, too.",
        "56.8: the unit cancels": "So it is for least squares. Here the gradients grow with the "
        "unit and the rate stays, so that the steps are far too long and the network overflows.",
        "a little worse, about 60": "An error near 60 needs a rate that suits the unit: the raw "
        "target reaches 55.3 with rate 0.0001. With 0.01 the network overflows in the first epoch.",
    },
    right="there is no number: it overflows",
)

log_taken_back = question(
    "log(1 + y) is a line plus normal noise of σ = 0.9. A line is fitted to it, and its "
    "predictions are taken back by `expm1`. On average over many new y, they are …",
    {
        "too low": "They are medians of y. The few large y that carry the mean above the median "
        "have no say in them: the predictions come to 0.64 of the mean.",
        "right: `expm1` undoes `log1p`": "It undoes it for each single number, but a mean of "
        "logarithms taken back is not a mean. For normal noise it is the median, and here 0.64 of "
        "the mean.",
        "too high: the exponential blows the errors up": "It blows up the noise of y itself, and so "
        "lifts the mean of y. The fitted line has no noise, and its predictions stay at the "
        "median, 0.64 of the mean.",
    },
    right="too low",
)


where_guessing_low_wins = question(
    "1901 to 2008, no zero among the targets. By which of RMSE, MAE, MAPE, sMAPE, WAPE and MASE "
    "does the low guess beat both honest forecasts?",
    {
        "by none: it is the worse forecast": "By MAPE it is ahead: 0.562, against 0.587 for last "
        "year and 0.660 for the autoregression.",
        "by MAPE alone": "Its MAPE is 0.562, against 0.587 for last year and 0.660 for the "
        "autoregression. By the five others the autoregression is best.",
        "by MAPE, sMAPE and WAPE: all three are percentages": "sMAPE charges more for guesses that "
        "are too low, and WAPE is the MAE in another unit. By both the autoregression is best.",
        "by all six: the autoregression is too high": "In the quiet years it often is, but the "
        "large errors lie elsewhere. The low guess has an RMSE of 30.1, the autoregression 18.3.",
    },
    right="by MAPE alone",
)
