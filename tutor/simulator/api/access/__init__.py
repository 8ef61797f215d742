"""Who may do what: authentication, RBAC, impersonation."""
