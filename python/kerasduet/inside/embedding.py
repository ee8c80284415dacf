"""Test rows as a network sees them just before it decides, in two dimensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import choice
from kerasduet.errors import ArgumentType, EmptyData
from kerasduet.figures import Mark, Panel, PlotData, Scale
from kerasduet.figures.names import shortened_all
from kerasduet.inside.heads import last_operation
from kerasduet.inside.hooks import watched
from kerasduet.result import Result, check_run, dataset_of
from kerasduet.settings.named import answers
from kerasduet.style import OKABE_ITO, WIDTH

if TYPE_CHECKING:
    from kerasduet.figures.canvas import RunFigure

__all__ = ["embedding_data", "plot_embedding"]

METHODS = ("pca", "tsne")
MOST = {"pca": 1_000, "tsne": 500}  # test rows
KEPT = 30  # principal components that t-SNE sees
FEWEST = 4
COLOURS = ("blue", "orange", "green", "vermilion", "sky", "purple", "black")
SHAPES = ("circle", "triangle", "square", "diamond", "cross")
# Of the figure, in inches: the axes, a letter and a line of a name; how far a name may move, and
# how often all of them move a little.
AXES = np.array([6.4, 4.2])
LETTER, LINE, FURTHEST = 0.11, 0.21, 0.7
ROW = 0.21  # of the legend
STEPS = 200


@answers()
def plot_embedding(run: Result, method: str = "pca", *, data: Any = None) -> RunFigure:
    """Draw test rows as the last hidden layer of a classifier sees them, in two dimensions.

    Parameters
    ----------
    run : Run
        Of a classifier.
    method : {"pca", "tsne"}
        "pca": the two directions in which the layer's answers vary most. "tsne": a map that keeps
        neighbours together; distances between groups say little.
    data : optional
        What it was trained on, where the run is loaded from a folder, which does not keep the
        caller's own data.

    Returns
    -------
    matplotlib.figure.Figure
        A point a test row, of more than 1,000 rows some (of "tsne" 500), coloured and shaped by
        its true class; each class's name stands at its middle, or beside it where another one is.

    Raises
    ------
    ArgumentType
        No run, or one of no classifier.
    UnknownName
        No such method.
    DatasetError
        The data are not there, or not those of the training.

    Notes
    -----
    Van der Maaten and Hinton (2008), "Visualizing data using t-SNE", Journal of Machine Learning
    Research 9. Both are those of scikit-learn; t-SNE begins with the principal components, so that
    nothing is drawn at random.

    Examples
    --------
    >>> from kerasduet.workflow import run_experiment
    >>> run = run_experiment("table-iris", epochs=5, progress=False)
    >>> plot_embedding(run).alt_text[:47]
    'Scatter plot of 30 test rows as the layer that '
    """
    from kerasduet.figures.drawing import draw

    return draw(embedding_data(run, method, data=data))


def embedding_data(
    run: Any, method: Any = "pca", *, data: Any = None, seed: Any = 0
) -> PlotData:
    """Compute what the figure of an embedding shows; see `plot_embedding`."""
    check_run(run)
    choice("method", method, METHODS)
    names = run.class_names
    if not names or "class" not in run.task.kinds:
        raise ArgumentType(
            f"run: plot_embedding() needs a classifier; got the run {run.experiment.name}, "
            f"{run.task.noun}."
        )
    dataset = dataset_of(run, data)
    rows = _some(len(dataset.test), MOST[method])
    if len(rows) < FEWEST:
        raise EmptyData(f"data: must have at least {FEWEST} test rows; got {len(rows)}.")
    x = run.preprocessing.to_network(dataset.test.take(rows)[0])
    (seen,) = watched(run.model, [last_operation(run.model)], x, inputs=True)
    seen = seen.reshape(len(rows), -1)
    points = pd.DataFrame(_in_two(seen, method), columns=["x", "y"])
    codes = np.asarray(dataset.test.take(rows)[1]).astype(np.int64)
    short = shortened_all(names, 24)
    points["class"] = [short[code] for code in codes]
    key = _key(short)
    middles = points.groupby("class", sort=False)[["x", "y"]].median().reset_index()
    middles = _apart(middles, points)
    what = {"pca": "principal components", "tsne": "t-SNE"}[method]
    axes = {"pca": "Principal component {}", "tsne": "t-SNE, axis {}"}[method]
    cases, units = run.task.cases_word, seen.shape[1]
    panel = Panel(
        kind="embedding",
        title=f"{len(rows):,} test {cases} as the network sees them",
        subtitle=f"The {units:,} numbers before its last layer, in two dimensions ({what})",
        x=axes.format(1),
        y=axes.format(2),
        alt=(
            f"Scatter plot of {len(rows):,} test {cases} as the layer that decides sees them, "
            f"{units:,} numbers in two dimensions by {what}, coloured and shaped by their "
            f"{len(names)} classes. Of the five nearest neighbours of a point a mean of "
            f"{100 * _alike(points[['x', 'y']].to_numpy(), codes):.0f} % are of its own class."
        ),
        frames={"points": points, "middles": middles, "key": key},
        marks=(
            Mark(
                "point",
                "points",
                {"x": "x", "y": "y", "series": "class"},
                {"size": 4.0, "alpha": 0.75},
            ),
            *(_names() if len(middles) else ()),
        ),
        x_scale=Scale(),
        y_scale=Scale(),
        height=5.6,
    )
    rows_below = -(-len(names) // max(panel.legend_columns(WIDTH), 1))
    height = panel.height + ROW * max(rows_below - 2, 0)
    return PlotData("embedding", "", "", (panel,), height=height)


def _some(rows: int, most: int) -> np.ndarray:
    return np.unique(np.linspace(0, rows - 1, min(rows, most)).round().astype(np.int64))


def _in_two(seen: np.ndarray, method: str) -> np.ndarray:
    """Bring rows (n, numbers) to two dimensions, float64 (n, 2)."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    seen = seen.astype(np.float64)
    if seen.shape[1] == 1:
        return np.column_stack([seen[:, 0], np.zeros(len(seen))])
    if method == "pca" or not seen.std():
        return np.asarray(PCA(2, svd_solver="full").fit_transform(seen))
    near = min(30.0, (len(seen) - 1) / 3)
    if min(seen.shape) > KEPT:
        seen = PCA(KEPT, svd_solver="full").fit_transform(seen)
    with threadpool_limits(1):  # sums over several threads end in other last bits
        found = TSNE(2, perplexity=near, init="pca", random_state=0).fit_transform(seen)
    return found.astype(np.float64)


