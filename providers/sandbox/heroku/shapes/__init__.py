"""The JSON of the answers."""
