"""From a notebook to the cluster: a table and an estimator become manifests, and runs a table."""

from trainyardclient.data import Data, dataset
from trainyardclient.manifests import Undeclarable, manifest_of, to_yaml
from trainyardclient.recipe import training_job
from trainyardclient.run_table import RunTable
from trainyardclient.serving import model_deployment
from trainyardclient.yard import Yard
from trainyardctl.outcome import Outcome, Stand

__all__ = [
    "Data",
    "Outcome",
    "RunTable",
    "Stand",
    "Undeclarable",
    "Yard",
    "dataset",
    "manifest_of",
    "model_deployment",
    "to_yaml",
    "training_job",
]