def _names() -> tuple[Mark, Mark]:
    """Give the marks that write the names of the classes, each on a disc of paper."""
    at = {"x": "x", "y": "y"}
    return (
        Mark("point", "middles", at, {"colour": "#FFFFFF", "size": 16.0, "alpha": 0.8}),
        Mark("text", "middles", at | {"label": "class"}, {"size": 11.0, "bold": True}),
    )


def _apart(middles: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Move names that would cover each other; of too many none is left, as the legend has them.

    Parameters
    ----------
    middles : pandas.DataFrame
        class, x and y: a name a row, and where its middle is wanted.
    points : pandas.DataFrame
        x and y of all points, which decide the scale.
    """
    at = middles[["x", "y"]].to_numpy()
    corner = points[["x", "y"]].min().to_numpy()
    spread = points[["x", "y"]].max().to_numpy() - corner
    scale = AXES / np.where(spread > 0, spread, 1.0)
    start = (at - corner) * scale  # in inches
    letters = middles["class"].str.len().to_numpy()
    sides = np.column_stack([np.maximum(letters, 2) * LETTER, np.full(len(at), LINE)])
    room = (sides[:, None] + sides) / 2
    place = start.copy()
    for _ in range(STEPS):
        gap = place[:, None] - place
        common = room - abs(gap)
        hit = (common > 1e-6).all(axis=2)
        np.fill_diagonal(hit, val=False)
        if not hit.any():
            break
        # Each of a pair moves by half of what they share, the way that is shorter.
        axis = common.argmin(axis=2)[..., None] == np.arange(2)
        order = np.sign(np.arange(len(at))[:, None] - np.arange(len(at)))[..., None]
        way = np.where(gap == 0, order, np.sign(gap))
        place += (hit[..., None] * axis * way * (common + 1e-3) / 2).sum(axis=1)
    far = np.hypot(*(place - start).T).max(initial=0) > FURTHEST
    if hit.any() or far:
        return middles.iloc[:0]
    moved = np.where((place == start), at, place / scale + corner)
    return middles.assign(x=moved[:, 0], y=moved[:, 1])


def _key(names: tuple[str, ...]) -> pd.DataFrame:
    """Give each class a pair of colour and shape: 35 of them differ."""
    return pd.DataFrame(
        {
            "label": list(names),
            "colour": [OKABE_ITO[COLOURS[i % len(COLOURS)]] for i in range(len(names))],
            "line": "solid",
            "width": 1.0,
            "shape": [SHAPES[i % len(SHAPES)] for i in range(len(names))],
        }
    )


def _alike(points: np.ndarray, codes: np.ndarray) -> float:
    """Say which share of the nearest neighbours of points is of their class."""
    from sklearn.neighbors import NearestNeighbors

    near = min(6, len(points))
    found = NearestNeighbors(n_neighbors=near).fit(points).kneighbors(points)[1][:, 1:]
    return float((codes[found] == codes[:, None]).mean())
