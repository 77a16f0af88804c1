"""The plan as a page in Markdown, for the person who has to say yes or no to it. One file for each section."""
