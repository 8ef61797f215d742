"""The kinds the cluster knows, one module an API group."""
