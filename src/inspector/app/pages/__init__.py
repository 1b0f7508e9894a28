"""The pages of the window, one idea each (SCREENS): each asks the bridge for what it shows."""
