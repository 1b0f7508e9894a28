"""Charts, drawn by pyqtgraph once it is needed."""
