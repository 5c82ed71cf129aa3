"""Reads migration checks for the provider, from validated inputs to outputs; independent of Pulumi."""
