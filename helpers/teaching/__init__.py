"""How a notebook teaches: what a page calls. Knows no topic."""

import torch

from helpers.teaching.claims import verdict
from helpers.teaching.contents import contents
from helpers.teaching.judge import check
from helpers.teaching.ledger import ledger
from helpers.teaching.live import live
from helpers.teaching.predict import predict

__all__ = ["check", "contents", "ledger", "live", "predict", "verdict"]

# A page's tensors are small. On a busy machine a second thread only waits for the first, and takes
# the core that others need meanwhile: some pages took three times as long.
torch.set_num_threads(1)
