"""Finds, verifies, assumes and renews credentials.

It knows nothing of migration checks.
"""
