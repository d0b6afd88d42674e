"""Configs: one in detail, those of a project, the difference of two."""
