"""A DAG of Airflow 3: trains each night, and goes on only with a model that passed its gates.

Workers need `trainyard` (pip install "trainyard[cli]") and a kubeconfig whose account may read our
kinds and patch TrainingJobs. Commands end with 0 where it went well, and with another exit code
where the gates refused the model, a person is waited for, or the time is over: then the task fails.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    "wine",
    schedule="0 3 * * *",
    catchup=False,
    max_active_runs=1,
    default_args={"execution_timeout": timedelta(hours=2)},
):
    run = BashOperator(task_id="run", bash_command="trainyard -n models run tj/wine")
    verdict = BashOperator(
        task_id="verdict",
        bash_command="trainyard -n models status tj/wine --wait --timeout 3600",
    )
    released = BashOperator(
        task_id="released",
        bash_command="trainyard -n models status mdep/wine --wait --timeout 3600",
    )
    run >> verdict >> released
