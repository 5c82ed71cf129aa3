"""What the tests and `make up` start: the emulator, the Pulumi CLI, the dynamic-provider host; each its own process."""
