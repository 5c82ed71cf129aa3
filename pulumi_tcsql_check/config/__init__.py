"""Validates what users set: inputs, the stack's configuration, the environment, and endpoints.

It sends no request.
"""
