"""Minibatch gradients."""
