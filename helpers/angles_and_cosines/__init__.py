"""Angles and cosine losses."""
