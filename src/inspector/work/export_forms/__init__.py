"""Export forms: where each image goes, and the files by which a framework reads the export."""
