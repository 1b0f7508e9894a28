"""Files that contain images: archives, and tables of encoded images. Each yields its members."""
