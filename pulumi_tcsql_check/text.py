"""Makes text from outside fit for a terminal."""


def printable(text: str, limit: int = 300) -> str:
    r"""Make text safe for a terminal: nothing but printable characters, cut to `limit` characters.

    Line breaks, terminal escapes and direction marks come out as `\\n`, `\\x1b` or `\\u202e`.
    """
    escaped = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[:limit])
    return escaped if len(text) <= limit and len(escaped) <= limit else escaped[: limit - 1] + "…"
