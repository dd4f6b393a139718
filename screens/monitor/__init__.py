"""What the run screen shows: a snapshot made into lines, and a widget that draws only what changed."""
