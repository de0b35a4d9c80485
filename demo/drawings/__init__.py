"""The drawings of docs/concepts, one per page: boxes, arrows and words."""
