"""Endpoints of the sandbox's Aptible: addresses, certificates, and the DNS that they hang on."""
