"""The command `schg`: what a team runs in the CI of its migrations' repository, without a cluster."""
