"""The sentences of all messages in each language. Imports nothing else of the package."""
