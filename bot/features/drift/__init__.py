"""Drift: what is live is not what was last applied here."""
