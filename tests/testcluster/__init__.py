"""A real Kubernetes cluster for tests and the demo, on one machine, with the images and database servers they use."""
