"""The dataset folder: its layout, its files as samples, and each file's pixels and quality.

Everything here is pure: no threads, clock, SQL, Qt or TensorFlow. So the same functions serve the
window, a worker process and a test.
"""
