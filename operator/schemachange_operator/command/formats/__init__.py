"""Ways to print a report: one file each, a function from the report to the text."""
