"""The three kinds of patches that are not server-side apply: JSON patch, JSON merge patch, strategic merge patch."""
