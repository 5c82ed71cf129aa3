"""The range of the numbers of migrations and flows."""

MAX_ID = 2**53 - 1
"""The largest whole number that Pulumi's wire format, a double, carries unharmed."""
