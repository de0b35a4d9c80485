"""A component of Kubeflow Pipelines: starts a run and waits for what the gates say of its model.

`python kubeflow.py pipeline.yaml` compiles a pipeline of it. The pods' service account needs the
rights to read our kinds and to patch TrainingJobs in the namespace.
"""

import sys

from kfp import compiler, dsl

CLI = "trainyard[cli] @ git+https://git.example.org/trainyard.git@v0.1.0"


@dsl.component(base_image="docker.io/library/python:3.13", packages_to_install=[CLI])
def train(namespace: str, training_job: str, timeout_seconds: int = 3600) -> None:
    """The TrainingJob has a new version that its gates accepted; fails where they refuse it."""
    import subprocess

    place = ["trainyard", "--namespace", namespace]
    name = f"tj/{training_job}"
    subprocess.run([*place, "run", name], check=True)
    subprocess.run(
        [*place, "status", name, "--wait", "--timeout", str(timeout_seconds)], check=True
    )


@dsl.pipeline(name="train-wine")
def pipeline(namespace: str = "models") -> None:
    """The wine is trained again; steps that need its model come `.after` this one."""
    task = train(namespace=namespace, training_job="wine")
    task.set_caching_options(False)  # the same words ask for another run


if __name__ == "__main__":
    compiler.Compiler().compile(pipeline, sys.argv[1])
