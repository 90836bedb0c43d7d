"""Norms that neither overflow nor vanish."""
