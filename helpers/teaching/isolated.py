"""What runs without a trace on the caller's random numbers, modes and defaults."""

import contextlib
import random

import numpy
import torch


@contextlib.contextmanager
def isolated():
    """Known global state inside, the caller's own afterwards: random numbers, grad mode, dtype,
    and what NumPy does where a number is divided by 0."""
    grad, dtype = torch.is_grad_enabled(), torch.get_default_dtype()
    always = torch.is_warn_always_enabled()
    states = random.getstate(), numpy.random.get_state()  # noqa: NPY002 (an attempt may use it)
    usual = dict(divide="warn", over="warn", under="ignore", invalid="warn")
    with (
        numpy.errstate(**usual),
        torch.random.fork_rng(devices=[]),
        torch.inference_mode(False),
    ):
        torch.set_grad_enabled(True)
        torch.set_default_dtype(torch.float32)
        torch.set_warn_always(True)  # a second check must not see less than the first
        try:
            yield
        finally:
            torch.set_grad_enabled(grad)
            torch.set_default_dtype(dtype)
            torch.set_warn_always(always)
            random.setstate(states[0])
            numpy.random.set_state(states[1])  # noqa: NPY002
