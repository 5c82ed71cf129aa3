"""The only package that imports Tencent's SDK and `requests`: sends signed requests, decodes responses."""
