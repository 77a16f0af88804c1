"""What a Job's container runs: one command, one report. No Kubernetes client, no API token."""
