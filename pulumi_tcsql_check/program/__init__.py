"""The part that runs in the user's Pulumi program: resources, `hold_stack`, and the data source.

It imports neither Tencent's SDK nor an HTTP client when a program starts.
"""
