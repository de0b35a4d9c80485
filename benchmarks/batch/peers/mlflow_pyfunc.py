"""A model behind MLflow's pyfunc scores a parquet file, as people write it with data frames.

save PICKLE FOLDER METHOD makes it an MLflow model, which is asked by `predict` or `predict_proba`;
score FOLDER SOURCE OUTPUT scores.
"""

from __future__ import annotations

import sys

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 100_000


def save(pickle: str, folder: str, method: str) -> None:
    """The folder holds the model as MLflow keeps it."""
    import joblib
    import mlflow.sklearn

    model = joblib.load(pickle)
    kept = mlflow.sklearn.SERIALIZATION_FORMAT_CLOUDPICKLE
    mlflow.sklearn.save_model(
        model,
        folder,
        pip_requirements=[],
        serialization_format=kept,
        pyfunc_predict_fn=method,
    )


def score(folder: str, source: str, output: str) -> None:
    """The output has number and label of each row, and probabilities where it is asked so."""
    import mlflow.pyfunc

    model = mlflow.pyfunc.load_model(folder)
    writer: pq.ParquetWriter | None = None
    for batch in pq.ParquetFile(source).iter_batches(ROWS):
        frame = batch.to_pandas()
        answers = model.predict(frame.drop(columns="id"))
        written = frame[["id"]].copy()
        if answers.ndim == 1:
            written["prediction"] = answers
        else:
            classes = model.get_raw_model().classes_
            written["prediction"] = classes[answers.argmax(axis=1)]
            for place, label in enumerate(classes):
                written[f"probability_{label}"] = answers[:, place]
        table = pa.Table.from_pandas(written, preserve_index=False)
        writer = writer or pq.ParquetWriter(output, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


if __name__ == "__main__":
    {"save": save, "score": score}[sys.argv[1]](*sys.argv[2:])
