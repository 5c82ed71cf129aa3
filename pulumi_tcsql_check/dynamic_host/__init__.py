"""Adapts `python -m pulumi.dynamic`, the process that runs the provider; relies on private names of Pulumi's SDK."""
