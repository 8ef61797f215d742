"""Admission policies at work: which requests they are about, what their expressions see, and what they say.

The plugins that call this are in `admission`. Source: apiserver, pkg/admission/plugin/policy.
"""
