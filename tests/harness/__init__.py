"""Processes that the tests and `make up` start, and the fakes, stubs and tables of cases that tests share."""
