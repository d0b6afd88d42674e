"""Benchmarks: ``python -m tests.benchmarks [NAME …] [--write FILE]``.

Each drives the real thing: the whole bot, its database, the playground as Slack, the registry. What it is compared with
is measured in the same run. An error that any process logs meanwhile makes the measurement invalid.
"""
