"""What is in the folder: its layout, its files as samples, and each file's pixels and quality.

Everything here is pure: no threads, no clock, no SQL, no Qt and no TensorFlow, so that the same
functions serve the window, a worker process and a test.
"""
