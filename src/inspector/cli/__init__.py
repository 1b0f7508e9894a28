"""The terminal front end: parsing and printing only; every verb calls `Project`."""
