"""Samples and scans."""
