"""What training will see: a policy, its draws, the pixels they give, its lint and its dialects.

Everything here is pure: no threads, no clock, no global random, no Qt and no TensorFlow, so that
the preview and the training feed call the very same functions and see the very same pixels.
"""
