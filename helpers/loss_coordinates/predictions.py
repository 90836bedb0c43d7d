"""The predictions of 16_loss_coordinates, in the order of the page."""

from helpers.teaching.predict import question

__all__ = ["loss_that_turns"]

loss_that_turns = question(
    "Predictions and truths are all turned by 30°. Which mean loss changes?",
    {
        "none: a rotation keeps distances": "It keeps lengths, and with them the squared error. "
        "But |x| + |y| is no length: it depends on the directions of the axes.",
        "the absolute error per coordinate (L1)": "A rotation keeps lengths, and so the sum of the "
        "squared coordinates. |x| + |y| is no length: it depends on the directions of the axes.",
        "the squared error": "Its sum over the coordinates is the squared length of the error, "
        "which a rotation keeps: 0.958 before and after.",
    },
    right="the absolute error per coordinate (L1)",
)
