"""Sends one bounded, signed request to a Tencent Cloud API, and decodes the response.

It is the only package that imports Tencent's SDK and `requests`.
"""
