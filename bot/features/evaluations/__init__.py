"""Evaluations: lists, one in detail, and setting the status."""
