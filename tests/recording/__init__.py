"""Recordings of a terminal as pictures: what a command wrote, what was on the screen, and how that is drawn."""
