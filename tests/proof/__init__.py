"""Long proofs, each a target of its own: `make fuzz`, `make mutants`, `make soak` and `make many`."""
