"""The TensorFlow side: runs in a child process that is started by name; nothing imports it.

The environment variables below must be set before TensorFlow is imported.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"
