"""Which models compute each row by itself, and what do the others need to answer as if they did?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from modelbundle.row_padding import RowPadding

REGISTER = 4
"""Numbers of float32 in the registers that every x86-64 and ARM64 processor has."""

_OPERATORS_BY_ROW = frozenset(
    {
        *("Abs", "Add", "And", "ArgMax", "ArgMin", "ArrayFeatureExtractor", "Binarizer", "Cast"),
        *("CastLike", "Ceil", "Clip", "Compress", "Concat", "Constant", "ConstantOfShape", "Div"),
        *("Equal", "Expand", "Flatten", "Floor", "Gather", "GatherElements", "GatherND"),
        *("Greater", "GreaterOrEqual", "Identity", "Imputer", "IsInf", "IsNaN", "LabelEncoder"),
        *("Less", "LessOrEqual", "Max", "Min", "Mul", "Neg", "NonZero", "Not", "OneHot"),
        *("OneHotEncoder", "Or", "Relu", "Reshape", "Round", "Scaler", "SequenceConstruct"),
        *("Shape", "Sign", "Slice"),
        *("Split", "Sqrt", "Squeeze", "StringNormalizer", "Sub", "Sum", "Tile", "TopK"),
        *("Transpose", "TreeEnsemble", "TreeEnsembleClassifier", "TreeEnsembleRegressor"),
        *("Unsqueeze", "Where", "Xor", "ZipMap"),
    }
)
"""What they answer for a number is rounded once, as IEEE 754 prescribes, or not at all; trees are
walked row by row.
"""

_OPERATORS_THAT_SUM_ROWS = frozenset({"ReduceMean", "ReduceSum"})

_ESTIMATORS_BY_ROW = frozenset(
    {
        *("ColumnTransformer", "FeatureUnion", "Pipeline", "SimpleImputer", "MissingIndicator"),
        *("MaxAbsScaler", "MinMaxScaler", "OneHotEncoder", "OrdinalEncoder", "RobustScaler"),
        *("StandardScaler", "TargetEncoder", "LabelBinarizer", "LabelEncoder"),
        *("DecisionTreeClassifier", "DecisionTreeRegressor", "ExtraTreeClassifier"),
        *("ExtraTreeRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor"),
        *("GradientBoostingClassifier", "GradientBoostingRegressor", "DummyClassifier"),
        *("DummyRegressor", "HistGradientBoostingClassifier", "HistGradientBoostingRegressor"),
        *("MultiOutputClassifier", "MultiOutputRegressor"),
        *("NuSVC", "NuSVR", "RandomForestClassifier", "RandomForestRegressor", "SVC", "SVR"),
    }
)
"""Trees, and support vectors, whose library (libsvm) takes one row after the other; whatever only
passes rows on to others.
"""


def padding_of_graph(operators: Iterable[str]) -> RowPadding:
    """What a graph of these ONNX operators needs; for those that nobody tried, as most need."""
    used = frozenset(operators)
    if used & _OPERATORS_THAT_SUM_ROWS:
        return RowPadding(REGISTER, 1)
    return RowPadding(1, 1 if used <= _OPERATORS_BY_ROW else REGISTER)


def padding_of_estimator(parts: Iterable[Any]) -> RowPadding:
    """What an estimator needs that holds these objects; those that are no estimators are passed
    over.
    """
    kinds = [type(part) for part in parts if hasattr(part, "get_params")]
    by_row = all(
        kind.__name__ in _ESTIMATORS_BY_ROW and kind.__module__.startswith("sklearn.")
        for kind in kinds
    )
    return RowPadding(1, 1 if kinds and by_row else REGISTER)
