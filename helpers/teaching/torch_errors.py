"""Errors of torch and NumPy that learners meet often, with what to do in plain words."""

import re

from helpers.teaching.outcome import Raised

# pattern in the message → what it means and what to do
MEANINGS = {
    r"leaf Variable that requires grad.* in-place": (
        "A tensor that requires grad can't be changed in place. Compute a new tensor from it, or "
        "work on `x.detach().clone()`"
    ),
    r"grad can be implicitly created only for scalar": (
        "Autograd starts from one number. Sum up first, `y.sum()`, or say how much each entry "
        "weighs: `torch.autograd.grad(y, x, grad_outputs=…)`"
    ),
    r"does not require grad and does not have a grad_fn": (
        "Nothing on the way requires grad, so there is nothing to differentiate. Call "
        "`x.requires_grad_()` on your own copy before you compute with it, and don't detach"
    ),
    r"One of the differentiated Tensors does not require grad": (
        "You ask for a derivative in a tensor that does not require grad. Take a copy first, "
        "`x = x.detach().clone().requires_grad_()`, and compute from that copy"
    ),
    r"[Tt]ensors? .*appears to not have been used": (
        "What you differentiate was not computed from this tensor: use the very tensor that you "
        "ask for, or pass `allow_unused=True`"
    ),
    r"backward through the graph a second time": (
        "The first backward pass has freed the graph. Pass `retain_graph=True` to the first one"
    ),
    r"modified by an inplace operation": (
        "A tensor that the backward pass still needs was changed in place: compute a new one"
    ),
    r"Can't call numpy\(\) on Tensor that requires grad": (
        "NumPy knows no graph. Stay with torch's functions, or `detach()` where no gradient is due"
    ),
    r"must match the size of tensor b|could not be broadcast together"
    r"|non-broadcastable output operand": (
        "The shapes don't fit entry by entry. Print both shapes; `x[:, None]` adds a dimension"
    ),
    r"mat1 and mat2 shapes cannot be multiplied|size mismatch, got|mismatch in its core dimension"
    r"|shapes .* not aligned": (
        "The inner sizes of the two matrices differ: is one of them to be transposed?"
    ),
    r"expected (scalar type|m1 and m2 to have the same dtype)|(should|must) have the same dtype": (
        "Two dtypes meet. Make your own tensors with `dtype=x.dtype`"
    ),
    r"can't be cast to the desired output type|Cannot cast ufunc": (
        "The result does not fit into this dtype. Make your own tensor or array with "
        "`dtype=x.dtype`, and write `x = x + …` in place of `x += …`"
    ),
    r"Boolean value of Tensor with more than one value|truth value of an array": (
        "`if` and `and` need one True or False. For a decision in each entry use `torch.where` "
        "or `np.where`"
    ),
    r"only 0-dimensional arrays can be converted": (
        "`float`, and the functions of `math`, take one number. For a whole array use NumPy's, "
        "such as `np.log`"
    ),
    r"axis \d+ is out of bounds": (
        "The array has fewer dimensions than that: print its shape. Axes count from 0"
    ),
    r"cannot reshape array": ("The new shape has another number of entries: print the old one"),
    r"has no attribute '(detach|clone|requires_grad|unsqueeze|numel)'": (
        "This is no tensor at this place: is it a list, a number or a NumPy array?"
    ),
    r"list indices must be integers|'list' object|can't multiply sequence": (
        "A Python list does no arithmetic: go through its items, or use `torch.stack`"
    ),
    r"only integer tensors of a single element|slice indices must be integers": (
        "An index must be a whole number: use `//` and not `/`"
    ),
}


def in_plain_words(raised: Raised) -> str:
    """What this error means, as a sentence to add to its message; empty for an unknown one."""
    for pattern, meaning in MEANINGS.items():
        if re.search(pattern, raised.message):
            return f". {meaning}"
    return ""
