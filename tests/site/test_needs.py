"""The lines of code in the tables of symptoms: each runs where it is pasted, after its imports."""

import ast
import re

import numpy as np
import pytest
import torch
from torch import nn

from helpers.site import needs
from helpers.teaching.ledger import ledger

LINES = list(
    dict.fromkeys((s.notebook, line) for s in ledger().symptoms for line in needs.lines(s.do))
)


def data(notebook):
    """What readers have of their own: the names that the lines of this page use."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 3))
    x, w = torch.rand(8, 4), torch.rand(8, requires_grad=True)
    own = {
        "model": model,
        "optimizer": torch.optim.SGD(model.parameters(), 0.1),
        "loader": [x],
        "new_images": x,
        "data": torch.utils.data.TensorDataset(x),
        "batch_size": 3,
        "norm": model[0],
        "layer": model,
        "weights": list(model.parameters()),
        "behind": list(model[1].parameters()),
        "self": model,
        "channels": 8,
        "x": x,
        "xb": x,
        "y": torch.tensor([0, 1, 2, 0, 1, 2, 0, 1]),
        "scores": torch.rand(8, 3, requires_grad=True),
        "targets": torch.rand(8, 3).round(),
        "logits": torch.rand(8, 3),
        "w": w,
        "losses": w**2,
        "loss_of_each": w**2,
        "w_of_all": torch.rand(8),
        "loss": (w**2).sum(),
        "v": torch.ones(8),
        "q": torch.rand(8),
        "price": 3.0,
        "data_mean_weight": 0.5,
        "accuracy": 0.9,
        "tokens": 20,
        "rate": 0.2,
        "lr": 0.1,
        "epochs": 3,
        "n": 8,
        "N": 80,
        "B": 3,
        "K": 8,
        "m": 2,
        "h": 1e-3,
        "s": 2.0,
        "d": torch.rand(8),
        "error": torch.rand(8, 4),
        "kl": torch.rand(8, 2),
        "log_w": torch.rand(8, 8),
        "s2": 0.5,
        "t": torch.rand(8, 4) - 0.5,
        "weight": 0.3,
        "a": torch.rand(8, 4),
        "b": torch.rand(8, 4),
        "sin": torch.rand(8),
        "cos": torch.rand(8),
    }
    return own | OTHERS.get(notebook[:2], lambda own: {})(own)


def of_01(own):
    t = torch.rand(5, requires_grad=True)
    u, p = t.sin(), torch.rand(8, requires_grad=True)
    once = {"h": own["w"], "t": t, "u": u, "p": p, "g": torch.ones(8)}
    return once | {"f": lambda w, x, y: (w.sum() * x.sum() - y) ** 2}


def of_03(own):
    y = torch.rand(8) + 1
    fields = {"mean": 1.5, "spread": 2.0, "z_pred": y, "y": y, "p": y, "r2": 0.5, "alpha": 0.1}
    own_functions = {"rmse": lambda y, p: 0.0, "train": lambda model, y, rate: y}  # of the page
    return fields | own_functions | {"logs": y, "residuals": y, "y_old": y, "p_old": y}


def lrn(a, size, alpha, beta, k):
    return torch.nn.functional.local_response_norm(a, size, alpha, beta, k)


OTHERS = {
    "01": of_01,
    "02": lambda own: {"s": own["d"], "z": own["scores"], "loss": 5.0},
    "03": of_03,
    "04": lambda own: {"x": own["d"], "t": own["q"], "loss": lambda x, t: (x - t) ** 2},
    "05": lambda own: {
        "a": torch.rand(2, 4, 3, dtype=torch.float64, requires_grad=True),
        "layer": lrn,
        "window_sums": lambda x, left, right: x,  # of the page
        "left": 1,
        "right": 2,
    },
    "07": lambda own: {"mu": torch.rand(4), "sigma": torch.rand(4), "noise": torch.randn(8)},
    "09": lambda own: {
        "X": np.ones((3, 8)),
        "A": np.full(8, 0.5),
        "Y": np.ones(8),
        "a2": np.full(8, 0.5),
        "y": np.ones(8),
        "f": lambda w: w**2,
    },
    "10": lambda own: {"shares": torch.rand(8, 3).softmax(1)},
    "13": lambda own: {"m": torch.rand(8, 4)},
    "14": lambda own: {
        "W": torch.rand(4, 12),
        "b": nn.Parameter(torch.rand(12)),
        "w": torch.rand(4),
        "low": 0.0,
        "high": 1.0,
        "total": own["d"],
        "shares": own["q"],
        "f": lambda x: x,
        "x_swapped": own["x"],
    },
    "15": lambda own: {"w": torch.rand(8), "p": torch.rand(8)},
    "16": lambda own: {
        "p": torch.rand(8, 2),
        "y": torch.rand(8, 2),
        "y_new": torch.rand(8, 2),
        "A": torch.eye(2),
        "b": torch.rand(2),
        "Sigma": torch.eye(2),
        "angle": own["d"],
        "raw": own["d"].double(),
        "origin": 1.0,
    },
}


@pytest.mark.parametrize(("notebook", "line"), LINES)
def test_a_line_runs_after_its_imports(notebook, line):
    names = {node.id for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Name)}
    own = {name: value for name, value in data(notebook).items() if name in names}
    exec("\n".join(needs.imports([line])), own)
    exec(line, own)


def test_a_line_is_no_setting_alone():
    """`create_graph=True` would set a name that nothing reads."""
    for notebook, line in LINES:
        assert not re.fullmatch(r"\w+=\S+", line), (notebook, line)


def test_bare_names_are_no_lines_and_imports_are_those_of_the_names():
    assert list(needs.lines("`f(x)`, not `retain_graph`, or `F.mse_loss`")) == ["f(x)"]
    assert needs.imports(["F.relu(x)", "math.log(grad)"]) == [
        "import math",
        "import torch.nn.functional as F",
        "from torch.autograd import grad",
    ]
