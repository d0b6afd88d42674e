"""Reminders about evaluations left running, and the switches that people have for them."""
