"""One function per wish: gathers facts, asks the domain, tells store and providers, answers an outcome."""
