"""How split membership comes about: replays of Keras and other libraries, and splits by group."""
