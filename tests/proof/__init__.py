"""Long tests, each with its own target: `make fuzz`, `make mutants`, `make soak` and `make many`."""
