"""The command `tcsql-check`, which shows checks or waits for them without Pulumi, in a shell or a pipeline.

It polls as the resource does. It needs the extra `cli`; nothing else in the package imports it.
"""
