"""Sentences that a person reads, made of facts.

It decides nothing.
"""
