"""The HTTP routes of the sandbox's Code Capsules, by what they are about."""
