"""The control loops of kube-controller-manager, one module a controller."""
