"""Charts; pyqtgraph is imported when the first one is needed."""
