"""One package a subject: what people can ask, what can be looked up, and what the clock does about it."""
