"""The folder for the reports of gates: its variable, and the hidden input with the project's folder."""

VARIABLE = "TCSQL_CHECK_REPORT"
"""The variable with the folder, relative to the project's. Empty means not set."""

PROJECT_INPUT = "project_folder"
"""The hidden input of a gate: the project's folder, relative to the program's, if the two differ."""
