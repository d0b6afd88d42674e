"""Configs: one whole, those of a project, how two differ."""
