"""The simulated cluster: the Kubernetes API over a store, with real reconcile loops on a virtual clock."""
