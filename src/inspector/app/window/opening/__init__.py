"""How a project gets into the window: opened off the GUI thread, built page by page."""
