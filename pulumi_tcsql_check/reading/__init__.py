"""Reads migration checks, from validated inputs to outputs: composes the packages below for the provider.

It knows nothing of Pulumi.
"""
