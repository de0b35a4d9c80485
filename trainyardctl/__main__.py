"""`python -m trainyardctl`: the same as `trainyard` and `kubectl trainyard`."""

from trainyardctl.main import app

if __name__ == "__main__":
    app(prog_name="trainyard")
