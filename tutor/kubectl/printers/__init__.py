"""How kubectl prints objects: tables, YAML, JSON, names, JSONPath, Go templates and custom columns."""
