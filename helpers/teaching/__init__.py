"""How a notebook teaches: what a page calls. Knows no topic."""

from helpers.teaching.claims import verdict
from helpers.teaching.contents import contents
from helpers.teaching.judge import check
from helpers.teaching.ledger import ledger
from helpers.teaching.live import live
from helpers.teaching.predict import predict

__all__ = ["check", "contents", "ledger", "live", "predict", "verdict"]
