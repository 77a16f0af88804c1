"""What users write and read: the four kinds and every word in them. Pydantic models, nothing else."""
