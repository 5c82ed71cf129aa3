"""Finds out with one account what Tencent doesn't publish, for a transcript without anything secret."""
