"""The Qt door: pages over a `Project`; `bridge` is the only crossing to other threads."""
