"""The predictions of 16_loss_coordinates, in the order of the page."""

from helpers.teaching.predict import question

__all__ = [  # noqa: RUF022
    "loss_that_turns",
    "way_of_descent",
    "variances_left",
    "angle_that_is_free",
    "far_difference",
    "fit_that_moves",
]

loss_that_turns = question(
    "Predictions and truths are all turned by 30°. Which mean loss changes?",
    {
        "none: a rotation keeps distances": "It keeps lengths, and with them the squared error. "
        "But |x| + |y| is no length: it depends on the directions of the axes.",
        "the absolute error per coordinate (L1)": "A rotation keeps lengths, and so the sum of the "
        "squared coordinates. |x| + |y| is no length: it depends on the directions of the axes.",
        "the squared error (MSE)": "Its sum over the coordinates is the squared length of the error, "
        "which a rotation keeps: 0.958 before and after.",
        "the mean length of the errors": "A rotation keeps every length, so their mean stays as well.",
    },
    right="the absolute error per coordinate (L1)",
)

way_of_descent = question(
    "The new frame stretches the first coordinate by 2. Both squared errors are lowest at the same "
    "place. Gradient descent moves the prediction, once by the old error and once by the new one, at "
    "the same rate. What does one see in the old frame?",
    {
        "the same way, at the same speed": "The minimum is the same, but the slope towards it is not. "
        "The new error makes the first coordinate four times as costly.",
        "the same straight way, only faster": "Only one coordinate is hurried. So the direction "
        "changes as well as the speed.",
        "another way: it bends": "The new error pulls the first coordinate four times as hard. That "
        "one arrives first, and the rest of the way follows the second.",
    },
    right="another way: it bends",
)

variances_left = question(
    "A model predicts a normal distribution for each point, with correlated coordinates. All points "
    "are turned by 30°, the covariance is left as it was. What becomes of the NLL?",
    {
        "it stays: a rotation keeps distances": "It keeps plain distances. This likelihood measures "
        "errors in the directions of the covariance, and those have not turned.",
        "its value changes, by a constant without gradient": "Such a constant is log|det A|. For a "
        "rotation it is 0, and it needs the covariance to come along.",
        "its value and its gradient change": "The errors have turned, and the ellipses have not. So "
        "other errors are cheap now.",
    },
    right="its value and its gradient change",
)

angle_that_is_free = question(
    "Errors along the predicted direction cost four times as much as errors across it. The quakes' "
    "errors form a long cloud at about 73° from east. The angle starts at 20° and is not detached. "
    "Besides, a small loss asks for 70°. Where does the angle go?",
    {
        "to 70°, as the small loss asks": "The small loss is the weaker one. The position loss has a "
        "gradient by the angle, too, and it is larger.",
        "to the cloud's long direction": "Then the long errors would lie along the frame, where they "
        "are costly. The loss falls when the frame turns away from them.",
        "nearly across the cloud": "There the long errors count as across, and are cheap. Nothing "
        "about the earth has changed, only the frame in which errors are weighed.",
        "nowhere: it gets no gradient from positions": "That would be so if along and across cost the "
        "same. Here they do not.",
    },
    right="nearly across the cloud",
)

far_difference = question(
    "The prediction is 0.51 and the truth 0.5. To both, 1 000 000 is added, in float32. What is their "
    "difference now?",
    {
        "0.01: the shift cancels": "It would, in exact arithmetic. Near 10⁶ the float32 numbers are "
        "0.0625 apart, so that 0.01 is lost when the shift is added.",
        "nearly 0.01, wrong in the seventh digit": "The sum is right to seven digits. But the "
        "difference takes the first eight digits away.",
        "0": "Near 10⁶ the float32 numbers are 0.0625 apart. Both sums are rounded to the same one.",
    },
    right="0",
)

fit_that_moves = question(
    "A linear model is fitted in the old frame and in one turned by 30°, with each of the six losses. "
    "Which put the predictions more than 10 km away from where they were?",
    {
        "none: the quakes are where they are": "The quakes are. But L1 weighs the same error "
        "differently in each frame, so another curve is the best one.",
        "L1 and Huber": "They depend on the directions of the axes. MSE, mean distance and the NLL "
        "with a full covariance do not.",
        "all but the MSE": "The mean distance looks at lengths only, and the NLL with a full "
        "covariance carries its directions along. These stay, too.",
        "L1, Huber and the NLL with variances only": "That NLL depends on the axes, too. But here it "
        "moves the predictions by less than 4 km. L1 and Huber move them by more than 20 km.",
    },
    right="L1 and Huber",
)
