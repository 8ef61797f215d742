"""The story of a command: what it asked the API server, what changed because of it, and who reacted why.

It is told from a cluster's history of changes and its events. Where the history was put together by watching, it does not
name everybody; what is told then is less exact, and says so.
"""
