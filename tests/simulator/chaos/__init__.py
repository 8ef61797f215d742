"""Random workloads, faults and changes, what must hold whatever happens, and the shortest script that breaks it."""
