"""Runs in the user's Pulumi program; imports neither Tencent's SDK nor an HTTP client when the program starts."""
