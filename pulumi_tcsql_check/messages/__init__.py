"""Builds the messages to the user from facts. Decides nothing."""
