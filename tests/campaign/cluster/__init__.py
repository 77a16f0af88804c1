"""The campaign on the real cluster: several changes at once, while the application writes and faults hit."""
