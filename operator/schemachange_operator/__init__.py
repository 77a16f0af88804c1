"""Schema changes of PostgreSQL databases on Kubernetes, from plan to proof."""

__version__ = "0.1.0"
