"""The model server: Open Inference Protocol V2 over HTTP for one bundle."""

SERVER_NAME = "trainyard-modelserver"
SERVER_VERSION = "0.1.0"
