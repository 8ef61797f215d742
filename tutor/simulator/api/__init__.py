"""The Kubernetes API as plain request to response functions over the registry, and a thin socket layer."""
