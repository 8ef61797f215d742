"""Who set which field: metadata.managedFields, and server-side apply, which is decided by it.

The rules are those of sigs.k8s.io/structured-merge-diff and apimachinery, pkg/util/managedfields.
"""
