"""Systems to serve: the example, described ones (TOML), ones made up, ones thrown together."""
