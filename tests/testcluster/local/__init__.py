"""A one-node cluster of real components for machines without a container engine and without image registries."""

from testcluster.local.cluster import LocalCluster

__all__ = ["LocalCluster"]
