"""The sentences that a person reads, in each language; it imports nothing of the package."""
