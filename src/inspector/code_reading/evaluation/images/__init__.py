"""Code that reads and changes images: OpenCV, Pillow, arrays and layers."""
