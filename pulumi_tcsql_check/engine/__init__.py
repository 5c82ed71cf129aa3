"""The engine's public side for a provider: its log, and whether it still runs."""
