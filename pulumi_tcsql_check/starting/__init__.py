"""Starts a check once, for a resource or the command."""
