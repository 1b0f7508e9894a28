"""Policies, previews and their measured effects."""
