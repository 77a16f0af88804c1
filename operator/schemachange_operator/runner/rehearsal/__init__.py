"""The throw-away copy of the target: built, filled, changed, changed back, compared. Never the target itself."""
