"""Local response normalisation forward and backward, four ways, on 16×96×55×55 float32 with n = 5.

Beside the time: the most memory that one pass needs beyond its arguments, measured in a process of
its own. The floor is the time to read and write the arrays once: forward a → b, backward a, be → ae.
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

SHAPE, CONSTANTS = (16, 96, 55, 55), (5, 1e-4, 0.75, 1.0)
ROUNDS = 5
FUNCTIONAL, FORMULA = "`F.local_response_norm`", "the formula, by autograd"
CLOSED, FUSED = "closed form", "closed form, fused by `torch.compile`"


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

        def backward(a, b, root, grad_b):
            # b and the root are kept: a sum of products is cheap to compute anew for every channel,
            # five roots and quotients are not.
            blame = sums(grad_b * b * root * root, right, left)
            return grad_b * root * root.sqrt() - 2 * alpha * beta / size * a * blame

        self.forward, self.backward = (torch.compile(f, dynamic=False) for f in (forward, backward))


def passes():
    """label → function of (a, be) that returns (b, ae)."""

    def by_autograd(layer):
        def run(a, grad_b):
            b = layer(a, *CONSTANTS)
            return b, torch.autograd.grad(b, a, grad_b)[0]

        return run

    found = {
        FUNCTIONAL: by_autograd(F.local_response_norm),
        FORMULA: by_autograd(formulas.lrn),
        CLOSED: by_autograd(formulas.LRN.apply),
    }
    if shutil.which(os.environ.get("CXX", "g++")):
        fused = Fused()

        def run(a, grad_b):
            a = a.detach()
            b, root = fused.forward(a)
            return b, fused.backward(a, b, root, grad_b)

        found[FUSED] = run
    return found


def arguments():
    generator = torch.Generator().manual_seed(0)
    a, grad_b = (torch.randn(SHAPE, generator=generator) for _ in range(2))
    return a.requires_grad_(), grad_b


def measured(threads):
    """label → seconds of each round, forward and backward together; the floor first."""
    torch.set_num_threads(threads)
    a, grad_b = arguments()
    out = torch.empty(SHAPE), torch.empty(SHAPE)

    def floor():
        out[0].copy_(a.detach())
        torch.add(a.detach(), grad_b, out=out[1])

    tasks = {"read and write once": floor}
    tasks |= {label: (lambda run=run: run(a, grad_b)) for label, run in passes().items()}
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
    a, grad_b = arguments()
    run = passes()[label]
    run(a, grad_b)  # compiles, loads libraries
    before = resident("VmRSS")
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")  # forget the highest so far
    run(a, grad_b)
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
    return {count: elsewhere("measured", count) for count in sorted({1, torch.get_num_threads()})}


def main():
    by_threads = threads_in_turn()
    labels = list(next(iter(by_threads.values())))
    memory = peaks(labels[1:])
    array = 4 * torch.Size(SHAPE).numel()
    head = ["forward + backward"]
    for count in by_threads:
        head += [f"{count} thread{'s' * (count > 1)}", "against the floor"]
    head += [f"faster than {FUNCTIONAL} (aim: 6×)", "peak memory, in arrays of 18.6 MB"]
    rows = []
    for label in labels:
        row = [label]
        for times in by_threads.values():
            floor = times[labels[0]]
            row += [spread(times[label], "ms", 1e3, 1), ratio(times[label], floor)]
        one = by_threads[1]
        row.append("" if label == labels[0] else ratio(one[FUNCTIONAL], one[label]))
        row.append(f"{memory[label] / array:.1f}" if label in memory else "")
        rows.append(row)
    return table(head, rows)
