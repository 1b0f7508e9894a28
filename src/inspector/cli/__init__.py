"""The terminal door: parsing and printing only; every verb is one of `Project`."""
