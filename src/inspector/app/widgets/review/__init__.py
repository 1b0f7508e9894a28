"""The component that the keyboard reviews share."""
