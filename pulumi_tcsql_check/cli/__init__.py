"""The command `tcsql-check`: looks at checks, or waits for them, in a shell or a pipeline without Pulumi.

It is the same core as behind the resource. It needs the extra `cli`; nothing else in the package imports it.
"""
