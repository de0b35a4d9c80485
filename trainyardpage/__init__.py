"""A page that shows every model, its loop and its release, and changes nothing."""
