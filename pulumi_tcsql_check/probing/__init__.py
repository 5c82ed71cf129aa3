"""Queries what Tencent doesn't document, and records it without secrets."""
