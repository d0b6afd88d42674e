"""configbot: change what is live from chat, with review, proof and undo.

``bot`` decides, ``handlers`` speaks. Nothing in this package holds a sentence that a Slack user reads.
"""

__version__ = "0.1.0"
