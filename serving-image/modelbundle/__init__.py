"""The model bundle: a directory named by the sha256 of its canonical manifest.

Writing one (training image):

    features = (Feature("radius", Kind.FLOAT), Feature("site", Kind.CATEGORY))
    signature = Signature(Task.CLASSIFICATION, ("no", "yes"), features, probabilities=True)
    rows = rows_of_frame(frame, features)               any table -> the rows a model sees
    model.fit(frame_for_model(frame, features), y)      fit on the table the server will build
    runtime = SklearnRuntime(model, signature)          n_jobs becomes 1; or OnnxRuntime(path, …)
    typical = typical_row(rows, signature)
    features = probed_features(runtime, typical, seen)  what happens to missing / unseen values
    write_skops(model, directory / "model.skops")       write_onnx(proto, directory / "model.onnx")
    (directory / "profile.json").write_bytes(profile_of(rows, runtime.predict(rows), s).content())
    (directory / "example.json").write_bytes(example_of(typical, runtime.predict(typical), s)…)
    digest = pack(directory, signature, Origin(target, dataset_digest, recipe_digest, libraries))
    publish(store, directory, digest); publish_about(store, digest, "runtimes.json", b"…")

Reading one: `fetch(store, digest, directory)`, `verify(directory, digest)`, `read_manifest`,
`load_runtime(directory, manifest, chosen_runtime(directory, manifest)).predict(rows)`.

In the table a model sees, numbers of every kind are float64 with NaN for missing, categories are
texts with "" for missing (see `rows.py`). Each name is imported from the module it lives in, so
that a process loads what it uses: serving an ONNX model never imports scikit-learn, nor the store;
fetching one never imports numpy.
"""
