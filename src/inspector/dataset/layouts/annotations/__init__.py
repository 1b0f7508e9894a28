"""Annotation files: COCO, YOLO, Pascal VOC and FiftyOne exports."""
