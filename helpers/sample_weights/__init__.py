"""Sample weights."""
