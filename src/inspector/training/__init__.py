"""The TensorFlow door: runs in a child process, started by its name, imported by nobody.

Here because these have to be set before TensorFlow is imported.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"
