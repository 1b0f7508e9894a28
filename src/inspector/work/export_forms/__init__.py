"""The forms of an export: where each image goes, and the files that a framework reads it by."""
