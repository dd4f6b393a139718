"""Log drains and metric drains of the sandbox's Aptible."""
