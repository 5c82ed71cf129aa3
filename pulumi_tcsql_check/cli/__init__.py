"""The command `tcsql-check`, which shows or waits for checks without Pulumi; needs the extra `cli`."""
