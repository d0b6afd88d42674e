"""Locks: nobody changes an environment until it is unlocked."""
