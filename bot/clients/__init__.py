"""Config services that the bot talks to. `base` is the contract that every provider keeps."""
