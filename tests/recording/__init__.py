"""Recordings of a terminal as pictures: a command's output, the screens, and their drawing."""
