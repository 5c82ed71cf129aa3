"""Reports of checks for a change ticket, as Markdown, JUnit XML or JSON; they show a verdict and never decide one."""
