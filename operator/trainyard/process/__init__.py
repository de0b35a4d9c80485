"""The process around the controllers: who leads, what is watched, what is told of its health."""
