"""Adapts `python -m pulumi.dynamic`, the process in which Pulumi runs the provider.

It relies on private names of Pulumi's SDK, and knows nothing of migration checks.
"""
