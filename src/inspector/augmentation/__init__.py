"""Augmentation: policies, sampling, applying, lint, and the Keras dialects.

Everything here is pure: no threads, clock, global random state, Qt or TensorFlow. So preview and
training feed call the same functions and get the same pixels.
"""
