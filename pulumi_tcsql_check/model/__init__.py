"""Values from the API's responses, and the verdict that they amount to.

Everything in it is pure.
"""
