"""Local response normalisation forward and backward, five ways at four shapes, float32 with n = 5.

Beside the time: the most memory that one pass needs beyond its arguments, measured in a process of
its own. The floor is the time to read and write the arrays once: forward a → b, backward a, g_b → g_a.
The fused column needs a C++ compiler for `torch.compile`; without one it is left out.
"""

import json
import os
import shutil
import subprocess
import sys
from functools import partial

import torch
from torch.nn import functional as F

from benchmarks.measure import ROOT, clock, ratio, side_by_side, spread, table
from helpers.lrn_backprop import formulas

CONSTANTS = 5, 1e-4, 0.75, 1.0
# Large maps as in AlexNet, small ones of many samples, and two between.
SHAPES = (16, 96, 55, 55), (1024, 32, 4, 4), (64, 64, 14, 14), (8, 256, 8, 8)
ROUNDS = 5
FUNCTIONAL, FORMULA = "`F.local_response_norm`", "the formula, by autograd"
PAGE, CLOSED = "`FastLRN`, some samples at a time", "`formulas.LRN`: the same, arrays used again"
FUSED = "closed form, fused by `torch.compile`"


class Fused:
    """Forward and backward in closed form, each compiled into one loop over memory; β = 0.75."""

    def __init__(self):
        left, right = formulas.sides(CONSTANTS[0])
        size, alpha, beta, k = CONSTANTS

        def sums(x, left, right):
            # Nothing is written in place: each value is computed where it is needed.
            channels = x.shape[1]
            padded = F.pad(x.flatten(2), (0, 0, left, right))
            return sum(padded[:, i : i + channels] for i in range(left + right + 1)).view_as(x)

        def forward(a):
            root = (k + alpha / size * sums(a * a, left, right)).rsqrt()  # s^(−1/2)
            return a * root * root.sqrt(), root

        def backward(a, b, root, g_b):
            # b and the root are kept: a sum of products is cheap to compute anew for every channel,
            # five roots and quotients are not.
            blame = sums(g_b * b * root * root, right, left)
            return g_b * root * root.sqrt() - 2 * alpha * beta / size * a * blame

        self.forward, self.backward = (torch.compile(f, dynamic=False) for f in (forward, backward))


def page_functions():
    """`forward` and `backward` of notebook 05, run from its cells."""
    names = {"torch": torch, "F": F}
    notebook = json.loads((ROOT / "notebooks" / "05_lrn_backprop.ipynb").read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["id"] in ("c-window", "c-backward", "c-forward"):
            exec("".join(cell["source"]).partition("\n\n\n")[0], names)
    return names["forward"], names["backward"]


def in_parts(function, tensors, constants, numbers=2**18):
    """A function of samples, at so many samples at a time that the processor's cache holds them."""
    samples = max(1, numbers // tensors[0][:1].numel())
    parts = zip(*(tensor.split(samples) for tensor in tensors), strict=True)
    return torch.cat([function(*part, *constants) for part in parts])


def page_class():
    """The class FastLRN of notebook 05, working on some samples at a time."""
    page_forward, page_backward = page_functions()

    class FastLRN(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, *constants):
            ctx.constants = constants
            ctx.save_for_backward(a)
            return in_parts(page_forward, (a,), constants)

        @staticmethod
        def backward(ctx, g_b):
            g_a = in_parts(page_backward, (*ctx.saved_tensors, g_b), ctx.constants)
            return g_a, None, None, None, None

    return FastLRN


def passes():
    """label → function of (a, g_b) that returns (b, g_a)."""

    def by_autograd(layer):
        def run(a, g_b):
            b = layer(a, *CONSTANTS)
            return b, torch.autograd.grad(b, a, g_b)[0]

        return run

    found = {
        FUNCTIONAL: by_autograd(F.local_response_norm),
        FORMULA: by_autograd(formulas.lrn),
        PAGE: by_autograd(page_class().apply),
        CLOSED: by_autograd(formulas.LRN.apply),
    }
    if shutil.which(os.environ.get("CXX", "g++")):
        fused = Fused()

        def run(a, g_b):
            a = a.detach()
            b, root = fused.forward(a)
            return b, fused.backward(a, b, root, g_b)

        found[FUSED] = run
    return found


def arguments(shape):
    generator = torch.Generator().manual_seed(0)
    a, g_b = (torch.randn(shape, generator=generator) for _ in range(2))
    return a.requires_grad_(), g_b


def measured(threads):
    """A list: for each shape label → seconds of each round, both passes together; the floor first."""
    torch.set_num_threads(threads)
    return [at_shape(shape) for shape in SHAPES]


def at_shape(shape):
    a, g_b = arguments(shape)
    out = torch.empty(shape), torch.empty(shape)

    def floor():
        out[0].copy_(a.detach())
        torch.add(a.detach(), g_b, out=out[1])

    tasks = {"read and write once": floor}
    tasks |= {label: (lambda run=run: run(a, g_b)) for label, run in passes().items()}
    expected = None
    for label, task in list(tasks.items())[1:]:  # warm up, compile, and compare
        found = task()
        expected = expected or found
        for one, other in zip(found, expected, strict=True):
            torch.testing.assert_close(one, other, msg=f"{label} is wrong")
    timed = {label: partial(clock, task) for label, task in tasks.items()}
    return side_by_side(timed, ROUNDS)


def peak(label):
    """Bytes of resident memory at their highest during the second pass, beyond what was there before."""
    a, g_b = arguments(SHAPES[0])
    run = passes()[label]
    run(a, g_b)  # compiles, loads libraries
    before = resident("VmRSS")
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")  # forget the highest so far
    run(a, g_b)
    return resident("VmHWM") - before


def resident(name):
    with open("/proc/self/status", encoding="ascii") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith(name + ":"))


def peaks(labels):
    """label → bytes, one process each; nothing where the system does not tell."""
    if not os.path.exists("/proc/self/clear_refs"):
        return {}
    # glibc keeps freed arrays for later unless it is told to give each one back.
    alone = {"OMP_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": "1000000"}
    return {label: elsewhere("peak", label, **alone) for label in labels}


def elsewhere(function, argument, **environment):
    """What a function of this module returns for `argument` in a new process."""
    call = (
        f"import json; from benchmarks import lrn; print(json.dumps(lrn.{function}({argument!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", call],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def threads_in_turn():
    """{1: …, all: …}, each measured in a process of its own, since OpenMP keeps its threads."""
    return {count: elsewhere("measured", count) for count in sorted({1, os.cpu_count()})}


def main():
    by_threads = threads_in_turn()
    labels = list(next(iter(by_threads.values()))[0])
    memory = peaks(labels[1:])
    array = 4 * torch.Size(SHAPES[0]).numel()
    head = ["shape", "forward + backward"]
    for count in by_threads:
        head += [f"{count} thread{'s' * (count > 1)}", f"faster than {FUNCTIONAL}"]
    head += ["peak memory, in arrays of the input's size"]
    rows = []
    for at, shape in enumerate(SHAPES):
        for label in labels:
            row = ["×".join(map(str, shape)), label]
            for times in by_threads.values():
                one = times[at]
                row += [spread(one[label], "ms", 1e3, 1), ratio(one[FUNCTIONAL], one[label])]
            first = at == 0 and label in memory
            rows.append([*row, f"{memory[label] / array:.1f}" if first else ""])
    return table(head, rows)
