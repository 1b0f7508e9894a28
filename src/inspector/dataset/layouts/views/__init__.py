"""Views of a layout: folders with roles, counts, class tables."""
