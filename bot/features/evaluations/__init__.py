"""Evaluations: lists, one whole, and the status that people set."""
