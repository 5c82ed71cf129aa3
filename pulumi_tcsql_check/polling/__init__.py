"""Waits for the verdicts of migration checks.

It knows neither Pulumi nor Tencent's SDK. Its clock is passed in.
"""
