"""Makes text from other programs safe for a terminal."""


def printable(text: str, limit: int = 300) -> str:
    r"""Escape unprintable characters, such as `\\n`, `\\x1b` or `\\u202e`, and cut the text to `limit` characters."""
    escaped = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[:limit])
    return escaped if len(text) <= limit and len(escaped) <= limit else escaped[: limit - 1] + "…"
