"""How split membership comes about: replays of Keras and other libraries, and split by group."""
